"""Colour profiles written by us, byte for byte: small, and the same for everybody.

Format: ICC.1:2022 (profile version 4). A vendor's profile can be read back as the make of a device;
    this one can not.
"""

import struct
from collections.abc import Sequence
from functools import cache

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]
Chromaticity = tuple[float, float]

# Display-P3: the primaries of SMPTE EG 432-1 (table 3, "P3") with the white of ITU-R BT.709 (D65)
# and sRGB's curve, as Apple defines it at
# https://developer.apple.com/documentation/coregraphics/cgcolorspace/displayp3.
P3_PRIMARIES: tuple[Chromaticity, ...] = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
_D65: Chromaticity = (0.3127, 0.3290)
# The connection space's white, ICC.1:2022 section 7.2.16.
_D50: Vector = (0.9642, 1.0, 0.8249)
# ICC.1:2022 annex E.3.
_BRADFORD: Matrix = (
    (0.8951, 0.2664, -0.1614),
    (-0.7502, 1.7135, 0.0367),
    (0.0389, -0.0685, 1.0296),
)
# IEC 61966-2-1, as g, a, b, c, d of ICC's parametric curve type 3: (aX + b)^g from d on, cX below.
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


@cache
def display_p3_profile() -> bytes:
    """Return the one profile our renditions may carry: Display-P3, under 500 bytes."""
    return matrix_profile("Display P3", primaries=P3_PRIMARIES, copyright_text="CC0")


def matrix_profile(
    description: str, *, primaries: Sequence[Chromaticity], copyright_text: str
) -> bytes:
    """Write an ICC profile for an RGB space with a D65 white and sRGB's curve.

    Args:
        description: the profile's name, as shown by image editors.
        primaries: CIE 1931 xy of red, green and blue.
        copyright_text: required by the format; fewer characters, fewer bytes.
    """
    adaptation = _adaptation(_xyz(_D65), _D50)
    to_xyz = _multiply(adaptation, _rgb_to_xyz(primaries, white=_xyz(_D65)))
    colorants = [
        _xyz_tag((to_xyz[0][column], to_xyz[1][column], to_xyz[2][column])) for column in range(3)
    ]
    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + _fixed(*_SRGB_CURVE)
    chad = b"sf32" + bytes(4) + _fixed(*(value for row in adaptation for value in row))
    return _assemble(
        {
            b"desc": _text_tag(description),
            b"cprt": _text_tag(copyright_text),
            b"wtpt": _xyz_tag(_D50),
            b"chad": chad,
            b"rXYZ": colorants[0],
            b"gXYZ": colorants[1],
            b"bXYZ": colorants[2],
            b"rTRC": curve,
            b"gTRC": curve,
            b"bTRC": curve,
        }
    )


def _assemble(tags: dict[bytes, bytes]) -> bytes:
    """Put header, tag table and data together; equal data is stored once."""
    start = 128 + 4 + 12 * len(tags)
    data, offsets = b"", {}
    for payload in dict.fromkeys(tags.values()):
        offsets[payload] = start + len(data)
        data += payload + bytes(-len(payload) % 4)
    table = b"".join(
        name + struct.pack(">II", offsets[payload], len(payload)) for name, payload in tags.items()
    )
    # ICC.1:2022 table 17. The date is the standard's own year: a real one would differ from build
    # to build.
    header = (
        struct.pack(">I4xI", start + len(data), 0x04400000)
        + b"mntrRGB XYZ "
        + struct.pack(">6H", 2022, 1, 1, 0, 0, 0)
        + b"acsp"
        + bytes(28)
        + _fixed(*_D50)
        + bytes(48)
    )
    return header + struct.pack(">I", len(tags)) + table + data


def _text_tag(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return b"mluc" + struct.pack(">4xII2s2sII", 1, 12, b"en", b"US", len(encoded), 28) + encoded


def _xyz_tag(value: Vector) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*value)


def _fixed(*values: float) -> bytes:
    """Encode as s15Fixed16Number."""
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _xyz(chromaticity: Chromaticity) -> Vector:
    x, y = chromaticity
    return (x / y, 1.0, (1 - x - y) / y)


def _rgb_to_xyz(primaries: Sequence[Chromaticity], *, white: Vector) -> Matrix:
    red, green, blue = (_xyz(primary) for primary in primaries)
    columns: Matrix = (
        (red[0], green[0], blue[0]),
        (red[1], green[1], blue[1]),
        (red[2], green[2], blue[2]),
    )
    return _multiply(columns, _diagonal(_apply(_invert(columns), white)))


def _adaptation(source: Vector, target: Vector) -> Matrix:
    """Return the Bradford transform from one white to another."""
    from_cone, to_cone = _apply(_BRADFORD, source), _apply(_BRADFORD, target)
    gain = _diagonal(
        (to_cone[0] / from_cone[0], to_cone[1] / from_cone[1], to_cone[2] / from_cone[2])
    )
    return _multiply(_invert(_BRADFORD), _multiply(gain, _BRADFORD))


def _diagonal(values: Vector) -> Matrix:
    return ((values[0], 0.0, 0.0), (0.0, values[1], 0.0), (0.0, 0.0, values[2]))


def _apply(matrix: Matrix, vector: Vector) -> Vector:
    rows = [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]
    return (rows[0], rows[1], rows[2])


def _multiply(left: Matrix, right: Matrix) -> Matrix:
    columns = [_apply(left, (right[0][at], right[1][at], right[2][at])) for at in range(3)]
    return (
        (columns[0][0], columns[1][0], columns[2][0]),
        (columns[0][1], columns[1][1], columns[2][1]),
        (columns[0][2], columns[1][2], columns[2][2]),
    )


def _invert(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return (
        (
            (e * i - f * h) / determinant,
            (c * h - b * i) / determinant,
            (b * f - c * e) / determinant,
        ),
        (
            (f * g - d * i) / determinant,
            (a * i - c * g) / determinant,
            (c * d - a * f) / determinant,
        ),
        (
            (d * h - e * g) / determinant,
            (b * g - a * h) / determinant,
            (a * e - b * d) / determinant,
        ),
    )
