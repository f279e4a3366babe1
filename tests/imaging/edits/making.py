"""Small pictures whose pixels are known, and one call from a recipe to a result."""

from collections.abc import Mapping
from typing import Any

from PIL import Image

from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.editing.run import run
from chalicelib.imaging.plan.compiling import Plan, compile_plan
from chalicelib.imaging.plan.layout import Output, Source
from chalicelib.imaging.recipe.document import Recipe, parse_recipe

Pixel = tuple[int, ...]


def recipe(**stages: object) -> Recipe:
    return parse_recipe({"version": 1, **stages})


def planned(
    image: Image.Image,
    stages: Mapping[str, object],
    *,
    long_side_px: int = 2048,
    keeps_alpha: bool = False,
) -> Plan:
    source = Source(image.width, image.height)
    output = Output(long_side_px=long_side_px, keeps_alpha=keeps_alpha)
    return compile_plan(recipe(**stages), source, output)


def edited(
    image: Image.Image,
    *,
    is_display_p3: bool = False,
    long_side_px: int = 2048,
    keeps_alpha: bool = False,
    **stages: object,
) -> Image.Image:
    plan = planned(image, stages, long_side_px=long_side_px, keeps_alpha=keeps_alpha)
    return run(plan, ColouredImage(image, is_display_p3=is_display_p3)).image


def toned(image: Image.Image, **tone: object) -> Image.Image:
    return edited(image, tone=tone)


def placed(image: Image.Image, **geometry: object) -> Image.Image:
    return edited(image, geometry=geometry)


def grey_ramp() -> Image.Image:
    """All greys, left to right: "RGB", (1, 256, 3)."""
    return Image.frombytes("L", (256, 1), bytes(range(256))).convert("RGB")


def quarters() -> Image.Image:
    """Red, green over blue, white: 40 by 20 pixels."""
    image = Image.new("RGB", (40, 20), "white")
    image.paste((255, 0, 0), (0, 0, 20, 10))
    image.paste((0, 255, 0), (20, 0, 40, 10))
    image.paste((0, 0, 255), (0, 10, 20, 20))
    return image


def at(image: Image.Image, x: float, y: float) -> Pixel:
    """Read the pixel at a share of the picture."""
    value = image.getpixel((int(x * image.width), int(y * image.height)))
    return value if isinstance(value, tuple) else (int(value or 0),)


def channel(image: Image.Image, number: int = 0) -> list[int]:
    return list(image.getchannel(number).tobytes())


def difference(one: Image.Image, other: Image.Image) -> int:
    """Return the largest difference of any sample."""
    assert one.size == other.size
    assert one.mode == other.mode
    pairs = zip(one.tobytes(), other.tobytes(), strict=True)
    return max(abs(a - b) for a, b in pairs)


def nested(path: str, value: object) -> Mapping[str, Any]:
    """Build `{"tone": {"contrast": value}}` from `tone.contrast`."""
    for name in reversed(path.split(".")):
        value = {name: value}
    assert isinstance(value, dict)
    return value
