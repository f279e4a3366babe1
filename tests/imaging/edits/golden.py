"""`python -m tests.imaging.edits.golden`: write golden.json anew, after looking at what changed.

Digests of pixels, not of files: encoders may differ where pixels must not.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

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

RECIPES: dict[str, Mapping[str, object]] = {
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
            "cover": {"resize": {"width_px": 64, "height_px": 64, "fit": "cover"}},
            "contain": {"resize": {"width_px": 64, "height_px": 64, "fit": "contain"}},
            "pad": {"pad": {"left": 5, "bottom": 20}, "background": "#ff8800"},
        }.items()
    },
    **{
        f"tone-{name}": {"tone": {name: value}}
        for name, value in {
            "auto": 80,
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
        f"decoration-{name}": {"decoration": {name: value}}
        for name, value in {
            "collage": {"photos": [PHOTO, PHOTO], "ratio": "3:2"},
            "rounded": {"radius_percent": 20, "background": "#203040"},
            "border": {"width_percent": 6, "colour": "#aa3300"},
            "frame": {"style": "film"},
            "watermarks": [{"photo": PHOTO, "opacity": 60, "rotate_degrees": 15}],
            "texts": [{"text": "西湖 Hello", "size_percent": 14, "outline_percent": 6}],
        }.items()
    },
}


def digest(stages: Mapping[str, object]) -> str:
    """Name the pixels that a recipe makes of the drawn scene, with its mode and size."""
    scene = draw_scene(192, 144)
    plan = planned(scene, stages)
    picture = ColouredImage(scene, is_display_p3=False)
    image = run(plan, picture, {PHOTO: picture}).image
    return hashlib.sha256(f"{image.mode}{image.size}".encode() + image.tobytes()).hexdigest()[:16]


def main() -> None:
    golden = {
        "recipes": {name: digest(stages) for name, stages in RECIPES.items()},
        "presets": {name: digest({"look": {"preset": name}}) for name in PRESETS},
    }
    path = Path(__file__).parent / "golden.json"
    path.write_text(json.dumps(golden, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
