"""Use case: what can be said of a recipe before anything is done: a dry run, the schema."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from chalicelib.photos.edits.requesting import read_recipe
from chalicelib.photos.ports import Darkroom, ReadRecipe, RecipePrice


class CheckedRecipe(Struct, frozen=True, kw_only=True):
    recipe: ReadRecipe
    price: RecipePrice


class RecipeCheckService:
    def __init__(self, darkroom: Darkroom) -> None:
        self._darkroom = darkroom

    def check(self, document: bytes, *, width_px: int, height_px: int) -> CheckedRecipe:
        """Judge a recipe and price it for a photo of that size; writes nothing.

        Raises:
            InvalidRecipe.
        """
        recipe = read_recipe(self._darkroom, document)
        return CheckedRecipe(recipe=recipe, price=self._darkroom.price(recipe, width_px, height_px))

    def schema(self) -> Mapping[str, Any]:
        return self._darkroom.schema()

    def presets(self) -> tuple[Mapping[str, Any], ...]:
        """Return the presets made by us, each with the recipe that is it alone."""
        darkroom = self._darkroom
        return tuple(
            {"name": name, "recipe": darkroom.recipe_of(name)} for name in darkroom.presets()
        )
