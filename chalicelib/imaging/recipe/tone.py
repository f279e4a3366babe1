"""Light and colour. Applied in the order below, on values as encoded: sRGB or Display-P3."""

from typing import Annotated

from msgspec import Meta

from chalicelib.imaging.recipe.parts import Part, Slider, Strength

Level = Annotated[int, Meta(ge=0, le=255)]
CurvePoint = tuple[Level, Level]
Curve = Annotated[
    tuple[CurvePoint, ...],
    Meta(max_length=16, description="[in, out] pairs; in must grow. Monotone where they are."),
]


class Levels(Part, frozen=True):
    """Stretch what lies between two inputs to lie between two outputs."""

    black: Annotated[int, Meta(ge=0, le=120)] = 0
    white: Annotated[int, Meta(ge=135, le=255)] = 255
    black_out: Annotated[int, Meta(ge=0, le=120)] = 0
    white_out: Annotated[int, Meta(ge=135, le=255)] = 255


class Curves(Part, frozen=True):
    """Free curves; `rgb` is applied first, then each channel's own. Empty changes nothing."""

    rgb: Curve = ()
    red: Curve = ()
    green: Curve = ()
    blue: Curve = ()


class Hued(Part, frozen=True):
    """A colour to lean towards.

    Attributes:
        hue_degrees: 0 red, 120 green, 240 blue.
    """

    hue_degrees: Annotated[int, Meta(ge=0, le=359)] = 0
    strength: Strength = 0


class SplitTone(Part, frozen=True):
    """Two colours: dark values lean to one, light values to the other."""

    shadows: Hued = Hued()
    highlights: Hued = Hued()


class Vignette(Part, frozen=True):
    """Darken (below 0) or lighten (above 0) towards the corners.

    Attributes:
        midpoint: where it begins, in percent of the way from the middle to a corner.
    """

    amount: Slider = 0
    midpoint: Annotated[int, Meta(ge=0, le=90)] = 40


class Tone(Part, frozen=True):
    """Light and colour.

    Attributes:
        auto: stretch and brighten after the photo's own histogram, alike in all channels.
        equalize: spread brightness evenly over all there is, alike in all channels.
        exposure_stops: doublings of light.
        brightness: lifts the middle; black and white stay.
        highlights, shadows: move light and dark values alone.
        saturation: -100 is grey, 100 doubles.
        vibrance: saturation for what has little of it.
        temperature: warmer above 0; tint: towards magenta above 0.
    """

    auto: Strength = 0
    equalize: Strength = 0
    levels: Levels = Levels()
    temperature: Slider = 0
    tint: Slider = 0
    exposure_stops: Annotated[float, Meta(ge=-3, le=3)] = 0.0
    gamma: Annotated[float, Meta(ge=0.2, le=5)] = 1.0
    brightness: Slider = 0
    contrast: Slider = 0
    highlights: Slider = 0
    shadows: Slider = 0
    curves: Curves = Curves()
    vibrance: Slider = 0
    saturation: Slider = 0
    grayscale: Strength = 0
    sepia: Strength = 0
    split_tone: SplitTone = SplitTone()
    vignette: Vignette = Vignette()
