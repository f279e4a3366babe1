"""The port `Darkroom` of photos: recipes as documents and plans, and photos edited by them.

Nothing that decodes is imported before there is something to decode.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

from chalicelib.photos.ports import (
    Edited,
    ImageRefused,
    Output,
    ReadRecipe,
    RecipePrice,
    RecipeRefused,
    Rendered,
)

if TYPE_CHECKING:
    from chalicelib.imaging.edit_apart import ApartEditor
    from chalicelib.imaging.isolation import Work

ENGINE = 2
"""Raised by whoever changes what a recipe looks like; kept with each edit, beside Pillow's version.
"""


class PillowDarkroom:
    """Edits in a child process; `work` is what that does with photos that were judged good."""

    def __init__(self, work: "Work | None" = None) -> None:
        self._work = work

    def read(self, document: bytes) -> ReadRecipe:
        from chalicelib.imaging.plan.decoration import pictures
        from chalicelib.imaging.recipe import document as recipes

        try:
            recipe = recipes.parse_recipe(document)
        except recipes.RecipeRefused as refusal:
            raise RecipeRefused(refusal.path, refusal.message) from None
        return ReadRecipe(
            text=recipes.canonical_json(recipe).decode(),
            hash=recipes.recipe_hash(recipe),
            operations=recipes.operations(recipe),
            photo_ids=pictures(recipe.decoration),
            may_be_transparent=recipe.geometry.background == "transparent",
        )

    def price(self, recipe: ReadRecipe, width_px: int, height_px: int) -> RecipePrice:
        from chalicelib.imaging.model import FULL_PX
        from chalicelib.imaging.plan.compiling import compile_plan, price
        from chalicelib.imaging.plan.layout import Output, Source
        from chalicelib.imaging.recipe.document import parse_recipe

        parsed = parse_recipe(recipe.text.encode())
        source = Source(width_px, height_px)
        output = Output(FULL_PX, keeps_alpha=recipe.may_be_transparent)
        plan = compile_plan(parsed, source, output)
        width, height = plan.size
        return RecipePrice(
            cpu_ms=price(parsed, source, output).cpu_ms,
            width_px=width,
            height_px=height,
            plan=str(plan),
        )

    def schema(self) -> Mapping[str, Any]:
        from chalicelib.imaging.recipe.document import recipe_schema

        return recipe_schema()

    def presets(self) -> tuple[str, ...]:
        from chalicelib.imaging.recipe.presets import PRESETS

        return tuple(PRESETS)

    def recipe_of(self, preset: str) -> Mapping[str, Any]:
        from chalicelib.imaging.recipe.document import VERSION

        return {"version": VERSION, "look": {"preset": preset}}

    def settings_of(self, preset: str) -> Mapping[str, Any]:
        import msgspec

        from chalicelib.imaging.recipe.presets import PRESETS

        settings: Mapping[str, Any] = msgspec.to_builtins(PRESETS[preset])
        return settings

    def choose_type(self, accept: str, recipe: ReadRecipe) -> str | None:
        from chalicelib.imaging.output import negotiate

        return negotiate(accept, has_alpha=recipe.may_be_transparent)

    def edit(
        self,
        source: BinaryIO,
        recipe: str,
        output: Output,
        others: Mapping[str, BinaryIO],
        *,
        within: timedelta,
    ) -> Edited:
        from chalicelib.imaging.edit_apart import EditRefused
        from chalicelib.imaging.output import OutputType, OutputWish

        wish = OutputWish(
            media_type=OutputType(output.media_type),
            quality=output.quality,
            max_bytes=output.max_bytes,
        )
        try:
            edited = self._apart.edit(source, recipe, wish, others, within=within)
        except EditRefused as refusal:
            used = refusal.usage
            raise ImageRefused(
                refusal.code,
                cpu_ms=used.cpu_ms if used else 0,
                peak_mb=used.peak_mb if used else 0,
            ) from None
        return Edited(
            renditions=tuple(
                Rendered(
                    name=one.name, width_px=one.width_px, height_px=one.height_px, data=one.data
                )
                for one in edited.renditions
            ),
            media_type=wish.media_type,
            quality=edited.quality,
            engine=f"{ENGINE} pillow-{edited.pillow}",
            cpu_ms=edited.usage.cpu_ms,
            peak_mb=edited.usage.peak_mb,
        )

    @cached_property
    def _apart(self) -> "ApartEditor":
        from chalicelib.imaging.edit_apart import ApartEditor

        return ApartEditor(self._work)
