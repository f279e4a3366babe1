"""Use case: what can be said of a recipe before anything is done: a dry run, the schema."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from chalicelib.ids import UserId
from chalicelib.photos.edits.model import OutputWish
from chalicelib.photos.edits.pricing import LARGEST_PX, credits_of, price_of
from chalicelib.photos.edits.requesting import choose_output, read_recipe
from chalicelib.photos.errors import InvalidRecipe
from chalicelib.photos.model import FirstEdit
from chalicelib.photos.ports import Credits, Darkroom, ReadRecipe, RecipePrice


class CheckedRecipe(Struct, frozen=True, kw_only=True):
    recipe: ReadRecipe
    price: RecipePrice
    credits: int
    """What it would cost the one who asks."""


class RecipeCheckService:
    def __init__(self, darkroom: Darkroom, credits: Callable[[], Credits]) -> None:
        self._darkroom = darkroom
        self._credits = credits

    def check(
        self, user_id: UserId, document: bytes, *, width_px: int, height_px: int
    ) -> CheckedRecipe:
        """Judge a recipe and price it for a photo of that size; writes nothing.

        Raises:
            InvalidRecipe, RecipeTooCostly.
        """
        recipe = read_recipe(self._darkroom, document)
        price = price_of(self._darkroom, recipe, width_px, height_px)
        listed = credits_of(recipe)
        owed = self._credits().owed_by(user_id, listed) if listed else 0
        return CheckedRecipe(recipe=recipe, price=price, credits=owed)

    def read_first_edit(self, document: bytes, wish: OutputWish, *, at: str) -> FirstEdit:
        """Judge a recipe that comes with an upload; `at` points to it in the request.

        It may not use other photos: they could be gone, or not there yet, when it is made; nor cost
        credits, for nobody is there to ask. Nobody knows the photo's size yet, so it is priced for
        the largest.

        Raises:
            InvalidRecipe, RecipeTooCostly, NotAcceptable.
        """
        recipe = read_recipe(self._darkroom, document, at=at)
        if recipe.photo_ids:
            raise InvalidRecipe.at(
                at, "Other photos cannot be used here; ask for this edit once the photo is ready."
            )
        if credits_of(recipe):
            raise InvalidRecipe.at(
                at, "This costs credits; ask for this edit once the photo is ready."
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
