"""The editor's rules without a picture: the box, the draft, its bounds, what it cannot show."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from chalicelib.imaging.recipe.decoration import Decoration
from chalicelib.imaging.recipe.detail import Detail
from chalicelib.imaging.recipe.document import recipe_schema
from chalicelib.imaging.recipe.geometry import Geometry
from chalicelib.imaging.recipe.presets import PRESETS
from chalicelib.imaging.recipe.tone import Tone
from tests.browser.bare_page import bare_page

pytestmark = [pytest.mark.browser]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with bare_page(browser) as page:
        yield page


def asked(page: Page, script: str, argument: object = None) -> Any:
    """Run a function of the page's modules, which finds them by their names."""
    modules = ["crop-box", "draft", "preview/unseen", "views/editor/settings"]
    names = [f"/js/{name}.js" for name in modules]
    load = "Promise.all(names.map((name) => import(name)))"
    call = (
        f"async ([names, argument]) => ({script})(Object.assign({{}}, ...await {load}), argument)"
    )
    return page.evaluate(call, [names, argument])


class TestBox:
    PULLS = """({ HANDLES, pulled }) => {
      let seed = 7; // a small generator of its own: the same boxes in every run
      const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
      const wrong = [];
      for (let go = 0; go < 400; go += 1) {
        const shape = go % 3 ? 0.2 + 3 * random() : null;
        const width = 0.3 * Math.min(1, shape ?? 1);
        const height = shape ? width / shape : 0.3;
        const left = random() * (1 - width), top = random() * (1 - height);
        const start = { left, top, right: left + width, bottom: top + height };
        const handle = HANDLES[go % 8];
        const box = pulled(start, handle, 3 * random() - 1.5, 3 * random() - 1.5, shape);
        const [w, h] = [box.right - box.left, box.bottom - box.top];
        const [first, last] = [Math.min(box.left, box.top), Math.max(box.right, box.bottom)];
        const isInside = first >= -1e-9 && last <= 1 + 1e-9;
        const isShaped = shape === null || Math.abs(w / h / shape - 1) < 1e-6;
        const stays = handle.length < 2 || [
          [handle.includes("w"), "right"], [handle.includes("e"), "left"],
          [handle.includes("n"), "bottom"], [handle.includes("s"), "top"],
        ].every(([is, side]) => !is || Math.abs(box[side] - start[side]) < 1e-9);
        const isRight = isInside && isShaped && stays && Math.min(w, h) >= 0.01;
        if (!isRight) wrong.push({ start, handle, shape, box });
      }
      return wrong;
    }"""

    def test_wherever_a_handle_is_pulled_the_box_stays_in_and_keeps_its_shape(
        self, page: Page
    ) -> None:
        assert asked(page, self.PULLS) == []

    def test_four_turns_and_two_mirrorings_bring_it_back(self, page: Page) -> None:
        box = {"left": 0.125, "top": 0.25, "right": 0.5, "bottom": 0.875}
        turned = "({turned}, box) => turned(turned(turned(turned(box))))"
        mirrored = "({mirrored}, box) => mirrored(mirrored(box))"

        assert asked(page, turned, box) == asked(page, mirrored, box) == box


class TestDraft:
    def test_what_is_taken_out_leaves_nothing_behind(self, page: Page) -> None:
        script = """({Draft}) => {
          const draft = new Draft();
          draft.set({"tone.vignette.amount": -20});
          draft.set({"tone.vignette.amount": undefined});
          return draft.recipe;
        }"""
        assert asked(page, script) == {"version": 1}

    def test_one_pull_of_a_slider_is_one_step_back_and_forth(self, page: Page) -> None:
        script = """({Draft}) => {
          const draft = new Draft();
          draft.set({"tone.contrast": 10});
          draft.set({"tone.contrast": 30});
          draft.settle();
          draft.set({"tone.contrast": 50});
          draft.set({"look": {preset: "vivid@1"}});
          const seen = [];
          while (draft.canUndo) { draft.undo(); seen.push(draft.get("tone.contrast", 0)); }
          while (draft.canRedo) draft.redo();
          return [seen, draft.recipe];
        }"""
        all_again = {"version": 1, "tone": {"contrast": 50}, "look": {"preset": "vivid@1"}}
        assert asked(page, script) == [[50, 30, 0], all_again]

    def test_settings_without_a_control_are_kept(self, page: Page) -> None:
        script = """({Draft}, recipe) => {
          const draft = new Draft();
          draft.load(recipe);
          draft.set({"tone.contrast": 1});
          return draft.recipe;
        }"""
        recipe = {"version": 1, "geometry": {"rotate_degrees": 4}, "tone": {"gamma": 1.5}}
        assert asked(page, script, recipe) == {
            **recipe,
            "tone": {"gamma": 1.5, "contrast": 1},
        }


def test_every_slider_has_the_bounds_of_the_recipe(page: Page) -> None:
    parts = recipe_schema()["$defs"]
    script = "({LIGHT, COLOUR, FINENESS}) => [...LIGHT, ...COLOUR, ...FINENESS]"

    def bounds(path: str) -> tuple[float, float]:
        part = parts["Recipe"]
        for name in path.split("."):
            part = part["properties"][name]
            # A part with a default stands in an anyOf or allOf of one, or plainly.
            found = json.dumps(part).partition('"#/$defs/')[2].partition('"')[0]
            part = parts[found] if found else part
        return (part["minimum"], part["maximum"])

    wrong = [
        one["path"]
        for one in asked(page, script)
        if (one.get("min", -100), one.get("max", 100)) != bounds(one["path"])
    ]

    assert wrong == []


def test_whatever_the_preview_cannot_show_is_said(page: Page) -> None:
    fields = {"tone": Tone, "geometry": Geometry, "detail": Detail, "decoration": Decoration}
    shown = {f"tone.{name}" for name in Tone.__struct_fields__}
    shown |= {
        f"geometry.{name}" for name in ("quarter_turns", "flip", "straighten_degrees", "crop")
    }
    script = """({unseenOf}, [recipes, presets]) =>
      Object.keys(recipes).filter((name) => !unseenOf(recipes[name], presets).length)"""
    recipes: dict[str, Any] = {
        f"{part}.{name}": {"version": 1, part: {name: 1}}
        for part, struct in fields.items()
        for name in struct.__struct_fields__
    }
    recipes |= {name: {"version": 1, "look": {"preset": name}} for name in PRESETS}
    presets = {name: {"grain": {"amount": one.grain.amount}} for name, one in PRESETS.items()}

    silent = set(asked(page, script, [recipes, presets]))

    plain = {name for name, one in PRESETS.items() if not one.grain.amount}
    assert silent == shown | plain
