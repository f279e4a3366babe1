"""One geometric step after the other, each as a map: nothing is resampled here."""

import math
from dataclasses import dataclass, replace

from chalicelib.imaging.plan.projection import (
    Place,
    Projection,
    after,
    moving,
    scaling,
    square_to,
    turning,
)
from chalicelib.imaging.recipe.geometry import Corners
from chalicelib.imaging.recipe.parts import Box


@dataclass(frozen=True, slots=True)
class View:
    """A picture on its way: its size in source pixels, and where they are in the source."""

    width: float
    height: float
    back: Projection
    focus: Place = (0.0, 0.0)

    def seen_through(self, change: Projection, width: float, height: float) -> "View":
        return replace(self, width=width, height=height, back=after(self.back, change))

    def cut(self, left: float, top: float, width: float, height: float) -> "View":
        focus = (self.focus[0] - left, self.focus[1] - top)
        view = self.seen_through(moving(left, top), width, height)
        return replace(view, focus=focus)

    def cut_to(self, ratio: float) -> "View":
        """Keep the largest part of a ratio, as near around the focus as it gets."""
        width, height = min(self.width, self.height * ratio), min(self.height, self.width / ratio)
        left = min(max(0.0, self.focus[0] - width / 2), self.width - width)
        top = min(max(0.0, self.focus[1] - height / 2), self.height - height)
        return self.cut(left, top, width, height)


def turned(view: View, quarters: int) -> View:
    width, height = view.width, view.height
    match quarters:
        case 1:
            return view.seen_through((0, 1, 0, -1, 0, height, 0, 0, 1), height, width)
        case 2:
            return view.seen_through((-1, 0, width, 0, -1, height, 0, 0, 1), width, height)
        case 3:
            return view.seen_through((0, -1, width, 1, 0, 0, 0, 0, 1), height, width)
    return view


def flipped(view: View, flip: str | None) -> View:
    if flip in ("horizontal", "both"):
        change: Projection = (-1, 0, view.width, 0, 1, 0, 0, 0, 1)
        view = view.seen_through(change, view.width, view.height)
    if flip in ("vertical", "both"):
        change = (1, 0, 0, 0, -1, view.height, 0, 0, 1)
        view = view.seen_through(change, view.width, view.height)
    return view


def rectified(view: View, corners: Corners) -> View:
    points = (
        corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left
    )  # fmt: skip
    ring = [(point.x * view.width, point.y * view.height) for point in points]
    width = (math.dist(ring[0], ring[1]) + math.dist(ring[3], ring[2])) / 2
    height = (math.dist(ring[0], ring[3]) + math.dist(ring[1], ring[2])) / 2
    change = after(square_to(ring), scaling(1 / width, 1 / height))
    return view.seen_through(change, width, height)


def rotated(view: View, degrees: float) -> View:
    """Turn on a canvas that grows so that nothing is lost."""
    if degrees == 0:
        return view
    cosine, sine = (abs(value) for value in turning(degrees)[:2])
    width = view.width * cosine + view.height * sine
    height = view.width * sine + view.height * cosine
    return _turned_freely(view, degrees, width, height)


def straightened(view: View, degrees: float) -> View:
    """Turn, and keep the largest rectangle of the same shape that the picture fills."""
    if degrees == 0:
        return view
    cosine, sine = (abs(value) for value in turning(degrees)[:2])
    kept = min(
        view.width / (view.width * cosine + view.height * sine),
        view.height / (view.width * sine + view.height * cosine),
    )
    return _turned_freely(view, degrees, view.width * kept, view.height * kept)


def _turned_freely(view: View, degrees: float, width: float, height: float) -> View:
    change = after(
        moving(view.width / 2, view.height / 2),
        after(turning(-degrees), moving(-width / 2, -height / 2)),
    )
    return view.seen_through(change, width, height)


def boxed(view: View, box: Box) -> View:
    return view.cut(
        box.left * view.width,
        box.top * view.height,
        (box.right - box.left) * view.width,
        (box.bottom - box.top) * view.height,
    )
