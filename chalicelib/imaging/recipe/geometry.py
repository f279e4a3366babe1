"""Which part of the photo is seen, which way up, and how large. Applied in the order below."""

from typing import Annotated, Literal

from msgspec import Meta

from chalicelib.imaging.recipe.parts import Box, Colour, Part, Point, Ratio

Pixels = Annotated[int, Meta(ge=1, le=2048)]
Margin = Annotated[float, Meta(ge=0, le=50, description="Percent of the picture's shorter side.")]


class Trim(Part, frozen=True):
    """Cut off edges that have one colour, that of the upper left pixel.

    Attributes:
        tolerance: how far a channel may be off, in 1/255.
    """

    tolerance: Annotated[int, Meta(ge=0, le=100)]


class Corners(Part, frozen=True):
    """Perspective: the four places that become the corners of the result; they must be convex."""

    top_left: Point
    top_right: Point
    bottom_right: Point
    bottom_left: Point


class Crop(Part, frozen=True):
    """Keep a box, then of it the largest part that has the ratio, around the focus."""

    box: Box | None = None
    ratio: Ratio | None = None


class Resize(Part, frozen=True):
    """Fit into a width, a height, or both.

    Attributes:
        fit: `inside` keeps the shape; `cover` fills the box and cuts what juts out, around the
            focus; `contain` keeps the shape and fills the rest with the background; `fill`
            stretches. With one side given, all mean `inside`.
        enlarge: by default nothing grows beyond the pixels there are.
    """

    width_px: Pixels | None = None
    height_px: Pixels | None = None
    fit: Literal["inside", "cover", "contain", "fill"] = "inside"
    enlarge: bool = False


class Pad(Part, frozen=True):
    """Add room around the picture, filled with the background."""

    left: Margin = 0.0
    top: Margin = 0.0
    right: Margin = 0.0
    bottom: Margin = 0.0


class Geometry(Part, frozen=True):
    """Applied in this order; each place is a share of the picture as it is at that step.

    Attributes:
        quarter_turns: clockwise, before the flip.
        rotate_degrees: clockwise; the picture grows and its new corners show the background.
        straighten_degrees: clockwise; keeps the largest part of the same shape without corners.
        focus: what cuts keep in sight; `auto` finds where the picture is busiest. It knows no
            faces. Without one, the middle.
        background: under what is turned, padded or contained.
    """

    trim: Trim | None = None
    quarter_turns: Annotated[int, Meta(ge=0, le=3)] = 0
    flip: Literal["horizontal", "vertical", "both"] | None = None
    corners: Corners | None = None
    rotate_degrees: Annotated[float, Meta(ge=-180, le=180)] = 0.0
    straighten_degrees: Annotated[float, Meta(ge=-45, le=45)] = 0.0
    focus: Point | Literal["auto"] | None = None
    crop: Crop = Crop()
    resize: Resize = Resize()
    pad: Pad = Pad()
    background: Colour = "#ffffff"
