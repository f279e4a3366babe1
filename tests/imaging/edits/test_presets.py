import json
import re
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import pytest
from PIL import Image

from bench.drawing import draw_scene
from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.editing.run import run
from chalicelib.imaging.plan import steps
from chalicelib.imaging.plan.compiling import compile_plan
from chalicelib.imaging.plan.layout import Output, Source
from chalicelib.imaging.recipe.decoration import Decoration
from chalicelib.imaging.recipe.detail import Detail
from chalicelib.imaging.recipe.document import RecipeRefused
from chalicelib.imaging.recipe.geometry import Geometry
from chalicelib.imaging.recipe.parts import Part
from chalicelib.imaging.recipe.presets import PRESETS
from chalicelib.imaging.recipe.tone import Tone
from tests.imaging.edits.golden import RECIPES, digest
from tests.imaging.edits.making import channel, difference, edited, grey_ramp, recipe

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))
SCENE = draw_scene(128, 96)


def looking(preset: str, strength: int = 100) -> Image.Image:
    return edited(SCENE, look={"preset": preset, "strength": strength}).convert("RGB")


class TestPresets:
    def test_there_are_twenty_and_each_has_a_version(self) -> None:
        assert len(PRESETS) >= 20
        assert all(re.fullmatch(r"[a-z]+@[1-9][0-9]*", name) for name in PRESETS)

    def test_unknown_one_is_refused_by_path(self) -> None:
        for name in ("golden", "golden@0", "golden@2", "Golden@1", "xgolden@1", "golden@1\n"):
            with pytest.raises(RecipeRefused) as caught:
                recipe(look={"preset": name})
            assert caught.value.path == "/look/preset"

    @pytest.mark.parametrize("name", PRESETS)
    def test_does_what_it_did_when_it_was_published(self, name: str) -> None:
        """A preset never changes: a better one gets the next number. See golden.py."""
        assert digest({"look": {"preset": name}}) == GOLDEN["presets"][name]

    def test_no_published_one_is_gone(self) -> None:
        assert GOLDEN["presets"].keys() <= PRESETS.keys()

    def test_no_two_look_alike(self) -> None:
        for (one, first), (other, second) in product(enumerate(PRESETS), repeat=2):
            if one < other:
                assert difference(looking(first), looking(second)) > 8, (first, second)

    @pytest.mark.parametrize("name", PRESETS)
    def test_strength_goes_from_nothing_to_all(self, name: str) -> None:
        none, half, full = (looking(name, strength) for strength in (0, 50, 100))

        assert difference(none, SCENE) == 0
        assert 0 < difference(half, SCENE) <= difference(full, SCENE) + 12

    @pytest.mark.parametrize("name", PRESETS)
    def test_never_turns_darker_into_lighter(self, name: str) -> None:
        """Looked at without grain and vignette, which are about places."""
        plan = compile_plan(recipe(look={"preset": name}), Source(256, 1), Output(256))
        of_places = (steps.Grain, steps.Vignette)
        plan = replace(
            plan, steps=tuple(step for step in plan.steps if not isinstance(step, of_places))
        )

        result = run(plan, ColouredImage(grey_ramp(), is_display_p3=False)).image

        assert all(a <= b + 1 for a, b in pairwise(channel(result.convert("L"))))


class TestGoldens:
    @pytest.mark.parametrize("name", GOLDEN["recipes"])
    def test_every_operation_gives_the_pixels_it_gave(self, name: str) -> None:
        assert digest(RECIPES[name]) == GOLDEN["recipes"][name]

    def test_each_has_one(self) -> None:
        assert RECIPES.keys() == GOLDEN["recipes"].keys()

    @pytest.mark.parametrize("stage", [Geometry, Tone, Detail, Decoration])
    def test_no_setting_is_without_one(self, stage: type[Part]) -> None:
        name = stage.__name__.lower()
        drawn = {field for one in RECIPES.values() for field in dict(one.get(name, {}))}

        assert set(stage.__struct_fields__) <= drawn
