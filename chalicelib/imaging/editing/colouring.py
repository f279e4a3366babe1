"""Light and colour: tables, one matrix, and a shade towards the corners."""

from functools import lru_cache
from itertools import accumulate

from PIL import Image, ImageChops, ImageFilter

from chalicelib.imaging.editing.work import Work
from chalicelib.imaging.plan.cube import SIDE, sampled
from chalicelib.imaging.plan.curves import LUMA
from chalicelib.imaging.plan.steps import Colour, Vignette
from chalicelib.imaging.plan.vividness import Vividness

_CLIPPED = 0.004
"""Share of the pixels that may become black, and white, when a histogram is stretched."""

_DARKEST_BLACK, _LIGHTEST_WHITE = 60, 180
_WANTED_MEDIAN = 0.46
_VIGNETTE_PX = 64


def colour(work: Work, step: Colour) -> None:
    """Apply table, matrix and table. A grey picture gets what its greys would get in colour."""
    table = step.table
    if step.auto or step.equalize:
        table = _chained(_measured(work.pixels, step), table)
    if work.pixels.mode == "L":
        ramp = Image.frombytes("L", (256, 1), bytes(range(256))).convert("RGB")
        mapped = [list(band.tobytes()) for band in _coloured(ramp, step, table).split()]
        bands = [work.pixels.point(one) for one in mapped]
        is_grey = all(one == mapped[0] for one in mapped)
        work.pixels = bands[0] if is_grey else Image.merge("RGB", bands)
    else:
        work.pixels = _coloured(work.pixels, step, table)


def vignette(work: Work, step: Vignette) -> None:
    """Darken or lighten along ellipses of the picture's own shape."""
    shade = _mirrored(_shade(abs(step.amount), step.midpoint), work.pixels.size)
    # Laid on black, or on white: what ImageChops.multiply and screen do, in half the time.
    ground = Image.new(work.pixels.mode, work.pixels.size, "black" if step.amount < 0 else "white")
    ground.paste(work.pixels, mask=shade)
    work.pixels = ground


def _mirrored(small: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Bring a symmetric picture to a size by resizing a quarter of it."""
    half = (-(-size[0] // 2), -(-size[1] // 2))
    box = (0.0, 0.0, small.width * half[0] / size[0], small.height * half[1] / size[1])
    quarter = small.resize(half, Image.Resampling.BILINEAR, box=box)
    whole = Image.new(small.mode, size)
    right = quarter.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    whole.paste(right, (size[0] - half[0], 0))
    whole.paste(quarter)
    lower = whole.crop((0, 0, size[0], half[1])).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    whole.paste(lower, (0, size[1] - half[1]))
    return whole


def _coloured(image: Image.Image, step: Colour, table: bytes | None) -> Image.Image:
    if table is not None:
        image = image.point(list(table))
    if step.vivid is not None:
        image = _vivid(image, step.vivid)
    if step.cube is not None:
        values = sampled(step.cube, step.matrix, step.after)
        return image.filter(ImageFilter.Color3DLUT(SIDE, values))
    if step.matrix is not None:
        if step.matrix[:4] == step.matrix[4:8] == step.matrix[8:]:
            grey = image.convert("L", step.matrix[:4])
            if step.after is None:
                return grey
            image = Image.merge("RGB", (grey, grey, grey))
        else:
            image = image.convert("RGB", step.matrix)
    return image if step.after is None else image.point(list(step.after))


def _vivid(image: Image.Image, vivid: Vividness) -> Image.Image:
    """Add to each channel the share of its difference from grey that its colour asks for."""
    light = image.convert("L", (*LUMA, 0.0))
    bands = image.split()
    red, green, blue = bands
    largest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    smallest = ImageChops.darker(ImageChops.darker(red, green), blue)
    share = ImageChops.subtract_modulo(largest, smallest).point(list(vivid.shares))
    # Moved by 128, so that what is added can be negative; modulo 256 nothing is lost on the way.
    moved = ImageChops.add_modulo(light, Image.new("L", light.size, 128))
    changed = []
    for band in bands:
        part = Image.composite(band, light, share)
        ends = (moved, part) if vivid.is_less else (part, moved)
        change = ImageChops.subtract_modulo(*ends)
        for _ in range(vivid.times):
            band = ImageChops.add(band, change, 1, -128)
        changed.append(band)
    return Image.merge("RGB", changed)


def _measured(image: Image.Image, step: Colour) -> list[float]:
    """Return the curve, in 1/255, that a picture's own histogram asks for.

    The same for every channel, so that it never changes a hue on purpose.
    """
    counts = list(accumulate((image if image.mode == "L" else image.convert("L")).histogram()))
    curve = _stretching(counts, step.auto) if step.auto else [float(value) for value in range(256)]
    return _equalizing(counts, curve, step.equalize) if step.equalize else curve


def _stretching(counts: list[int], strength: int) -> list[float]:
    """Spread the histogram and bring its middle to the middle.

    Args:
        counts: of each value, how many pixels are as dark or darker.
        strength: 100 is all of it.
    """
    total = counts[-1]

    def level(share: float) -> int:
        return next(value for value, count in enumerate(counts) if count >= share * total)

    black = min(level(_CLIPPED), _DARKEST_BLACK)
    white = max(level(1 - _CLIPPED), _LIGHTEST_WHITE)
    median = min(0.9, max(0.1, (level(0.5) - black) / (white - black)))
    # One step of lifting or lowering that keeps both ends: v + a v (1 - v), a within a half.
    lift = min(0.5, max(-0.5, (_WANTED_MEDIAN - median) / (median * (1 - median)) / 2))
    curve = []
    for value in range(256):
        spread = min(1.0, max(0.0, (value - black) / (white - black)))
        spread += lift * spread * (1 - spread)
        curve.append(value + (255 * spread - value) * strength / 100)
    return curve


def _equalizing(counts: list[int], curve: list[float], strength: int) -> list[float]:
    """Give every pixel the share of those darker than it, however a curve moved them before."""
    darkest = next(count for count in counts if count)
    others = counts[-1] - darkest
    if others == 0:
        return curve  # one plain colour
    return [
        value + (255 * max(0, count - darkest) / others - value) * strength / 100
        for value, count in zip(curve, counts, strict=True)
    ]


def _chained(first: list[float], table: bytes | None) -> bytes:
    """Look a curve's values up in a table of 768, between its entries."""
    table = table or bytes(range(256)) * 3
    chained = []
    for channel in range(3):
        for value in first:
            low = min(254, int(value))
            below, above = table[256 * channel + low], table[256 * channel + low + 1]
            chained.append(round(below + (above - below) * (value - low)))
    return bytes(chained)


@lru_cache(maxsize=16)
def _shade(amount: int, midpoint: int) -> Image.Image:
    """Draw how much light is left, small: 255 in the middle."""
    start, middle = midpoint / 100, (_VIGNETTE_PX - 1) / 2
    values = []
    for y in range(_VIGNETTE_PX):
        for x in range(_VIGNETTE_PX):
            away = (((x - middle) ** 2 + (y - middle) ** 2) / (2 * middle * middle)) ** 0.5
            way = min(1.0, max(0.0, (away - start) / (1 - start)))
            values.append(round(255 * (1 - amount / 100 * way * way * (3 - 2 * way))))
    return Image.frombytes("L", (_VIGNETTE_PX, _VIGNETTE_PX), bytes(values))
