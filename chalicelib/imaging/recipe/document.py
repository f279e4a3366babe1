"""The recipe as a document: parsing, refusing, hashing, and its schema.

Parsing needs no decoder, so the API may judge a recipe without paying for one.
"""

import hashlib
import inspect
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chalicelib.imaging.recipe.decoration import Decoration
from chalicelib.imaging.recipe.detail import Detail
from chalicelib.imaging.recipe.geometry import Corners, Geometry
from chalicelib.imaging.recipe.lettering import find_undrawable
from chalicelib.imaging.recipe.parts import Box, Part, Point
from chalicelib.imaging.recipe.presets import Look
from chalicelib.imaging.recipe.tone import Curves, Tone

VERSION = 1
SCHEMA_ID = "https://ifotor.example/schemas/recipe-1.json"

_LEAST_SHARE = 0.01
"""A box keeps a hundredth of each side: 20 px of the largest rendition."""

_NO_BOX = "Expected left < right and top < bottom, 0.01 apart."


class Recipe(Part, frozen=True):
    """Everything that is asked of one photo. The order is ours, not the document's.

    Stages are applied as listed, and within each as its own page lists them: a fixed order is what
    lets a recipe become one pass, and two documents that say the same give the same bytes.
    """

    version: Annotated[int, Meta(ge=VERSION, le=VERSION)]
    geometry: Geometry = Geometry()
    tone: Tone = Tone()
    look: Look | None = None
    detail: Detail = Detail()
    decoration: Decoration = Decoration()


class RecipeRefused(Exception):
    """The document is no recipe.

    Attributes:
        path: JSON pointer (RFC 6901) to what is wrong, from the recipe's root; "" is all of it.
        message: a sentence for the app's developer; quotes nothing of the document.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or '/'}: {message}")
        self.path = path
        self.message = message


def parse_recipe(document: object) -> Recipe:
    """Read a recipe: known fields only, exact types, everything within its bounds.

    Args:
        document: what a JSON decoder gave, or JSON in UTF-8 as bytes (`msgspec.Raw` too).
    Raises:
        RecipeRefused: names the first thing that is wrong.
    """
    try:
        if not isinstance(document, bytes | msgspec.Raw):
            # Through JSON, which knows neither NaN nor infinity nor anything but plain values.
            document = msgspec.json.encode(document)
        recipe = msgspec.json.decode(document, type=Recipe)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from None
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
        raise RecipeRefused("", "Expected a JSON object.") from None
    for path, message in _contradictions(recipe):
        raise RecipeRefused(path, message)
    return recipe


def canonical_json(recipe: Recipe) -> bytes:
    """Write the one form of a recipe: sorted keys, no defaults, no spaces."""
    return msgspec.json.encode(_pruned(msgspec.to_builtins(recipe)), order="sorted")


def recipe_hash(recipe: Recipe) -> str:
    """Name a recipe: SHA-256 of its canonical form, 64 hex digits. Kept with each result."""
    return hashlib.sha256(canonical_json(recipe)).hexdigest()


def operations(recipe: Recipe) -> frozenset[str]:
    """Name what a recipe asks for: `tone/contrast`, `decoration/collage`."""
    stages = _pruned(msgspec.to_builtins(recipe))
    return frozenset(
        f"{stage}/{name}"
        for stage, part in stages.items()
        if isinstance(part, dict)
        for name in part
    )


def recipe_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a recipe: docs/recipe.schema.json holds it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **_dedented(msgspec.json.schema(Recipe)),
    }


def _contradictions(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Yield what no single field's bounds can see, with its path."""
    geometry = recipe.geometry
    if geometry.crop.box is not None and not _is_box(geometry.crop.box):
        yield "/geometry/crop/box", _NO_BOX
    if geometry.corners is not None and not _is_convex(geometry.corners):
        yield "/geometry/corners", "Expected four corners of a convex shape, clockwise."
    yield from _unsorted_curves(recipe.tone.curves)
    for at, hidden in enumerate(recipe.detail.pixelate):
        if not _is_box(hidden.box):
            yield f"/detail/pixelate/{at}/box", _NO_BOX
    for at, written in enumerate(recipe.decoration.texts):
        where = find_undrawable(written.text)
        if where is not None:
            path = f"/decoration/texts/{at}/text"
            yield path, f"Character {where + 1} is in none of the fonts there are."


def _is_box(box: Box) -> bool:
    return min(box.right - box.left, box.bottom - box.top) >= _LEAST_SHARE


def _is_convex(corners: Corners) -> bool:
    """Tell whether every turn is to the right, and wide enough to be drawn."""
    ring = (corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left)
    return all(
        _turn(ring[at], ring[(at + 1) % 4], ring[(at + 2) % 4]) >= _LEAST_SHARE**2
        for at in range(4)
    )


def _turn(start: Point, middle: Point, end: Point) -> float:
    return (middle.x - start.x) * (end.y - middle.y) - (middle.y - start.y) * (end.x - middle.x)


def _unsorted_curves(curves: Curves) -> Iterator[tuple[str, str]]:
    for name in curves.__struct_fields__:
        points = getattr(curves, name)
        if len(points) == 1:
            yield f"/tone/curves/{name}", "Expected two points or more."
        for at, (one, following) in enumerate(pairwise(points), start=1):
            if following[0] <= one[0]:
                yield f"/tone/curves/{name}/{at}/0", "Expected an input above the one before."


def _pruned(value: Any) -> Any:
    """Leave out what is empty: a part at its defaults is a part that is not there."""
    if isinstance(value, dict):
        kept = {key: _pruned(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one not in ({}, [], None)}
    if isinstance(value, list | tuple):
        return [_pruned(one) for one in value]
    return value


def _dedented(value: Any) -> Any:
    """Take the code's indentation out of docstrings that became descriptions."""
    match value:
        case dict():
            return {
                key: inspect.cleandoc(one) if key == "description" else _dedented(one)
                for key, one in value.items()
            }
        case list():
            return [_dedented(one) for one in value]
    return value


def _refusal(error: str) -> RecipeRefused:
    """Translate msgspec's words: "Expected `int` <= 100 - at `$.tone.contrast`"."""
    message, _, path = error.partition(" - at `$")
    pointer = path.rstrip("`").replace("[", "/").replace("]", "").replace(".", "/")
    unknown = message.removeprefix("Object contains unknown field `")
    if unknown == message:
        return RecipeRefused(pointer, message)
    name = unknown.removesuffix("`").replace("~", "~0").replace("/", "~1")
    return RecipeRefused(f"{pointer}/{name}", "There is no such field.")
