"""What a tone does to one channel, as functions of 0 to 1 that never fall.

Values are as encoded; exposure and white balance are exact in light, since sRGB and Display-P3
share one transfer curve (IEC 61966-2-1). However many settings there are, they end as one table.
"""

import colorsys
from collections.abc import Callable, Sequence
from itertools import pairwise

from chalicelib.imaging.recipe.tone import CurvePoint, Hued, Levels, SplitTone, Tone

Curve = Callable[[float], float]

LUMA = (0.2126, 0.7152, 0.0722)
"""ITU-R BT.709: how much each channel counts as brightness."""

_WARMTH_STOPS = 0.4
_TINT_STOPS = 0.3
"""The largest shifts: about 2,000 K either way around daylight."""

_SPLIT_REACH = 0.25


def before_matrix(tone: Tone) -> tuple[Curve, Curve, Curve]:
    """Return red's, green's and blue's curve: everything up to saturation."""
    gains = _gains(tone)
    own = (tone.curves.red, tone.curves.green, tone.curves.blue)
    red, green, blue = (
        _channel(tone, gain, points) for gain, points in zip(gains, own, strict=True)
    )
    return (red, green, blue)


def after_matrix(split: SplitTone) -> tuple[Curve, Curve, Curve]:
    """Return each channel's lean towards the two colours of a split tone."""
    dark, light = _lean(split.shadows), _lean(split.highlights)
    red, green, blue = (_split(dark[at], light[at]) for at in range(3))
    return (red, green, blue)


def table(curves: Sequence[Curve]) -> bytes | None:
    """Sample curves at every 8-bit value; None if none of them changes anything.

    Returns:
        256 bytes for each curve, one after the other.
    """
    sampled = bytes(
        round(255 * min(1.0, max(0.0, curve(value / 255))))
        for curve in curves
        for value in range(256)
    )
    return None if sampled == bytes(range(256)) * len(curves) else sampled


def chained(curves: Sequence[Curve]) -> Curve:
    """Return one curve that applies all, the first first."""

    def chain(value: float) -> float:
        for curve in curves:
            value = curve(value)
        return value

    return chain


def to_light(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def from_light(light: float) -> float:
    return light * 12.92 if light <= 0.0031308 else float(1.055 * light ** (1 / 2.4) - 0.055)


def _channel(tone: Tone, gain: float, points: Sequence[CurvePoint]) -> Curve:
    curves = [
        *([_levels(tone.levels)] if tone.levels != Levels() else []),
        *([_light(gain)] if gain != 1 else []),
        *([_gamma(tone.gamma)] if tone.gamma != 1 else []),
        *([_brightness(tone.brightness / 100)] if tone.brightness else []),
        *([_contrast(tone.contrast / 100)] if tone.contrast else []),
        *([_highlights(tone.highlights / 100)] if tone.highlights else []),
        *([_shadows(tone.shadows / 100)] if tone.shadows else []),
        *(_through(points) for points in (tone.curves.rgb, points) if points),
    ]
    return chained(curves)


def _gains(tone: Tone) -> tuple[float, float, float]:
    """Return the factor of light for each channel; balancing leaves a grey's brightness alone."""
    warmth, tint = tone.temperature / 100 * _WARMTH_STOPS, tone.tint / 100 * _TINT_STOPS
    stops = (warmth + tint / 2, -tint, tint / 2 - warmth)
    balance = [2.0**stop for stop in stops]
    luma = sum(weight * gain for weight, gain in zip(LUMA, balance, strict=True))
    if warmth == tint == 0:
        luma = 1.0
    exposure = 2.0**tone.exposure_stops
    red, green, blue = (gain / luma * exposure for gain in balance)
    return (red, green, blue)


def _light(gain: float) -> Curve:
    return lambda value: from_light(min(1.0, to_light(value) * gain))


def _levels(levels: Levels) -> Curve:
    black, white = levels.black / 255, levels.white / 255
    low, high = levels.black_out / 255, levels.white_out / 255

    def stretch(value: float) -> float:
        return low + (high - low) * min(1.0, max(0.0, (value - black) / (white - black)))

    return stretch


def _gamma(gamma: float) -> Curve:
    return lambda value: float(min(1.0, max(0.0, value)) ** (1 / gamma))


def _brightness(amount: float) -> Curve:
    return lambda value: value + amount * value * (1 - value)


def _contrast(amount: float) -> Curve:
    if amount < 0:
        return lambda value: value + amount * 0.8 * (value - 0.5)
    # An S from black to white: 3v² - 2v³, whose slope is 0 at the ends and 1.5 in the middle.
    return lambda value: value + amount * (value * value * (3 - 2 * value) - value)


def _highlights(amount: float) -> Curve:
    return lambda value: value + amount * value * value * (1 - value)


def _shadows(amount: float) -> Curve:
    return lambda value: value + amount * value * (1 - value) * (1 - value)


def _through(points: Sequence[CurvePoint]) -> Curve:
    """Interpolate monotone cubics: where the points never fall, neither does the curve.

    F. N. Fritsch and J. Butland, SIAM J. Sci. Stat. Comput. 5 (1984): harmonic means as slopes.
    """
    xs = [x / 255 for x, _ in points]
    ys = [y / 255 for _, y in points]
    spans = [right - left for left, right in pairwise(xs)]
    rises = [(b - a) / span for (a, b), span in zip(pairwise(ys), spans, strict=True)]
    inner = [2 * one * two / (one + two) if one * two > 0 else 0.0 for one, two in pairwise(rises)]
    slopes = [rises[0], *inner, rises[-1]]

    def follow(value: float) -> float:
        if value <= xs[0]:
            return ys[0]
        if value >= xs[-1]:
            return ys[-1]
        at = next(at for at in range(len(spans)) if value <= xs[at + 1])
        span, u = spans[at], (value - xs[at]) / spans[at]
        return (
            (1 + 2 * u) * (1 - u) ** 2 * ys[at]
            + u * (1 - u) ** 2 * span * slopes[at]
            + u * u * (3 - 2 * u) * ys[at + 1]
            + u * u * (u - 1) * span * slopes[at + 1]
        )

    return follow


def _lean(hued: Hued) -> tuple[float, float, float]:
    """Return how far each channel moves: a colour less its own brightness."""
    colour = colorsys.hsv_to_rgb(hued.hue_degrees / 360, 1.0, 1.0)
    luma = sum(weight * part for weight, part in zip(LUMA, colour, strict=True))
    reach = _SPLIT_REACH * hued.strength / 100
    red, green, blue = (reach * (part - luma) for part in colour)
    return (red, green, blue)


def _split(dark: float, light: float) -> Curve:
    return lambda value: value + dark * (1 - value) ** 2 + light * value * value
