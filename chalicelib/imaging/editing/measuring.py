"""What only the pixels can tell: plain edges, and where the picture is busiest.

Contrast of light and colour with the surroundings is all that is looked at. It finds a red boat as
it finds a person; it cannot know which is which (FD.5).
"""

from PIL import Image, ImageChops, ImageFilter

from chalicelib.imaging.editing.work import Work
from chalicelib.imaging.plan.compiling import Plan
from chalicelib.imaging.plan.layout import Measured
from chalicelib.imaging.recipe.parts import Box, Point

_SMALL_PX = 64
_SURROUNDINGS_PX = 9
_LOOKS = 3


def measure(work: Work, plan: Plan) -> Measured:
    """Look up what the plan could not know."""
    trim = plan.recipe.geometry.trim
    return Measured(
        trim=_plain_edges(work, trim.tolerance) if trim else None,
        focus=_busiest(work.pixels) if "focus" in plan.measures else None,
    )


def _plain_edges(work: Work, tolerance: int) -> Box | None:
    """Return the box of all that differs from the upper left pixel; None if nothing does."""
    layers = [*work.pixels.split(), *([work.alpha] if work.alpha else [])]
    if work.alpha and _corner(work.alpha) == 0:
        layers = [work.alpha]
    differs = Image.new("L", work.pixels.size, 0)
    for layer in layers:
        corner = _corner(layer)
        table = [255 * (abs(value - corner) > tolerance) for value in range(256)]
        differs = ImageChops.lighter(differs, layer.point(table))
    box = differs.getbbox()
    if box is None:
        return None
    width, height = differs.size
    return Box(
        left=box[0] / width, top=box[1] / height, right=box[2] / width, bottom=box[3] / height
    )


def _corner(layer: Image.Image) -> int:
    return layer.crop((0, 0, 1, 1)).tobytes()[0]


def _busiest(image: Image.Image) -> Point:
    """Return the middle of what stands out, narrowing down from the whole picture to a quarter."""
    scale = _SMALL_PX / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = image.resize(size, Image.Resampling.BOX)
    around = small.filter(ImageFilter.BoxBlur(_SURROUNDINGS_PX))
    standing_out = Image.new("L", size, 0)
    for band in ImageChops.difference(small, around).split():
        standing_out = ImageChops.lighter(standing_out, band)
    weights = [value * value for value in standing_out.filter(ImageFilter.BoxBlur(2)).tobytes()]
    x, y = size[0] / 2, size[1] / 2
    for look in range(_LOOKS):
        x, y = _middle(weights, size, (x, y), reach=_SMALL_PX / 2**look)
    return Point(x=min(1.0, x / size[0]), y=min(1.0, y / size[1]))


def _middle(
    weights: list[int], size: tuple[int, int], around: tuple[float, float], *, reach: float
) -> tuple[float, float]:
    """Return the centre of mass of what lies within reach."""
    total, sum_x, sum_y = 0, 0.0, 0.0
    for at, weight in enumerate(weights):
        x, y = at % size[0] + 0.5, at // size[0] + 0.5
        if weight and abs(x - around[0]) <= reach and abs(y - around[1]) <= reach:
            total, sum_x, sum_y = total + weight, sum_x + weight * x, sum_y + weight * y
    return (sum_x / total, sum_y / total) if total else around
