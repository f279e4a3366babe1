"""Run a plan. The only door from a recipe to pixels: what is not in the table cannot happen."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.editing import (
    colouring,
    decorating,
    lettering,
    measuring,
    placing,
    refining,
)
from chalicelib.imaging.editing.work import Work
from chalicelib.imaging.plan import steps
from chalicelib.imaging.plan.compiling import Plan, compile_plan

_ACTIONS: Mapping[type[steps.Step], Callable[[Work, Any], None]] = {
    steps.Cut: placing.cut,
    steps.Warp: placing.warp,
    steps.Colour: colouring.colour,
    steps.Vignette: colouring.vignette,
    steps.Refine: refining.refine,
    steps.Blur: refining.blur,
    steps.Pixelate: refining.pixelate,
    steps.Grain: refining.grain,
    steps.Canvas: placing.canvas,
    steps.Collage: decorating.collage,
    steps.Rounded: decorating.rounded,
    steps.Frame: decorating.frame,
    steps.Watermark: decorating.watermark,
    steps.Text: lettering.text,
}

LISTED = frozenset(_ACTIONS)
"""Every step there is; a plan cannot hold another."""


def run(
    plan: Plan, picture: ColouredImage, pictures: Mapping[str, ColouredImage] | None = None
) -> ColouredImage:
    """Do what a plan says, in one pass; the same picture and plan give the same pixels.

    Args:
        picture: "L", "RGB", "LA" or "RGBA", uint8, sRGB or Display-P3: the plan's source as
            stored, or the same picture made smaller by its decoder.
        pictures: upright, one for each id in `plan.pictures`.
    Returns:
        "L" or "RGB", and with "A" only where the plan's output keeps transparency; in the same
        space, or in sRGB if the pictures are not all in one. Never larger than the plan's size.
    """
    work = Work.on(picture, dict(pictures or {}), plan)
    if plan.measures:
        plan = compile_plan(plan.recipe, plan.source, plan.output, measuring.measure(work, plan))
    for step in plan.steps:
        _ACTIONS[type(step)](work, step)
    return work.coloured()
