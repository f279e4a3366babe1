"""From a recipe to a plan: pure, cheap, the same for the same recipe."""

import math
from dataclasses import dataclass

from chalicelib.imaging.plan import steps
from chalicelib.imaging.plan.colour import colour, grain, vignette
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
from chalicelib.imaging.recipe.geometry import Geometry

MAX_DECODE_PX = 4096
"""However small the crop, no more is decoded: 4096 px give 50 megabytes, 98 at the next scale."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One pass over the pixels, in order.

    Attributes:
        recipe_hash: names the recipe; also seeds whatever looks random.
        decode_px: how long the decoded picture's long side should be; more is wasted work.
        size: of the result, or the most it can be: when what is cut is found by measuring, and when
            the decoder's own size is near enough (up to 5 % less).
        measures: what has to be looked up in the pixels first.
        geometry, source, output: what the steps were compiled from, for when it was measured.
        steps: in the order in which they run.
    """

    recipe_hash: str
    decode_px: int
    size: Size
    measures: tuple[str, ...]
    geometry: Geometry
    source: Source
    output: Output
    steps: tuple[steps.Step, ...]

    def __str__(self) -> str:
        head = f"decode to {self.decode_px} px"
        measured = [f"measure {' and '.join(self.measures)}"] if self.measures else []
        return "\n".join([head, *measured, *map(str, self.steps)])


@dataclass(frozen=True, slots=True)
class Cost:
    """What a recipe takes, estimated from its plan: within a factor of two on one x86-64 core."""

    cpu_ms: int


def compile_plan(recipe: Recipe, source: Source, output: Output) -> Plan:
    """Fold a recipe into as few passes as there can be."""
    layout = lay_out(recipe.geometry, source, output)
    return Plan(
        recipe_hash=recipe_hash(recipe),
        decode_px=_decode_px(layout, source),
        size=layout.canvas,
        measures=_measures(recipe.geometry),
        geometry=recipe.geometry,
        source=source,
        output=output,
        steps=(
            *placing(layout),
            *colour(recipe.tone, recipe.look),
            *vignette(recipe.tone.vignette, recipe.look),
            *detail(recipe.detail, layout.content),
            *grain(recipe.detail.grain, recipe.look),
            *framing(layout, recipe.geometry),
        ),
    )


def price(recipe: Recipe, source: Source, output: Output) -> Cost:
    """Estimate the CPU time of the edits alone, without decoding and encoding."""
    plan = compile_plan(recipe, source, output)
    pixels = plan.size[0] * plan.size[1]
    return Cost(cpu_ms=math.ceil(sum(step.ns_per_pixel for step in plan.steps) * pixels / 1e6))


def placing(layout: Layout) -> tuple[steps.Step, ...]:
    """Return the one step that makes the content: a cut if that will do, else a projection."""
    if not is_axis_aligned(layout.back):
        return (steps.Warp(_rounded(layout.back), layout.content, layout.shows_background),)
    left, top = place_of(layout.back, (0, 0))
    right, bottom = place_of(layout.back, layout.content)
    box = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    inside = tuple(round(min(1.0, max(0.0, edge)), 9) for edge in box)
    left, top, right, bottom = inside
    return (
        steps.Cut((left, top, right, bottom), layout.content, _turn(layout.back), layout.is_exact),
    )


def framing(layout: Layout, geometry: Geometry) -> tuple[steps.Step, ...]:
    """Return what lays the content on its canvas, if it has one."""
    if layout.canvas == layout.content and not layout.shows_background:
        return ()
    return (steps.Canvas(layout.canvas, layout.offset, geometry.background),)


def remeasured(plan: Plan, measured: Measured) -> Plan:
    """Return the plan for what the pixels told, with nothing left to measure."""
    layout = lay_out(plan.geometry, plan.source, plan.output, measured)
    kept = (
        step for step in plan.steps if not isinstance(step, steps.Cut | steps.Warp | steps.Canvas)
    )
    return Plan(
        recipe_hash=plan.recipe_hash,
        decode_px=plan.decode_px,
        size=layout.canvas,
        measures=(),
        geometry=plan.geometry,
        source=plan.source,
        output=plan.output,
        steps=(*placing(layout), *kept, *framing(layout, plan.geometry)),
    )


def _measures(geometry: Geometry) -> tuple[str, ...]:
    cuts = geometry.crop.ratio is not None or geometry.resize.fit == "cover"
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
