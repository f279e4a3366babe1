"""Cells, edges, marks and words as steps; and how much room they need before anything is drawn."""

import math

from chalicelib.imaging.plan import steps
from chalicelib.imaging.plan.layout import Cell, Edge, Room, Size
from chalicelib.imaging.recipe.decoration import Collage, Decoration, Text, Watermark

_INSTANT = Edge(left=0.055, top=0.055, right=0.055, bottom=0.2)
_MOUNT = Edge(left=0.09, top=0.09, right=0.09, bottom=0.09)
_FILM = Edge(left=0.02, top=0.13, right=0.02, bottom=0.13)
_EDGES = {"instant": _INSTANT, "mount": _MOUNT, "film": _FILM}
_PAPER = {"instant": "#f7f5ef", "mount": "#fbfaf7", "film": "#101010"}


def cells(collage: Collage) -> tuple[Cell, ...]:
    """Divide a canvas of the collage's ratio; shares of its sides, the edited picture's first."""
    count = len(collage.photos) + 1
    width, _, height = collage.ratio.partition(":")
    shorter = min(int(width), int(height))
    gap_x = collage.gap_percent / 100 * shorter / int(width)
    gap_y = collage.gap_percent / 100 * shorter / int(height)
    columns = {"row": count, "column": 1, "grid": math.ceil(math.sqrt(count))}[collage.layout]
    rows = math.ceil(count / columns)
    cell_height = (1 - gap_y * (rows + 1)) / rows
    found = []
    for at in range(count):
        row, column = divmod(at, columns)
        in_row = min(columns, count - row * columns)
        cell_width = (1 - gap_x * (in_row + 1)) / in_row
        found.append(
            Cell(
                left=gap_x + column * (cell_width + gap_x),
                top=gap_y + row * (cell_height + gap_y),
                width=cell_width,
                height=cell_height,
            )
        )
    return tuple(found)


def room_for(asked: Decoration) -> Room:
    """Return what the layout has to leave free."""
    if asked.collage is None:
        return Room(edges=edges(asked))
    width, _, height = asked.collage.ratio.partition(":")
    return Room(cells(asked.collage)[0], int(width) / int(height), edges(asked))


def edges(asked: Decoration) -> tuple[Edge, ...]:
    """Return the room that border and frame need, from the inside out."""
    border = asked.border.width_percent / 100 if asked.border else 0.0
    return (
        *([Edge(border, border, border, border)] if border else []),
        *([_EDGES[asked.frame.style]] if asked.frame else []),
    )


def grown(size: Size, around: tuple[Edge, ...]) -> Size:
    """Return a size with its edges, in the whole pixels that are drawn."""
    for edge in around:
        left, top, right, bottom = edge.pixels(size)
        size = (left + size[0] + right, top + size[1] + bottom)
    return size


def decorating(asked: Decoration) -> tuple[steps.Step, ...]:
    """Return what is done once the picture lies on its canvas."""
    found: list[steps.Step] = []
    if asked.collage:
        found.append(steps.Collage(asked.collage.photos, cells(asked.collage)[1:]))
    if asked.rounded and asked.rounded.radius_percent:
        found.append(steps.Rounded(asked.rounded.radius_percent / 100, asked.rounded.background))
    if asked.border and asked.border.width_percent:
        found.append(steps.Frame("plain", edges(asked)[0], asked.border.colour))
    if asked.frame:
        style = asked.frame.style
        found.append(steps.Frame(style, _EDGES[style], _PAPER[style]))
    found += (_watermark(one) for one in asked.watermarks if one.opacity)
    found += (_text(one) for one in asked.texts if one.opacity)
    return tuple(found)


def pictures(asked: Decoration) -> tuple[str, ...]:
    """Name the other photos that are needed, each once."""
    collage = asked.collage.photos if asked.collage else ()
    marks = (one.photo for one in asked.watermarks if one.opacity)
    return tuple(dict.fromkeys((*collage, *marks)))


def _watermark(asked: Watermark) -> steps.Step:
    return steps.Watermark(
        photo=asked.photo,
        width=asked.width_percent / 100,
        opacity=asked.opacity,
        anchor=asked.anchor,
        distance=asked.distance_percent / 100,
        degrees=asked.rotate_degrees,
    )


def _text(asked: Text) -> steps.Step:
    return steps.Text(
        text=asked.text,
        size=asked.size_percent / 100,
        colour=asked.colour,
        opacity=asked.opacity,
        outline=asked.outline_percent / 100,
        outline_colour=asked.outline_colour,
        anchor=asked.anchor,
        distance=asked.distance_percent / 100,
        degrees=asked.rotate_degrees,
    )
