"""Maps between two planes, as nine numbers: where a place of the result lies in the source.

Row by row, as in (x, y, 1) -> (X, Y, W): the place is X/W, Y/W. A place (0.5, 0.5) is the middle
of the upper left pixel.
"""

import math
from collections.abc import Sequence

Place = tuple[float, float]
Projection = tuple[float, float, float, float, float, float, float, float, float]

IDENTITY: Projection = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

_DIGITS = 12
"""What the last bits of a sine differ by between C libraries must not reach a pixel."""


def after(first: Projection, second: Projection) -> Projection:
    """Return the map that goes through `second`, then through `first`."""
    cells = [
        sum(first[3 * row + at] * second[3 * at + column] for at in range(3))
        for row in range(3)
        for column in range(3)
    ]
    return _projection(cells)


def scaling(x: float, y: float) -> Projection:
    return (x, 0.0, 0.0, 0.0, y, 0.0, 0.0, 0.0, 1.0)


def moving(x: float, y: float) -> Projection:
    return (1.0, 0.0, x, 0.0, 1.0, y, 0.0, 0.0, 1.0)


def turning(degrees: float) -> Projection:
    """Turn about the origin; clockwise, since y points down."""
    cosine = round(math.cos(math.radians(degrees)), _DIGITS)
    sine = round(math.sin(math.radians(degrees)), _DIGITS)
    return (cosine, -sine, 0.0, sine, cosine, 0.0, 0.0, 0.0, 1.0)


def square_to(corners: Sequence[Place]) -> Projection:
    """Map the unit square onto four corners, clockwise from the upper left.

    Heckbert, Fundamentals of Texture Mapping and Image Warping (1989), section 2.2.3.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    dx1, dx2, dx3 = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, dy3 = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    divisor = dx1 * dy2 - dx2 * dy1
    g = (dx3 * dy2 - dx2 * dy3) / divisor
    h = (dx1 * dy3 - dx3 * dy1) / divisor
    return (
        x1 - x0 + g * x1,
        x3 - x0 + h * x3,
        x0,
        y1 - y0 + g * y1,
        y3 - y0 + h * y3,
        y0,
        g,
        h,
        1.0,
    )


def inverse(projection: Projection) -> Projection:
    a, b, c, d, e, f, g, h, i = projection
    adjugate = (
        e * i - f * h,
        c * h - b * i,
        b * f - c * e,
        f * g - d * i,
        a * i - c * g,
        c * d - a * f,
        d * h - e * g,
        b * g - a * h,
        a * e - b * d,
    )
    return _projection(
        [value / (a * adjugate[0] + b * adjugate[3] + c * adjugate[6]) for value in adjugate]
    )


def place_of(projection: Projection, place: Place) -> Place:
    """Follow the map from one place."""
    x, y = place
    a, b, c, d, e, f, g, h, i = projection
    depth = g * x + h * y + i
    return ((a * x + b * y + c) / depth, (d * x + e * y + f) / depth)


def steps_at(projection: Projection, place: Place) -> Place:
    """Return how far the source moves for one step right, and one step down, of the result."""
    x, y = place_of(projection, place)
    a, b, _, d, e, _, g, h, i = projection
    depth = g * place[0] + h * place[1] + i
    return (
        math.hypot(a - g * x, d - g * y) / abs(depth),
        math.hypot(b - h * x, e - h * y) / abs(depth),
    )


def is_axis_aligned(projection: Projection) -> bool:
    """Tell whether upright rectangles stay so: a cut, perhaps turned or flipped."""
    a, b, _, d, e, _, g, h, _ = projection
    is_straight = abs(g) < 1e-12 and abs(h) < 1e-12
    longest = max(abs(a), abs(b), abs(d), abs(e)) * 1e-9
    return is_straight and (max(abs(b), abs(d)) <= longest or max(abs(a), abs(e)) <= longest)


def _projection(cells: Sequence[float]) -> Projection:
    a, b, c, d, e, f, g, h, i = (cell / cells[8] for cell in cells)
    return (a, b, c, d, e, f, g, h, i)
