"""Cut, turn, warp, and lay on a canvas: the pixels are resampled here, once."""

import math

from PIL import Image, ImageOps

from chalicelib.imaging.editing.work import TRANSPARENT, Work
from chalicelib.imaging.plan.layout import Size
from chalicelib.imaging.plan.projection import (
    Projection,
    after,
    moving,
    place_of,
    scaling,
    steps_at,
)
from chalicelib.imaging.plan.steps import Canvas, Cut, Warp

_NEAR_ENOUGH = 0.95
"""As in decode.py: a decoder's own size up to 5 % below is taken as it is."""

_SHARP_ENOUGH = 1.25
"""Source pixels under one of the result before looking up four by four would skip some."""


def cut(work: Work, step: Cut) -> None:
    """Take a box to its size with one resampling, or none, and turn what came out."""
    image = work.joined()
    left, top, right, bottom = (
        share * side for share, side in zip(step.box, image.size * 2, strict=True)
    )
    is_swapped = step.turn in ("TRANSPOSE", "TRANSVERSE", "ROTATE_90", "ROTATE_270")
    size = (step.size[1], step.size[0]) if is_swapped else step.size
    edges = (
        round(left),
        round(top),
        max(round(right), round(left) + 1),
        max(round(bottom), round(top) + 1),
    )
    if _is_near((edges[2] - edges[0], edges[3] - edges[1]), size, is_exact=step.is_exact):
        image = image.crop(edges)
    else:
        image = image.resize(size, Image.Resampling.LANCZOS, box=(left, top, right, bottom))
    work.put(image.transpose(Image.Transpose[step.turn]) if step.turn else image)


def warp(work: Work, step: Warp) -> None:
    """Look every pixel of the result up, cubic, in a picture that is not much finer."""
    if step.shows_background and work.alpha is None:
        work.alpha = Image.new("L", work.pixels.size, 255)
    image = work.joined()
    back = after(scaling(*image.size), step.back)
    image, back = _shrunk(image, back, step.size)
    if step.shows_background:
        # A clear pixel all around, so that the turned edge is smooth.
        image, back = ImageOps.expand(image, 1, 0), after(moving(1, 1), back)
    # Dividing by the depth costs a quarter more, and without perspective it is 1 everywhere.
    is_flat = back[6] == back[7] == 0
    method = Image.Transform.AFFINE if is_flat else Image.Transform.PERSPECTIVE
    work.put(
        image.transform(step.size, method, back[: 6 if is_flat else 8], Image.Resampling.BICUBIC)
    )


def canvas(work: Work, step: Canvas) -> None:
    """Lay the picture on a plain canvas; a transparent one stays so where that is possible."""
    is_clear = step.colour == TRANSPARENT
    ground = work.rgb("#ffffff" if is_clear else step.colour)
    pixels = work.pixels
    if pixels.mode == "L" and len(set(ground)) == 1:
        paper = Image.new("L", step.size, ground[0])
    else:
        paper, pixels = Image.new("RGB", step.size, ground), pixels.convert("RGB")
    if is_clear and work.keeps_alpha:
        alpha = Image.new("L", step.size, 0)
        alpha.paste(255 if work.alpha is None else work.alpha, (*step.offset, *_end(work, step)))
        paper.paste(pixels, step.offset)
        work.pixels, work.alpha = paper, alpha
        return
    paper.paste(pixels, step.offset, work.alpha)
    work.pixels, work.alpha = paper, None


def _end(work: Work, step: Canvas) -> Size:
    return (step.offset[0] + work.pixels.width, step.offset[1] + work.pixels.height)


def _is_near(have: Size, wanted: Size, *, is_exact: bool) -> bool:
    if is_exact:
        return have == wanted
    return all(side * _NEAR_ENOUGH <= own <= side for own, side in zip(have, wanted, strict=True))


def _shrunk(image: Image.Image, back: Projection, size: Size) -> tuple[Image.Image, Projection]:
    """Bring the part that is looked at near the result's own fineness, and the map with it."""
    width, height = size
    corners = [(x, y) for x in (0, width) for y in (0, height)]
    seen = [place_of(back, corner) for corner in corners]
    left = max(0, math.floor(min(x for x, _ in seen)) - 2)
    top = max(0, math.floor(min(y for _, y in seen)) - 2)
    right = min(image.width, math.ceil(max(x for x, _ in seen)) + 2)
    bottom = min(image.height, math.ceil(max(y for _, y in seen)) + 2)
    finest = min(min(steps_at(back, place)) for place in (*corners, (width / 2, height / 2)))
    if finest <= _SHARP_ENOUGH:
        return image, back
    small = (max(1, round((right - left) / finest)), max(1, round((bottom - top) / finest)))
    shrink = scaling(small[0] / (right - left), small[1] / (bottom - top))
    resized = image.resize(small, Image.Resampling.LANCZOS, box=(left, top, right, bottom))
    return resized, after(shrink, after(moving(-left, -top), back))
