import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chalicelib.imaging.recipe.document import (
    Recipe,
    RecipeRefused,
    canonical_json,
    parse_recipe,
    recipe_hash,
    recipe_schema,
)
from tests.imaging.edits.making import nested, recipe

PUBLISHED = Path(__file__).resolve().parents[3] / "docs" / "recipe.schema.json"


def refusal(document: object) -> RecipeRefused:
    with pytest.raises(RecipeRefused) as caught:
        parse_recipe(document)
    return caught.value


class TestParseRecipe:
    def test_least_recipe_asks_for_nothing(self) -> None:
        assert parse_recipe({"version": 1}) == Recipe(version=1)

    def test_text_and_document_are_the_same(self) -> None:
        document = {"version": 1, "tone": {"contrast": 20}}

        assert parse_recipe(json.dumps(document).encode()) == parse_recipe(document)

    @pytest.mark.parametrize(
        ("path", "value", "pointer"),
        [
            ("tone.contrast", 101, "/tone/contrast"),
            ("tone.contrast", -101, "/tone/contrast"),
            ("tone.contrast", 1.5, "/tone/contrast"),
            ("tone.contrast", "20", "/tone/contrast"),
            ("tone.exposure_stops", float("nan"), "/tone/exposure_stops"),
            ("tone.exposure_stops", float("inf"), "/tone/exposure_stops"),
            ("tone.exposure_stops", 3.01, "/tone/exposure_stops"),
            ("tone.gamma", 0, "/tone/gamma"),
            ("tone.levels.black", 121, "/tone/levels/black"),
            ("tone.curves.red", [[0, 0], [256, 0]], "/tone/curves/red/1/0"),
            ("tone.curves.red", [[9, 0], [9, 5]], "/tone/curves/red/1/0"),
            ("tone.curves.rgb", [[9, 0]], "/tone/curves/rgb"),
            ("tone.curves.rgb", [[n, n] for n in range(17)], "/tone/curves/rgb"),
            ("tone.wash", 1, "/tone/wash"),
            ("exec", "rm", "/exec"),
            ("a/b~c", 1, "/a~1b~0c"),
            ("geometry.rotate_degrees", 181, "/geometry/rotate_degrees"),
            ("geometry.straighten_degrees", 46, "/geometry/straighten_degrees"),
            ("geometry.quarter_turns", 4, "/geometry/quarter_turns"),
            ("geometry.flip", "sideways", "/geometry/flip"),
            ("geometry.focus", "face", "/geometry/focus"),
            ("geometry.focus", {"x": 2, "y": 0}, "/geometry/focus/x"),
            ("geometry.background", "#ffffff\n", "/geometry/background"),
            ("geometry.background", "red", "/geometry/background"),
            ("geometry.crop.ratio", "0:1", "/geometry/crop/ratio"),
            ("geometry.resize.width_px", 2049, "/geometry/resize/width_px"),
            ("geometry.resize.width_px", 0, "/geometry/resize/width_px"),
            ("geometry.resize.fit", "stretch", "/geometry/resize/fit"),
        ],
    )
    def test_names_what_is_wrong(self, path: str, value: object, pointer: str) -> None:
        assert refusal({"version": 1, **nested(path, value)}).path == pointer

    @pytest.mark.parametrize("version", [0, 2, "1", None])
    def test_knows_its_own_version_only(self, version: object) -> None:
        assert refusal({"version": version}).path == "/version"

    @pytest.mark.parametrize("document", [b"", b"{", b"\xff", b"[]", 3, None, object(), [1]])
    def test_takes_nothing_but_an_object(self, document: object) -> None:
        assert refusal(document).path == ""

    def test_deep_nesting_is_a_refusal_too(self) -> None:
        assert refusal(b"[" * 100_000).path == ""

    def test_box_needs_an_inside(self) -> None:
        box = {"left": 0.5, "top": 0.0, "right": 0.5, "bottom": 1.0}

        assert refusal({"version": 1, **nested("geometry.crop.box", box)}).path == (
            "/geometry/crop/box"
        )

    def test_corners_must_be_convex_and_clockwise(self) -> None:
        ring = [{"x": 0, "y": 0}, {"x": 1, "y": 0}, {"x": 1, "y": 1}, {"x": 0, "y": 1}]
        names = ("top_left", "top_right", "bottom_right", "bottom_left")
        crossed = dict(zip(names, [ring[0], ring[2], ring[1], ring[3]], strict=True))
        backwards = dict(zip(names, reversed(ring), strict=True))
        dented = dict(zip(names, [*ring[:2], {"x": 0.3, "y": 0.3}, ring[3]], strict=True))

        for corners in (crossed, backwards, dented):
            document = {"version": 1, **nested("geometry.corners", corners)}
            assert refusal(document).path == "/geometry/corners"


class TestRecipeHash:
    def test_does_not_see_order_spaces_or_defaults(self) -> None:
        one = b'{"version":1,"tone":{"contrast":20,"tint":0},"geometry":{"crop":{}}}'
        other = b'{ "tone": {"contrast": 20}, "version": 1 }'

        assert recipe_hash(parse_recipe(one)) == recipe_hash(parse_recipe(other))

    def test_sees_every_setting(self) -> None:
        hashes = {
            recipe_hash(one)
            for one in (
                recipe(),
                recipe(tone={"contrast": 1}),
                recipe(tone={"tint": 1}),
                recipe(tone={"curves": {"red": [[0, 0], [255, 254]]}}),
                recipe(geometry={"focus": "auto"}),
                recipe(geometry={"focus": {"x": 0.5, "y": 0.5}}),
            )
        }

        assert len(hashes) == 6

    def test_is_of_a_form_that_parses_to_the_same_recipe(self) -> None:
        one = recipe(tone={"exposure_stops": 1, "curves": {"red": [[0, 9], [200, 255]]}})

        assert parse_recipe(canonical_json(one)) == one


class TestRecipeSchema:
    SCHEMA: Any = json.loads(json.dumps(recipe_schema()))

    def test_published_one_is_the_code_s(self) -> None:
        """If not: python -m chalicelib.imaging.recipe > docs/recipe.schema.json"""
        assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == self.SCHEMA

    def test_is_a_schema(self) -> None:
        Draft202012Validator.check_schema(self.SCHEMA)

    def test_every_object_in_it_is_closed(self) -> None:
        for name, part in self.SCHEMA["$defs"].items():
            assert part["additionalProperties"] is False, name

    def test_every_number_and_list_in_it_is_bounded(self) -> None:
        for name, part in self.SCHEMA["$defs"].items():
            for field, rules in part["properties"].items():
                if rules.get("type") in ("integer", "number"):
                    assert {"minimum", "maximum"} <= rules.keys(), (name, field)
                if rules.get("type") == "array":
                    assert "maxItems" in rules, (name, field)
                if rules.get("type") == "string" and "enum" not in rules:
                    assert {"pattern", "maxLength"} & rules.keys(), (name, field)

    def test_refuses_and_accepts_as_the_parser_does(self) -> None:
        validator = Draft202012Validator(self.SCHEMA)

        assert validator.is_valid({"version": 1, "tone": {"contrast": 100}})
        assert not validator.is_valid({"version": 1, "tone": {"contrast": 101}})
        assert not validator.is_valid({"version": 1, "wash": {}})
