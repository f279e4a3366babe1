"""Run a plan. The only door from a recipe to pixels: what is not in the table cannot happen."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.editing import colouring, measuring, placing, refining
from chalicelib.imaging.editing.work import Work
from chalicelib.imaging.plan import steps
from chalicelib.imaging.plan.compiling import Plan, remeasured

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
}

LISTED = frozenset(_ACTIONS)
"""Every step there is; a plan cannot hold another."""


def run(plan: Plan, picture: ColouredImage) -> ColouredImage:
    """Do what a plan says, in one pass; the same picture and plan give the same pixels.

    Args:
        picture: "L", "RGB", "LA" or "RGBA", uint8, sRGB or Display-P3: the plan's source as
            stored, or the same picture made smaller by its decoder.
    Returns:
        "L" or "RGB", and with "A" only where the plan's output keeps transparency; in the same
        space. Never larger than the plan's size.
    """
    work = Work(
        pixels=picture.image,
        alpha=None,
        is_display_p3=picture.is_display_p3,
        keeps_alpha=plan.output.keeps_alpha,
        seed=bytes.fromhex(plan.recipe_hash),
    )
    work.put(picture.image)
    if plan.measures:
        plan = remeasured(plan, measuring.measure(work, plan))
    for step in plan.steps:
        _ACTIONS[type(step)](work, step)
    return work.coloured()
