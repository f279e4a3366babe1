"""What is done to pixels, one value each: printable, comparable, priced.

Sizes are in pixels of the result, places in shares of the picture. Nothing here can be run but by
`editing.run`, which knows these types and no others.
"""

import hashlib
from dataclasses import astuple, dataclass, fields
from typing import ClassVar

from chalicelib.imaging.plan.cube import Cube
from chalicelib.imaging.plan.layout import Cell, Edge, Size
from chalicelib.imaging.plan.matrix import Matrix
from chalicelib.imaging.plan.projection import Projection
from chalicelib.imaging.plan.vividness import Vividness
from chalicelib.imaging.recipe.parts import Colour as ColourName

_COPY_NS = 4.0
_CUBE_NS = 35.0
_DENOISE_NS = 40.0
_LAYER_NS = 25.0
_TURN_NS = 60.0
_VIVID_NS = 8.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to the picture.

    Attributes:
        NS_PER_PIXEL: CPU time of a result pixel, as measured on one x86-64 core (make bench).
    """

    NS_PER_PIXEL: ClassVar[float] = 0.0

    @property
    def ns_per_pixel(self) -> float:
        """Return what this very step costs."""
        return self.NS_PER_PIXEL

    def __str__(self) -> str:
        name = type(self).__name__.lower()
        values = ((one.name, getattr(self, one.name)) for one in fields(self))
        return " ".join([name, *(f"{key}={_shown(value)}" for key, value in values)])


@dataclass(frozen=True, slots=True)
class Cut(Step):
    """Take a box of the stored picture to a size, then turn it.

    Attributes:
        box: left, top, right, bottom in shares.
        size: after the turn. Unless `is_exact`, a decoder's own size up to 5 % below will do.
        turn: a name of `PIL.Image.Transpose`.
        scale: pixels of the stored picture for one of the result; 1 is a plain copy.
    """

    box: tuple[float, float, float, float]
    size: Size
    turn: str | None
    is_exact: bool
    scale: float

    NS_PER_PIXEL: ClassVar[float] = 45.0

    @property
    def ns_per_pixel(self) -> float:
        return self.NS_PER_PIXEL if self.scale != 1 else _COPY_NS


@dataclass(frozen=True, slots=True)
class Warp(Step):
    """Look every pixel up through a projection: turns by any angle, and perspective."""

    back: Projection
    size: Size
    shows_background: bool

    NS_PER_PIXEL: ClassVar[float] = 75.0


@dataclass(frozen=True, slots=True)
class Colour(Step):
    """All of light and colour: one table, one matrix, and a second table where tones are split.

    Attributes:
        auto, equalize: strengths of first tables made of the photo's own histogram.
        table: 768 bytes, applied to red, green, blue.
        vivid: saturation that depends on the colour.
        matrix: three rows of four.
        after: 768 bytes, applied to what the matrix gave.
        cube: mixes hues; takes matrix and second table in, and costs as much as a kernel.
    """

    auto: int
    equalize: int
    table: bytes | None
    vivid: Vividness | None
    matrix: Matrix | None
    after: bytes | None
    cube: Cube | None

    NS_PER_PIXEL: ClassVar[float] = 8.0

    @property
    def ns_per_pixel(self) -> float:
        return (_CUBE_NS if self.cube else self.NS_PER_PIXEL) + (_VIVID_NS if self.vivid else 0.0)


@dataclass(frozen=True, slots=True)
class Vignette(Step):
    amount: int
    midpoint: int

    NS_PER_PIXEL: ClassVar[float] = 8.0


@dataclass(frozen=True, slots=True)
class Refine(Step):
    """Change light by what it differs from its surroundings: three scales, one addition.

    Attributes:
        denoise, clarity, sharpen: as in `recipe.detail`.
    """

    denoise: int
    clarity: int
    sharpen: int

    NS_PER_PIXEL: ClassVar[float] = 12.0

    @property
    def ns_per_pixel(self) -> float:
        once = self.NS_PER_PIXEL * (bool(self.clarity) + bool(self.sharpen))
        return once + (_DENOISE_NS if self.denoise else 0.0)


@dataclass(frozen=True, slots=True)
class Blur(Step):
    """Blur.

    Attributes:
        radius_px: standard deviation.
    """

    radius_px: float

    NS_PER_PIXEL: ClassVar[float] = 50.0


@dataclass(frozen=True, slots=True)
class Pixelate(Step):
    """Hide what is in a box.

    Attributes:
        box: left, top, right, bottom in shares.
        cell_px: a square's side.
    """

    box: tuple[float, float, float, float]
    cell_px: int

    NS_PER_PIXEL: ClassVar[float] = 4.0


@dataclass(frozen=True, slots=True)
class Grain(Step):
    amount: int
    size: int

    NS_PER_PIXEL: ClassVar[float] = 8.0


@dataclass(frozen=True, slots=True)
class Canvas(Step):
    """Lay the picture on a plain canvas."""

    size: Size
    offset: Size
    colour: ColourName

    NS_PER_PIXEL: ClassVar[float] = 4.0


@dataclass(frozen=True, slots=True)
class Collage(Step):
    """Fill cells with other pictures, each cut to its cell's shape."""

    photos: tuple[str, ...]
    cells: tuple[Cell, ...]

    NS_PER_PIXEL: ClassVar[float] = 60.0


@dataclass(frozen=True, slots=True)
class Rounded(Step):
    """Round the corners off.

    Attributes:
        radius: in shares of the shorter side.
    """

    radius: float
    background: ColourName

    NS_PER_PIXEL: ClassVar[float] = 6.0


@dataclass(frozen=True, slots=True)
class Frame(Step):
    """Add an edge: `plain`, or with what its style draws on it."""

    style: str
    edge: Edge
    colour: ColourName

    NS_PER_PIXEL: ClassVar[float] = 2.0


@dataclass(frozen=True, slots=True)
class Watermark(Step):
    """Lay a small picture on top; width is a share of the whole's, distance of the shorter side."""

    photo: str
    width: float
    opacity: int
    anchor: str
    distance: float
    degrees: float

    @property
    def ns_per_pixel(self) -> float:
        return _laid_ns(self.width**2, self.degrees)


@dataclass(frozen=True, slots=True)
class Text(Step):
    """Write; size and distance are shares of the shorter side, outline of the size."""

    text: str
    size: float
    colour: ColourName
    opacity: int
    outline: float
    outline_colour: ColourName
    anchor: str
    distance: float
    degrees: float

    @property
    def ns_per_pixel(self) -> float:
        return _laid_ns(1.5 * len(self.text) * self.size**2, self.degrees)


def _laid_ns(share: float, degrees: float) -> float:
    """Return the price of laying something over a share of the picture, spread over all of it."""
    return _COPY_NS + min(1.0, share) * (_LAYER_NS + (_TURN_NS if degrees else 0.0))


def _shown(value: object) -> str:
    match value:
        case bytes():
            return hashlib.sha256(value).hexdigest()[:8]
        case float():
            return f"{value:.6g}"
        case tuple():
            return "(" + " ".join(map(_shown, value)) + ")"
        case Cube():
            return _shown((value.vibrance, value.bands))
        case Vividness():
            return _shown((value.shares, value.times, value.is_less))
        case Cell() | Edge():
            return _shown(astuple(value))
        case None:
            return "-"
    return repr(value) if isinstance(value, str) and not value.isascii() else str(value)
