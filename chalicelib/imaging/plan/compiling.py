"""From a recipe to a plan: pure, cheap, the same for the same recipe."""

import math
from dataclasses import dataclass

from chalicelib.imaging.plan import steps
from chalicelib.imaging.plan.colour import colour, grain, vignette
from chalicelib.imaging.plan.decoration import decorating, edges, grown, pictures, room_for
from chalicelib.imaging.plan.detail import detail
from chalicelib.imaging.plan.layout import Layout, Measured, Output, Size, Source, lay_out
from chalicelib.imaging.plan.projection import (
    Projection,
    after,
    is_axis_aligned,
    place_of,
    scaling,
    steps_at,
)
from chalicelib.imaging.recipe.document import Recipe, recipe_hash

MAX_DECODE_PX = 4096
"""However small the crop, no more is decoded: 4096 px give 50 megabytes, 98 at the next scale."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One pass over the pixels, in order.

    Attributes:
        recipe, source, output: what it was compiled from.
        recipe_hash: names the recipe; also seeds whatever looks random.
        decode_px: how long the decoded picture's long side should be; more is wasted work.
        size: of the result, or the most it can be: when what is cut is found by measuring, and when
            the decoder's own size is near enough (up to 5 % less).
        measures: what has to be looked up in the pixels first.
        pictures: ids of the other photos it needs, for whose owner the caller answers.
        steps: in the order in which they run.
    """

    recipe: Recipe
    source: Source
    output: Output
    recipe_hash: str
    decode_px: int
    size: Size
    measures: tuple[str, ...]
    pictures: tuple[str, ...]
    steps: tuple[steps.Step, ...]

    def __str__(self) -> str:
        head = f"decode to {self.decode_px} px"
        measured = [f"measure {' and '.join(self.measures)}"] if self.measures else []
        return "\n".join([head, *measured, *map(str, self.steps)])


@dataclass(frozen=True, slots=True)
class Cost:
    """What a recipe takes, estimated from its plan: within a factor of two on one x86-64 core."""

    cpu_ms: int


def compile_plan(
    recipe: Recipe, source: Source, output: Output, measured: Measured | None = None
) -> Plan:
    """Fold a recipe into as few passes as there can be.

    Args:
        measured: what the pixels told of what a first plan wanted to measure.
    """
    decoration = recipe.decoration
    layout = lay_out(
        recipe.geometry,
        source,
        output,
        room=room_for(decoration),
        measured=measured or Measured(),
    )
    return Plan(
        recipe=recipe,
        source=source,
        output=output,
        recipe_hash=recipe_hash(recipe),
        decode_px=_decode_px(layout, source),
        size=grown(layout.canvas, edges(decoration)),
        measures=_measures(recipe) if measured is None else (),
        pictures=pictures(decoration),
        steps=(
            *_placing(layout, source),
            *colour(recipe.tone, recipe.look),
            *vignette(recipe.tone.vignette, recipe.look),
            *detail(recipe.detail, layout.content),
            *grain(recipe.detail.grain, recipe.look),
            *_framing(layout, recipe),
            *decorating(decoration),
        ),
    )


def price(recipe: Recipe, source: Source, output: Output) -> Cost:
    """Estimate the CPU time of the edits alone, without decoding and encoding."""
    plan = compile_plan(recipe, source, output)
    pixels = plan.size[0] * plan.size[1]
    return Cost(cpu_ms=math.ceil(sum(step.ns_per_pixel for step in plan.steps) * pixels / 1e6))


def _placing(layout: Layout, source: Source) -> tuple[steps.Step, ...]:
    """Return the one step that makes the content: a cut if that will do, else a projection."""
    if not is_axis_aligned(layout.back):
        return (steps.Warp(_rounded(layout.back), layout.content, layout.shows_background),)
    left, top = place_of(layout.back, (0, 0))
    right, bottom = place_of(layout.back, layout.content)
    box = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    left, top, right, bottom = (round(min(1.0, max(0.0, edge)), 9) for edge in box)
    turn = _turn(layout.back)
    is_swapped = abs(layout.back[0]) < abs(layout.back[1])
    across = (right - left) * source.width_px
    scale = round(across / layout.content[1 if is_swapped else 0], 4)
    return (steps.Cut((left, top, right, bottom), layout.content, turn, layout.is_exact, scale),)


def _framing(layout: Layout, recipe: Recipe) -> tuple[steps.Step, ...]:
    """Return what lays the content on its canvas, if it has one."""
    if layout.canvas == layout.content and not layout.shows_background:
        return ()
    collage = recipe.decoration.collage
    ground = collage.background if collage else recipe.geometry.background
    return (steps.Canvas(layout.canvas, layout.offset, ground),)


def _measures(recipe: Recipe) -> tuple[str, ...]:
    geometry = recipe.geometry
    cuts = (
        geometry.crop.ratio is not None
        or geometry.resize.fit == "cover"
        or recipe.decoration.collage is not None
    )
    return (
        *(["trim"] if geometry.trim is not None else []),
        *(["focus"] if geometry.focus == "auto" and cuts else []),
    )


def _decode_px(layout: Layout, source: Source) -> int:
    """Return the long side at which a pixel of the result is one of the decoded picture."""
    in_source = after(scaling(source.width_px, source.height_px), layout.back)
    width, height = layout.content
    places = [(x, y) for x in (0, width / 2, width) for y in (0, height / 2, height)]
    finest = min(min(steps_at(in_source, place)) for place in places)
    long_side = max(source.width_px, source.height_px)
    return min(long_side, MAX_DECODE_PX, math.ceil(round(long_side / max(finest, 1e-6), 6)))


def _turn(back: Projection) -> str | None:
    """Name what `PIL.Image.Transpose` does after the cut; see which way each axis runs."""
    a, b, _, d, e, *_ = back
    if abs(a) > abs(b):
        names = {(True, True): None, (False, True): "FLIP_LEFT_RIGHT"}
        names |= {(True, False): "FLIP_TOP_BOTTOM", (False, False): "ROTATE_180"}
        return names[a > 0, e > 0]
    turns = {(True, True): "TRANSPOSE", (False, False): "TRANSVERSE"}
    turns |= {(True, False): "ROTATE_270", (False, True): "ROTATE_90"}
    return turns[b > 0, d > 0]


def _rounded(back: Projection) -> Projection:
    a, b, c, d, e, f, g, h, i = (round(cell, 12) for cell in back)
    return (a, b, c, d, e, f, g, h, i)
