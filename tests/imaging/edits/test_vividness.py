"""Vibrance by masks is what its formula says, to a level or two."""

from itertools import product

import pytest
from PIL import Image, ImageChops

from chalicelib.imaging.plan import steps
from chalicelib.imaging.plan.curves import LUMA
from chalicelib.imaging.plan.vividness import vividness_of
from tests.imaging.edits.making import difference, planned, toned

LEVELS = range(0, 256, 17)
COLOURS = list(product(LEVELS, repeat=3))


def every_colour() -> Image.Image:
    """Return 4,096 colours in a square."""
    return Image.frombytes("RGB", (64, 64), bytes(v for one in COLOURS for v in one))


def moved(colour: tuple[int, ...], vibrance: int, saturation: int) -> list[float]:
    """Move a colour from its grey, the further the greyer it is: the formula itself."""
    grey = sum(weight * part for weight, part in zip(LUMA, colour, strict=True))
    greyness = 1 - (max(colour) - min(colour)) / 255
    factor = (1 + vibrance / 100 * greyness**2) * (1 + saturation / 100)
    return [min(255.0, max(0.0, grey + factor * (part - grey))) for part in colour]


@pytest.mark.parametrize(
    ("vibrance", "saturation", "tolerance"),
    [(100, 0, 1.5), (30, 0, 1.5), (-100, 0, 1.5), (25, 22, 1.5), (-50, -30, 1.5), (60, 100, 3)],
)
def test_every_colour_moves_as_the_formula_says(
    vibrance: int, saturation: int, tolerance: float
) -> None:
    result = toned(every_colour(), vibrance=vibrance, saturation=saturation).tobytes()

    expected = (part for one in COLOURS for part in moved(one, vibrance, saturation))
    assert max(abs(a - b) for a, b in zip(result, expected, strict=True)) <= tolerance


class TestPlan:
    def test_a_saturation_of_the_same_kind_is_folded_in(self) -> None:
        (colour,) = planned(every_colour(), {"tone": {"vibrance": 25, "saturation": 22}}).steps[1:]

        assert isinstance(colour, steps.Colour)
        assert colour.vivid is not None
        assert (colour.matrix, colour.cube) == (None, None)

    @pytest.mark.parametrize("tone", [{"saturation": -20}, {"sepia": 50}])
    def test_what_pulls_the_other_way_or_colours_comes_after(self, tone: dict[str, int]) -> None:
        (colour,) = planned(every_colour(), {"tone": {"vibrance": 60, **tone}}).steps[1:]

        assert isinstance(colour, steps.Colour)
        assert colour.vivid == vividness_of(60, 1.0)
        assert colour.matrix is not None

    @pytest.mark.parametrize("vibrance", [-100, -1, 1, 100, 200])
    def test_a_vibrance_alone_always_has_one(self, vibrance: int) -> None:
        assert vividness_of(vibrance, 1.0) is not None


@pytest.mark.parametrize("size", [(1, 1), (2, 5), (31, 20), (64, 64), (201, 101)])
def test_a_vignette_is_the_same_from_every_side(size: tuple[int, int]) -> None:
    result = toned(Image.new("RGB", size, (200, 180, 160)), vignette={"amount": -70})

    for mirror in (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM):
        assert difference(result, result.transpose(mirror)) == 0


def test_a_vignette_multiplies_and_screens() -> None:
    grey = Image.new("RGB", (200, 100), (100, 150, 200))
    white = Image.new("RGB", grey.size, "white")
    shade = toned(white, vignette={"amount": -50})

    dark, light = (toned(grey, vignette={"amount": amount}) for amount in (-50, 50))

    assert difference(dark, ImageChops.multiply(grey, shade)) <= 1
    assert difference(light, ImageChops.screen(grey, ImageChops.invert(shade))) <= 1
