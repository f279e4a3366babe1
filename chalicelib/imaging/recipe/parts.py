"""What every part of a recipe is made of: closed structs, colours, shares and points.

A part that only sets values does nothing at its defaults; one whose presence already acts has a
required field. So a part left out and a part left at its defaults are the same recipe.
"""

from typing import Annotated

from msgspec import Meta, Struct


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A closed, immutable piece of a recipe: an unknown field is a refusal."""


def exactly(expression: str) -> str:
    """Return a pattern of the whole text, in Python as in JSON Schema.

    Python's `$` would also match before a line's end.
    """
    return rf"^({expression})$(?!\n)"


Share = Annotated[float, Meta(ge=0, le=1, description="A share of the picture's side, 0 to 1.")]
Slider = Annotated[int, Meta(ge=-100, le=100, description="0 changes nothing.")]
Strength = Annotated[int, Meta(ge=0, le=100, description="0 changes nothing, 100 is all of it.")]
SolidColour = Annotated[
    str, Meta(pattern=exactly("#[0-9a-f]{6}"), description="sRGB, as #rrggbb in lower case.")
]
Colour = Annotated[
    str,
    Meta(
        pattern=exactly("#[0-9a-f]{6}|transparent"),
        description="sRGB as #rrggbb in lower case, or transparent: white where a format has none.",
    ),
]
Ratio = Annotated[
    str,
    Meta(
        pattern=exactly("[1-9][0-9]?:[1-9][0-9]?"),
        description="Width to height, 1:99 to 99:1.",
    ),
]
PhotoId = Annotated[
    str,
    Meta(
        pattern=exactly("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        description="One of the person's own photos.",
    ),
]


class Point(Part, frozen=True):
    """A place in the picture; the left and upper edges are 0."""

    x: Share
    y: Share


class Box(Part, frozen=True):
    """A rectangle in the picture, by its edges; at least a hundredth of each side."""

    left: Share
    top: Share
    right: Share
    bottom: Share
