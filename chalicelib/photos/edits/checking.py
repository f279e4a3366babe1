"""Use case: what can be said of a recipe before anything is done: a dry run, the schema."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from chalicelib.photos.edits.model import OutputWish
from chalicelib.photos.edits.pricing import LARGEST_PX, price_of
from chalicelib.photos.edits.requesting import choose_output, read_recipe
from chalicelib.photos.errors import InvalidRecipe
from chalicelib.photos.model import FirstEdit
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
            InvalidRecipe, RecipeTooCostly.
        """
        recipe = read_recipe(self._darkroom, document)
        price = price_of(self._darkroom, recipe, width_px, height_px)
        return CheckedRecipe(recipe=recipe, price=price)

    def read_first_edit(self, document: bytes, wish: OutputWish, *, at: str) -> FirstEdit:
        """Judge a recipe that comes with an upload; `at` points to it in the request.

        It may not use other photos: they could be gone, or not there yet, when it is made. Nobody
        knows the photo's size yet, so it is priced for the largest.

        Raises:
            InvalidRecipe, RecipeTooCostly, NotAcceptable.
        """
        recipe = read_recipe(self._darkroom, document, at=at)
        if recipe.photo_ids:
            raise InvalidRecipe.at(
                at, "Other photos cannot be used here; ask for this edit once the photo is ready."
            )
        price_of(self._darkroom, recipe, LARGEST_PX, LARGEST_PX, at=at)
        return FirstEdit(
            recipe=recipe.text,
            recipe_hash=recipe.hash,
            output=choose_output(self._darkroom, recipe, wish),
        )

    def schema(self) -> Mapping[str, Any]:
        return self._darkroom.schema()

    def presets(self) -> tuple[Mapping[str, Any], ...]:
        """Return the presets made by us, each with the recipe that is it alone and its settings.

        The settings are for a preview of a client's own: what a name means here is all it knows.
        """
        darkroom = self._darkroom
        return tuple(
            {
                "name": name,
                "recipe": darkroom.recipe_of(name),
                "settings": darkroom.settings_of(name),
            }
            for name in darkroom.presets()
        )
