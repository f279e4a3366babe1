"""`python -m tests.imaging.edits.golden`: write golden.json anew, and build/edits.png to look at.

Digests of pixels, not of files: encoders may differ where pixels must not.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from bench.drawing import draw_scene
from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.editing.run import run
from chalicelib.imaging.recipe.presets import PRESETS
from tests.imaging.edits.making import planned

PHOTO = "00000000-0000-7000-8000-000000000001"
_BOX = {"left": 0.1, "top": 0.2, "right": 0.7, "bottom": 0.9}
_CORNERS = {
    "top_left": {"x": 0.1, "y": 0.05},
    "top_right": {"x": 0.9, "y": 0.1},
    "bottom_right": {"x": 1.0, "y": 0.95},
    "bottom_left": {"x": 0.0, "y": 0.9},
}

RECIPES: dict[str, Mapping[str, Any]] = {
    "nothing": {},
    **{
        f"geometry-{name}": {"geometry": geometry}
        for name, geometry in {
            "turn": {"quarter_turns": 1, "flip": "horizontal"},
            "corners": {"corners": _CORNERS},
            "rotate": {"rotate_degrees": 11.5, "background": "#204060"},
            "straighten": {"straighten_degrees": -4.2},
            "crop": {"crop": {"box": _BOX, "ratio": "1:1"}},
            "auto": {"crop": {"ratio": "1:2"}, "focus": "auto"},
            "trim": {"trim": {"tolerance": 60}},
            "inside": {"resize": {"width_px": 96}},
            "fill": {"resize": {"width_px": 64, "height_px": 96, "fit": "fill"}},
            "cover": {"resize": {"width_px": 64, "height_px": 64, "fit": "cover"}},
            "contain": {"resize": {"width_px": 64, "height_px": 64, "fit": "contain"}},
            "pad": {"pad": {"left": 5, "bottom": 20}, "background": "#ff8800"},
        }.items()
    },
    **{
        f"tone-{name}": {"tone": {name: value}}
        for name, value in {
            "auto": 80,
            "equalize": 70,
            "temperature": 40,
            "tint": -40,
            "exposure_stops": 0.7,
            "gamma": 1.6,
            "brightness": 40,
            "contrast": 50,
            "highlights": -60,
            "shadows": 60,
            "vibrance": 60,
            "saturation": 40,
            "grayscale": 100,
            "sepia": 80,
            "levels": {"black": 20, "white": 220, "black_out": 10},
            "curves": {"rgb": [[0, 20], [128, 110], [255, 250]], "blue": [[0, 30], [255, 220]]},
            "vignette": {"amount": -60},
        }.items()
    },
    "tone-split_tone": {
        "tone": {
            "split_tone": {
                "shadows": {"hue_degrees": 220, "strength": 50},
                "highlights": {"hue_degrees": 40, "strength": 50},
            }
        }
    },
    **{
        f"detail-{name}": {"detail": {name: value}}
        for name, value in {
            "denoise": 60,
            "clarity": 60,
            "blur": 40,
            "sharpen": 60,
            "pixelate": [{"box": _BOX, "cell_percent": 8}],
            "grain": {"amount": 50, "size": 2},
        }.items()
    },
    **{
        f"decoration-frame-{style}": {"decoration": {"frame": {"style": style}}}
        for style in ("instant", "mount", "film")
    },
    **{
        f"decoration-{name}": {"decoration": {name: value}}
        for name, value in {
            "collage": {"photos": [PHOTO, PHOTO], "ratio": "3:2"},
            "rounded": {"radius_percent": 20, "background": "#203040"},
            "border": {"width_percent": 6, "colour": "#aa3300"},
            "watermarks": [{"photo": PHOTO, "opacity": 60, "rotate_degrees": 15}],
            "texts": [{"text": "西湖 Hello", "size_percent": 14, "outline_percent": 6}],
        }.items()
    },
}


def pixels(stages: Mapping[str, object]) -> Image.Image:
    """Return what a recipe makes of the drawn scene."""
    scene = draw_scene(192, 144)
    plan = planned(scene, stages)
    picture = ColouredImage(scene, is_display_p3=False)
    return run(plan, picture, {PHOTO: picture}).image


def digest(stages: Mapping[str, object]) -> str:
    """Name those pixels, with their mode and size."""
    image = pixels(stages)
    return hashlib.sha256(f"{image.mode}{image.size}".encode() + image.tobytes()).hexdigest()[:16]


def main() -> None:
    presets = {name: {"look": {"preset": name}} for name in PRESETS}
    golden = {
        "recipes": {name: digest(stages) for name, stages in RECIPES.items()},
        "presets": {name: digest(stages) for name, stages in presets.items()},
    }
    path = Path(__file__).parent / "golden.json"
    path.write_text(json.dumps(golden, indent=2) + "\n", encoding="utf-8")
    Path("build").mkdir(exist_ok=True)
    contact_sheet({**RECIPES, **presets}).save("build/edits.png")


def contact_sheet(recipes: Mapping[str, Mapping[str, object]]) -> Image.Image:
    """Draw all results side by side, each under its name."""
    columns, cell = 8, 200
    sheet = Image.new("RGB", (columns * cell, -(-len(recipes) // columns) * cell), "#808080")
    draw = ImageDraw.Draw(sheet)
    for at, (name, stages) in enumerate(recipes.items()):
        x, y = at % columns * cell, at // columns * cell
        draw.text((x + 4, y), name, "white")
        image = pixels(stages).convert("RGB")
        image.thumbnail((cell - 8, cell - 24))
        sheet.paste(image, (x + 4, y + 16))
    return sheet


if __name__ == "__main__":
    main()
