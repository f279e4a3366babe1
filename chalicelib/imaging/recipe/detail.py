"""Fineness: noise, local contrast, softness, edges, hiding, grain. Applied in the order below."""

from typing import Annotated

from msgspec import Meta

from chalicelib.imaging.recipe.parts import Box, Part, Slider, Strength


class Pixelate(Part, frozen=True):
    """Make a box unreadable: squares of one colour each.

    Attributes:
        cell_percent: a square's side, in percent of the picture's longer side.
    """

    box: Box
    cell_percent: Annotated[float, Meta(ge=1, le=20)] = 3.0


class Grain(Part, frozen=True):
    """Film grain, the same for the same recipe.

    Attributes:
        size: 1 fine to 4 coarse.
    """

    amount: Strength = 0
    size: Annotated[int, Meta(ge=1, le=4)] = 1


class Detail(Part, frozen=True):
    """Fineness.

    Attributes:
        denoise: smooths what is barely above its surroundings, and colour more than light.
        clarity: contrast with the wider surroundings; softer below 0.
        blur: 100 is a twentieth of the longer side.
        sharpen: contrast with the nearest pixels.
    """

    denoise: Strength = 0
    clarity: Slider = 0
    blur: Strength = 0
    sharpen: Strength = 0
    pixelate: Annotated[tuple[Pixelate, ...], Meta(max_length=16)] = ()
    grain: Grain = Grain()
