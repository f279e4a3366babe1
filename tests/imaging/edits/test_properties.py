"""Any recipe, any small picture: a result of the promised size, or a refusal that names a path."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.editing import run as running
from chalicelib.imaging.editing.run import run
from chalicelib.imaging.plan import steps
from chalicelib.imaging.plan.compiling import compile_plan, price
from chalicelib.imaging.plan.layout import Output, Source
from chalicelib.imaging.recipe.document import canonical_json, parse_recipe, recipe_hash
from tests.imaging.edits.any_recipe import RECIPES, SCHEMA, pictures, read

LIMIT_PX = 96
CALM = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


class TestAnyRecipe:
    @CALM
    @given(document=RECIPES, image=pictures(), orientation=st.integers(1, 8), clear=st.booleans())
    def test_gives_a_bounded_picture_or_a_path(
        self, document: Any, image: Image.Image, orientation: int, clear: bool
    ) -> None:
        recipe = read(document)
        if recipe is None:
            return
        source = Source(image.width, image.height, orientation)
        plan = compile_plan(recipe, source, Output(LIMIT_PX, keeps_alpha=clear))

        picture = ColouredImage(image, is_display_p3=image.mode == "RGB")

        result = run(plan, picture, dict.fromkeys(plan.pictures, picture)).image

        assert result.mode in (("L", "LA", "RGB", "RGBA") if clear else ("L", "RGB"))
        assert 1 <= min(result.size) <= max(result.size) <= LIMIT_PX
        if not plan.measures:
            assert all(
                0.94 * side - 1 <= own <= side
                for own, side in zip(result.size, plan.size, strict=True)
            )

    @CALM
    @given(document=RECIPES)
    def test_has_one_canonical_form(self, document: Any) -> None:
        recipe = read(document)
        if recipe is None:
            return
        again = parse_recipe(canonical_json(recipe))

        assert recipe_hash(again) == recipe_hash(recipe)
        source, output = Source(4032, 3024, 6), Output(2048)
        assert str(compile_plan(again, source, output)) == str(compile_plan(recipe, source, output))

    @CALM
    @given(document=RECIPES)
    def test_reaches_only_listed_steps_and_has_a_bounded_price(self, document: Any) -> None:
        recipe = read(document)
        if recipe is None:
            return
        source, output = Source(12000, 9000), Output(2048)

        plan = compile_plan(recipe, source, output)

        assert {type(step) for step in plan.steps} <= running.LISTED
        assert max(plan.size) <= 2048
        assert 0 <= price(recipe, source, output).cpu_ms <= 6000
        assert plan.decode_px <= 4096


class TestAnyDocument:
    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["version", "tone", "geometry", "detail", "look"]) | st.text(),
                    inner,
                    max_size=4,
                )
            ),
        )
    )
    def test_is_a_recipe_or_a_refusal(self, document: Any) -> None:
        read(document)

    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(st.binary(max_size=200))
    def test_bytes_are_a_recipe_or_a_refusal(self, document: bytes) -> None:
        read(document)


class TestNobodyIsKnown:
    """FD.5: a recipe can name no face, and nothing here could find one."""

    @pytest.mark.parametrize(
        "word", ["face", "facial", "landmark", "biometric", "recogni", "person", "eye", "smile"]
    )
    def test_schema_has_no_word_for_it(self, word: str) -> None:
        """Looked for in names and values; a description may say what is not done."""
        names = json.dumps(_without_descriptions(SCHEMA)).lower()

        assert not re.search(rf"\b{word}", names)


def _without_descriptions(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_descriptions(one) for key, one in value.items() if key != "description"
        }
    return [_without_descriptions(one) for one in value] if isinstance(value, list) else value


def test_every_step_there_is_can_be_run() -> None:
    declared = {
        thing
        for thing in vars(steps).values()
        if isinstance(thing, type) and issubclass(thing, steps.Step) and thing is not steps.Step
    }

    assert declared == running.LISTED
