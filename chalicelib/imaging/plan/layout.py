"""From the geometry of a recipe to one map from the result's pixels to the source's.

Everything (EXIF orientation, turns, perspective, straightening, cuts, sizes) becomes a single map
and a single canvas, whatever the recipe says, so the pixels are resampled once.
"""

import math
from dataclasses import dataclass, replace

from chalicelib.imaging.plan.projection import (
    IDENTITY,
    Place,
    Projection,
    after,
    inverse,
    place_of,
    scaling,
)
from chalicelib.imaging.plan.view import (
    View,
    boxed,
    flipped,
    rectified,
    rotated,
    straightened,
    turned,
)
from chalicelib.imaging.recipe.geometry import Crop, Geometry, Resize
from chalicelib.imaging.recipe.parts import Box, Point

Size = tuple[int, int]

_SLACK = 1e-6
"""In shares of the source: a hundredth of a pixel of the largest."""

# EXIF 2.32 section 4.6.4, tag 274, as quarter turns clockwise and then a flip left to right.
_TO_UPRIGHT = {
    2: (0, True), 3: (2, False), 4: (2, True), 5: (1, True),
    6: (1, False), 7: (3, True), 8: (3, False),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """The picture a recipe is compiled for: as stored, before orientation is applied."""

    width_px: int
    height_px: int
    orientation: int = 1


@dataclass(frozen=True, slots=True)
class Output:
    """What the caller can use.

    Attributes:
        long_side_px: no result is longer.
        keeps_alpha: the format has transparency; without it, transparent becomes white.
    """

    long_side_px: int
    keeps_alpha: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """What only the pixels can tell, in shares of the stored picture."""

    trim: Box | None = None
    focus: Point | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A place on a collage, in shares of its sides."""

    left: float
    top: float
    width: float
    height: float

    def pixels(self, size: Size) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom on a canvas of a size."""
        left, top = round(self.left * size[0]), round(self.top * size[1])
        right = max(left + 1, round((self.left + self.width) * size[0]))
        return (left, top, right, max(top + 1, round((self.top + self.height) * size[1])))


@dataclass(frozen=True, slots=True)
class Edge:
    """Room added around a picture, in shares of its shorter side."""

    left: float
    top: float
    right: float
    bottom: float

    def pixels(self, size: Size) -> tuple[int, int, int, int]:
        """Return the whole pixels at each side of a picture of a size."""
        left, top, right, bottom = (
            int(share * min(size)) for share in (self.left, self.top, self.right, self.bottom)
        )
        return (left, top, right, bottom)


@dataclass(frozen=True, slots=True)
class Room:
    """What else has to fit on the result.

    Attributes:
        cell: where the picture lies on a collage, and `ratio`, the collage's width to height.
        edges: from the inside out.
    """

    cell: Cell | None = None
    ratio: float = 1.0
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each pixel of the result comes from.

    Attributes:
        back: from the content's pixels to shares of the stored picture.
        content: size of the picture itself.
        canvas: size with the room around it, but without edges.
        offset: where the content lies on the canvas.
        is_exact: the sizes were asked for; otherwise they are the most there may be.
        shows_background: some of the content lies outside the source.
    """

    back: Projection
    content: Size
    canvas: Size
    offset: Size
    is_exact: bool
    shows_background: bool


def lay_out(
    geometry: Geometry,
    source: Source,
    output: Output,
    *,
    room: Room = Room(),
    measured: Measured = Measured(),
) -> Layout:
    """Compose the geometry into one map.

    Args:
        room: what will be added, so that all of it stays within the output's limit.
        measured: what trimming and `auto` focus found; without it they do nothing.
    """
    view = View(source.width_px, source.height_px, IDENTITY)
    if measured.trim is not None:
        view = boxed(view, measured.trim)
    turns, is_flipped = _TO_UPRIGHT.get(source.orientation, (0, False))
    view = flipped(turned(view, turns), "horizontal" if is_flipped else None)
    view = flipped(turned(view, geometry.quarter_turns), geometry.flip)
    if geometry.corners is not None:
        view = rectified(view, geometry.corners)
    view = rotated(view, geometry.rotate_degrees)
    view = straightened(view, geometry.straighten_degrees)
    view = replace(view, focus=_focus(view, geometry, source, measured))
    view = _cropped(view, geometry.crop)
    return _sized(view, geometry, source, output, room)


def _focus(view: View, geometry: Geometry, source: Source, measured: Measured) -> Place:
    if isinstance(geometry.focus, Point):
        return (geometry.focus.x * view.width, geometry.focus.y * view.height)
    if geometry.focus == "auto" and measured.focus is not None:
        stored = (measured.focus.x * source.width_px, measured.focus.y * source.height_px)
        return place_of(inverse(view.back), stored)
    return (view.width / 2, view.height / 2)


def _cropped(view: View, crop: Crop) -> View:
    if crop.box is not None:
        view = boxed(view, crop.box)
    if crop.ratio is not None:
        width, _, height = crop.ratio.partition(":")
        view = view.cut_to(int(width) / int(height))
    return view


def _sized(view: View, geometry: Geometry, source: Source, output: Output, room: Room) -> Layout:
    resize, pad = geometry.resize, geometry.pad
    view = _shaped(view, resize, room)
    width, height = _wished(view, resize, is_cell=room.cell is not None)
    total_width, total_height = _around(width, height, resize, room)
    percent = min(width, height) / 100
    across = total_width + (pad.left + pad.right) * percent
    down = total_height + (pad.top + pad.bottom) * percent
    limit = output.long_side_px
    scale = min(1.0, limit / _longest(across, down, room))
    # Edges are drawn in whole pixels around the canvas: rounding up could pass the limit.
    whole = math.floor if room.edges else round
    content = (max(1, whole(width * scale)), max(1, whole(height * scale)))
    canvas = (
        min(limit, max(content[0], whole(across * scale))),
        min(limit, max(content[1], whole(down * scale))),
    )
    left, top = _offset((width, height), (total_width, total_height), room)
    offset = (
        min(round((left + pad.left * percent) * scale), canvas[0] - content[0]),
        min(round((top + pad.top * percent) * scale), canvas[1] - content[1]),
    )
    in_pixels = after(view.back, scaling(view.width / content[0], view.height / content[1]))
    back = after(scaling(1 / source.width_px, 1 / source.height_px), in_pixels)
    return Layout(
        back=back,
        content=content,
        canvas=canvas,
        offset=offset,
        is_exact=canvas != content or bool(resize.width_px or resize.height_px),
        shows_background=_shows_background(back, content),
    )


def _shaped(view: View, resize: Resize, room: Room) -> View:
    """Cut to the shape of what has to be filled, if anything has."""
    if room.cell is not None:
        return view.cut_to(room.ratio * room.cell.width / room.cell.height)
    if resize.fit == "cover" and resize.width_px and resize.height_px:
        return view.cut_to(resize.width_px / resize.height_px)
    return view


def _longest(across: float, down: float, room: Room) -> float:
    for edge in room.edges:
        shorter = min(across, down)
        across += (edge.left + edge.right) * shorter
        down += (edge.top + edge.bottom) * shorter
    return max(across, down)


def _wished(view: View, resize: Resize, *, is_cell: bool) -> tuple[float, float]:
    """Return the content's size in result pixels, before the output's limit."""
    scale_x = (resize.width_px or math.inf) / view.width
    scale_y = (resize.height_px or math.inf) / view.height
    if resize.width_px is None and resize.height_px is None:
        scale_x = scale_y = 1.0
    elif resize.fit == "fill" and resize.width_px and resize.height_px and not is_cell:
        # As far as one side allows; the other is stretched to keep the shape that was asked for.
        shrink = 1.0 if resize.enlarge else max(1.0, min(scale_x, scale_y))
        scale_x, scale_y = scale_x / shrink, scale_y / shrink
    else:
        scale = min(scale_x, scale_y)
        scale_x = scale_y = scale if resize.enlarge else min(1.0, scale)
    return (view.width * scale_x, view.height * scale_y)


def _around(width: float, height: float, resize: Resize, room: Room) -> tuple[float, float]:
    """Return the canvas that a content of a size lies on, before padding."""
    if room.cell is not None:
        return (width / room.cell.width, height / room.cell.height)
    if resize.fit == "contain" and resize.width_px and resize.height_px:
        return (max(width, resize.width_px), max(height, resize.height_px))
    return (width, height)


def _offset(content: Place, canvas: Place, room: Room) -> Place:
    """Return where the content lies: in its cell, else in the middle."""
    if room.cell is None:
        return ((canvas[0] - content[0]) / 2, (canvas[1] - content[1]) / 2)
    return (room.cell.left * canvas[0], room.cell.top * canvas[1])


def _shows_background(back: Projection, content: Size) -> bool:
    edges = [(x, y) for x in (0, content[0]) for y in (0, content[1])]
    places = [value for edge in edges for value in place_of(back, edge)]
    return min(places) < -_SLACK or max(places) > 1 + _SLACK
