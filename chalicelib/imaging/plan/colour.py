"""Fold a tone, and the preset over it, into one step."""

from collections.abc import Sequence

from chalicelib.imaging.plan import matrix, steps
from chalicelib.imaging.plan.cube import cube_of
from chalicelib.imaging.plan.curves import Curve, after_matrix, before_matrix, chained, table
from chalicelib.imaging.plan.vividness import Vividness, vividness_of
from chalicelib.imaging.recipe.detail import Grain
from chalicelib.imaging.recipe.presets import PRESETS, Look, Preset
from chalicelib.imaging.recipe.tone import Tone, Vignette

_NEUTRAL = steps.Colour(
    auto=0, equalize=0, table=None, vivid=None, matrix=None, after=None, cube=None
)


def preset_of(look: Look | None) -> tuple[Preset, float]:
    """Return a look's preset and its strength, 0 to 1."""
    if look is None:
        return Preset(), 0.0
    return PRESETS[look.preset], look.strength / 100


def colour(tone: Tone, look: Look | None) -> tuple[steps.Step, ...]:
    """Return the step that light and colour need, if any.

    All curves come first, the preset's after the recipe's own; then what bends colour; then the
    matrices; then the split tones.
    """
    preset, strength = preset_of(look)
    linear = matrix.blended(matrix.colour_matrix(preset.tone), strength)
    folded = matrix.product(linear, matrix.colour_matrix(tone))
    vibrance = tone.vibrance + preset.tone.vibrance * strength
    cube = cube_of(vibrance, preset.mixer, strength)
    vivid = None
    if vibrance and cube is None:
        vivid, folded = _vivid(vibrance, folded)
    step = steps.Colour(
        auto=tone.auto,
        equalize=tone.equalize,
        table=table(_both(before_matrix(tone), before_matrix(preset.tone), strength)),
        vivid=vivid,
        matrix=None if folded == matrix.IDENTITY else folded,
        after=table(
            _both(after_matrix(tone.split_tone), after_matrix(preset.tone.split_tone), strength)
        ),
        cube=cube,
    )
    return () if step == _NEUTRAL else (step,)


def vignette(own: Vignette, look: Look | None) -> tuple[steps.Step, ...]:
    """Return the step of the recipe's vignette, or else of the preset's."""
    preset, strength = preset_of(look)
    chosen = own if own.amount else preset.tone.vignette
    amount = own.amount or round(preset.tone.vignette.amount * strength)
    return (steps.Vignette(amount, chosen.midpoint),) if amount else ()


def grain(own: Grain, look: Look | None) -> tuple[steps.Step, ...]:
    """Return the step of the recipe's grain, or else of the preset's."""
    preset, strength = preset_of(look)
    chosen = own if own.amount else preset.grain
    amount = own.amount or round(preset.grain.amount * strength)
    return (steps.Grain(amount, chosen.size),) if amount else ()


def _vivid(vibrance: float, then: matrix.Matrix) -> tuple[Vividness | None, matrix.Matrix]:
    """Take the matrix into the vibrance if it only saturates; return what is left of it."""
    factor = matrix.saturation_of(then)
    both = None if factor is None else vividness_of(vibrance, factor)
    return (both, matrix.IDENTITY) if both else (vividness_of(vibrance, 1.0), then)


def _both(own: Sequence[Curve], others: Sequence[Curve], strength: float) -> list[Curve]:
    if strength == 0:
        return list(own)
    return [
        chained((mine, _weakened(theirs, strength)))
        for mine, theirs in zip(own, others, strict=True)
    ]


def _weakened(curve: Curve, strength: float) -> Curve:
    return lambda value: value + strength * (curve(value) - value)
