"""Fold what is asked of fineness into as few kernels as there can be."""

from chalicelib.imaging.plan import steps
from chalicelib.imaging.plan.layout import Size
from chalicelib.imaging.recipe.detail import Detail

_LARGEST_BLUR = 0.05
"""Of the longer side, at 100; it grows with the square, so that small settings are fine ones."""


def detail(asked: Detail, size: Size) -> tuple[steps.Step, ...]:
    """Return what is done to a picture of a size, in order."""
    long_side = max(size)
    radius_px = round(long_side * _LARGEST_BLUR * (asked.blur / 100) ** 2, 3)
    found: list[steps.Step] = []
    if asked.denoise or asked.clarity or asked.sharpen:
        found.append(steps.Refine(asked.denoise, asked.clarity, asked.sharpen))
    if radius_px:
        found.append(steps.Blur(radius_px))
    found += (
        steps.Pixelate(
            (one.box.left, one.box.top, one.box.right, one.box.bottom),
            max(2, round(long_side * one.cell_percent / 100)),
        )
        for one in asked.pixelate
    )
    return tuple(found)
