"""Colour that no table and matrix can say: the mixer of a preset, with a vibrance before it.

Sampled at 17 values a channel, with the matrix and the second table folded in, it is one lookup.
"""

import colorsys
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from chalicelib.imaging.plan.curves import LUMA
from chalicelib.imaging.plan.matrix import IDENTITY, Matrix
from chalicelib.imaging.recipe.presets import Mixer

SIDE = 17
"""Nodes a channel: 4,913. Pillow's lookup costs the same for 33, and sampling eight times."""

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Cube:
    """What bends colour.

    Attributes:
        vibrance: -100 to 100.
        bands: of each of six hues from red: degrees, and two factors, as in `Mixer`.
    """

    vibrance: float
    bands: tuple[tuple[float, float, float], ...]


def cube_of(vibrance: float, mixer: Mixer, strength: float) -> Cube | None:
    """Return the cube of a vibrance and a mixer at a strength of 0 to 1; None if nothing mixes."""
    bands = tuple(
        (band.hue * strength, band.saturation / 100 * strength, band.light / 100 * strength)
        for band in (mixer.red, mixer.yellow, mixer.green, mixer.cyan, mixer.blue, mixer.magenta)
    )
    return Cube(vibrance, bands) if any(any(band) for band in bands) else None


@lru_cache(maxsize=32)
def sampled(cube: Cube, matrix: Matrix | None, after: bytes | None) -> tuple[float, ...]:
    """Return the table of `PIL.ImageFilter.Color3DLUT`: red runs fastest."""
    steps = [value / (SIDE - 1) for value in range(SIDE)]
    values: list[float] = []
    for blue, green, red in product(steps, repeat=3):
        colour = _mixed(_vibrant((red, green, blue), cube.vibrance / 100), cube.bands)
        colour = _through(matrix or IDENTITY, colour)
        values += colour if after is None else _looked_up(after, colour)
    return tuple(values)


def _vibrant(colour: Colour, amount: float) -> Colour:
    """Move away from grey, the more the nearer it is."""
    greyness = 1 - (max(colour) - min(colour))
    return _saturated(colour, 1 + amount * greyness * greyness)


def _mixed(colour: Colour, bands: tuple[tuple[float, float, float], ...]) -> Colour:
    chroma = max(colour) - min(colour)
    if chroma == 0:
        return colour
    hue, saturation, value = colorsys.rgb_to_hsv(*colour)
    at = hue * 6
    one, other = bands[int(at) % 6], bands[(int(at) + 1) % 6]
    share = at - int(at)
    turn, strengthen, lighten = (
        (1 - share) * a + share * b for a, b in zip(one, other, strict=True)
    )
    turned = colorsys.hsv_to_rgb((hue + turn / 360) % 1, saturation, value)
    # A hue has its own brightness: turning must not darken or lighten.
    shift = _luma(colour) - _luma(turned) + lighten * chroma
    red, green, blue = (part + shift for part in turned)
    return _saturated((red, green, blue), 1 + strengthen)


def _saturated(colour: Colour, factor: float) -> Colour:
    luma = _luma(colour)
    red, green, blue = (min(1.0, max(0.0, luma + factor * (part - luma))) for part in colour)
    return (red, green, blue)


def _luma(colour: Colour) -> float:
    return sum(weight * part for weight, part in zip(LUMA, colour, strict=True))


def _through(matrix: Matrix, colour: Colour) -> Colour:
    red, green, blue = (
        min(1.0, max(0.0, sum(matrix[4 * row + at] * colour[at] for at in range(3))))
        for row in range(3)
    )
    return (red, green, blue)


def _looked_up(table: bytes, colour: Colour) -> Colour:
    """Look values up in a table of 768, between its entries."""
    values = []
    for channel, part in enumerate(colour):
        low = min(254, int(part * 255))
        below, above = table[256 * channel + low], table[256 * channel + low + 1]
        values.append((below + (above - below) * (part * 255 - low)) / 255)
    red, green, blue = values
    return (red, green, blue)
