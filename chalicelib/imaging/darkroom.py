"""The port `Darkroom` of photos: recipes as documents and plans, and photos edited by them.

Nothing that decodes is imported before there is something to decode.
"""

import resource
import time
from collections.abc import Mapping
from typing import Any, BinaryIO

from chalicelib.photos.ports import (
    Edited,
    ImageRefused,
    Output,
    ReadRecipe,
    RecipePrice,
    RecipeRefused,
    Rendered,
)

ENGINE = 1
"""Raised by whoever changes what a recipe looks like; kept with each edit, beside Pillow's version.
"""


class PillowDarkroom:
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

    def choose_type(self, accept: str, recipe: ReadRecipe) -> str | None:
        from chalicelib.imaging.output import negotiate

        return negotiate(accept, has_alpha=recipe.may_be_transparent)

    def edit(
        self, source: BinaryIO, recipe: str, output: Output, others: Mapping[str, BinaryIO]
    ) -> Edited:
        from PIL import __version__ as pillow

        from chalicelib.imaging.edit_ladder import render_edit
        from chalicelib.imaging.model import ImageRejected
        from chalicelib.imaging.output import CannotFit, OutputType, OutputWish
        from chalicelib.imaging.recipe.document import parse_recipe

        started_s = time.process_time()
        wish = OutputWish(
            media_type=OutputType(output.media_type),
            quality=output.quality,
            max_bytes=output.max_bytes,
        )
        try:
            full, *smaller = render_edit(source, parse_recipe(recipe.encode()), wish, others)
        except ImageRejected:
            # It is our own rendition: whatever is wrong with it, it was damaged since.
            raise ImageRefused("corrupt") from None
        except CannotFit:
            raise ImageRefused("cannot_fit") from None
        return Edited(
            renditions=tuple(
                Rendered(name=name, width_px=one.width_px, height_px=one.height_px, data=one.data)
                for name, one in zip(("full", "preview", "thumb"), (full, *smaller), strict=True)
            ),
            media_type=full.media_type,
            quality=full.quality,
            engine=f"{ENGINE} pillow-{pillow}",
            cpu_ms=round((time.process_time() - started_s) * 1000),
            peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        )
