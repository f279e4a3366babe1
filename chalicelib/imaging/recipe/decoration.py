"""What is added to the finished picture: other photos, edges, marks, words. In the order below."""

from typing import Annotated, Literal

from msgspec import Meta

from chalicelib.imaging.recipe.parts import Colour, Part, PhotoId, SolidColour

Percent = Annotated[int, Meta(ge=0, le=100)]
Anchor = Literal[
    "top_left", "top", "top_right",
    "left", "centre", "right",
    "bottom_left", "bottom", "bottom_right",
]  # fmt: skip
Turn = Annotated[float, Meta(ge=-180, le=180, description="Clockwise.")]
Distance = Annotated[
    float, Meta(ge=0, le=50, description="From the edge, in percent of the shorter side.")
]


class Collage(Part, frozen=True):
    """Lay the picture out with up to eight more of the person's own, each cut to fill its cell.

    Attributes:
        photos: which, in order; the edited one comes first.
        layout: a `grid` is as square as it gets; its last row shares the width.
        ratio: of the whole.
        gap_percent: between the cells and around them, of the shorter side.
    """

    photos: Annotated[tuple[PhotoId, ...], Meta(min_length=1, max_length=8)]
    layout: Literal["row", "column", "grid"] = "grid"
    ratio: Literal["1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16"] = "1:1"
    gap_percent: Annotated[float, Meta(ge=0, le=10)] = 1.0
    background: Colour = "#ffffff"


class Rounded(Part, frozen=True):
    """Round the corners off.

    Attributes:
        radius_percent: of the shorter side; 50 makes a circle of a square.
        background: what shows behind them.
    """

    radius_percent: Annotated[float, Meta(ge=0, le=50)]
    background: Colour = "transparent"


class Border(Part, frozen=True):
    """A plain edge around the picture.

    Attributes:
        width_percent: of the shorter side.
    """

    width_percent: Annotated[float, Meta(ge=0, le=25)]
    colour: SolidColour = "#ffffff"


class Frame(Part, frozen=True):
    """An edge with a shape: an instant print, a mount with a line, a strip of film."""

    style: Literal["instant", "mount", "film"]


class Watermark(Part, frozen=True):
    """Another of the person's own photos, small, on top.

    Attributes:
        width_percent: of the picture's width.
    """

    photo: PhotoId
    width_percent: Annotated[float, Meta(ge=2, le=100)] = 20.0
    opacity: Percent = 100
    anchor: Anchor = "bottom_right"
    distance_percent: Distance = 3.0
    rotate_degrees: Turn = 0.0


class Text(Part, frozen=True):
    """Words in ifotor Sans SC; lines that are too long are broken, then made smaller.

    Attributes:
        text: ASCII, Latin-1 and GB 2312; lines end with U+000A.
        size_percent: of a line, in percent of the shorter side.
        outline_percent: of the size; 0 is none.
    """

    text: Annotated[str, Meta(min_length=1, max_length=200)]
    size_percent: Annotated[float, Meta(ge=1, le=40)] = 5.0
    colour: SolidColour = "#ffffff"
    opacity: Percent = 100
    outline_percent: Annotated[int, Meta(ge=0, le=20)] = 0
    outline_colour: SolidColour = "#000000"
    anchor: Anchor = "bottom"
    distance_percent: Distance = 3.0
    rotate_degrees: Turn = 0.0


class Decoration(Part, frozen=True):
    """What is added. Marks and words are placed on the whole, edges included."""

    collage: Collage | None = None
    rounded: Rounded | None = None
    border: Border | None = None
    frame: Frame | None = None
    watermarks: Annotated[tuple[Watermark, ...], Meta(max_length=4)] = ()
    texts: Annotated[tuple[Text, ...], Meta(max_length=8)] = ()
