"""Everything linear about colour, as one matrix: saturation, grayscale, sepia.

Three rows of four: what of red, green, blue and (in 1/255) of nothing goes into a channel.
"""

from chalicelib.imaging.plan.curves import LUMA
from chalicelib.imaging.recipe.tone import Tone

Matrix = tuple[float, float, float, float, float, float, float, float, float, float, float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0)

_SEPIA = (1.04, 0.95, 0.80)
_SAME = 1e-6
_DIGITS = 9
"""Far below an 8-bit step, and above what two C libraries disagree about."""


def colour_matrix(tone: Tone) -> Matrix:
    """Fold saturation, grayscale and sepia, in this order."""
    matrix = _saturated(1 + tone.saturation / 100)
    matrix = product(_saturated(1 - tone.grayscale / 100), matrix)
    return product(blended(_toned(_SEPIA), tone.sepia / 100), matrix)


def product(outer: Matrix, inner: Matrix) -> Matrix:
    """Return the matrix that applies `inner`, then `outer`."""
    cells = [
        round(
            sum(outer[4 * row + at] * inner[4 * at + column] for at in range(3))
            + (outer[4 * row + 3] if column == 3 else 0.0),
            _DIGITS,
        )
        for row in range(3)
        for column in range(4)
    ]
    return _matrix(cells)


def blended(matrix: Matrix, share: float) -> Matrix:
    """Return some of a matrix and the rest of what changes nothing."""
    return _matrix(
        [own + share * (other - own) for own, other in zip(IDENTITY, matrix, strict=True)]
    )


def saturation_of(matrix: Matrix) -> float | None:
    """Return the factor of a matrix that does nothing but saturate; None for any other."""
    factor = matrix[0] - matrix[4]
    alike = zip(matrix, _saturated(factor), strict=True)
    return factor if all(abs(one - other) < _SAME for one, other in alike) else None


def _saturated(factor: float) -> Matrix:
    return blended(_toned((1.0, 1.0, 1.0)), 1 - factor)


def _toned(colour: tuple[float, float, float]) -> Matrix:
    """Brightness alone, seen through a colour."""
    return _matrix([part * weight for part in colour for weight in (*LUMA, 0.0)])


def _matrix(cells: list[float]) -> Matrix:
    a, b, c, d, e, f, g, h, i, j, k, m = cells
    return (a, b, c, d, e, f, g, h, i, j, k, m)
