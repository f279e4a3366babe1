"""Any recipe that the schema allows, any small picture: drawn for the tests of properties."""

from typing import Any

from hypothesis import strategies as st
from PIL import Image

from chalicelib.imaging.recipe.document import (
    Recipe,
    RecipeRefused,
    parse_recipe,
    recipe_schema,
)

SCHEMA: dict[str, Any] = recipe_schema()


LOW, HIGH = st.floats(0, 0.45), st.floats(0.55, 1)
LIKELY: dict[str, st.SearchStrategy[Any]] = {
    "Box": st.fixed_dictionaries({"left": LOW, "top": LOW, "right": HIGH, "bottom": HIGH}),
    "Corners": st.fixed_dictionaries(
        {
            "top_left": st.fixed_dictionaries({"x": LOW, "y": LOW}),
            "top_right": st.fixed_dictionaries({"x": HIGH, "y": LOW}),
            "bottom_right": st.fixed_dictionaries({"x": HIGH, "y": HIGH}),
            "bottom_left": st.fixed_dictionaries({"x": LOW, "y": HIGH}),
        }
    ),
    "Text": st.fixed_dictionaries(
        {"text": st.text("aÉ 西湖。\n", min_size=1, max_size=60)},
        optional={
            "size_percent": st.floats(1, 40),
            "rotate_degrees": st.floats(-180, 180),
            "outline_percent": st.integers(0, 20),
        },
    ),
}


def drawn(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return values that a schema allows: the code's own, so no operation can be forgotten."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        part = drawn_part(SCHEMA["$defs"][name])
        # Drawn field by field these would nearly always be refused.
        return part | LIKELY[name] if name in LIKELY else part
    if "anyOf" in schema:
        return st.one_of([drawn(one) for one in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "integer":
            return st.integers(schema["minimum"], schema["maximum"])
        case "number":
            low, high = schema["minimum"], schema["maximum"]
            return st.one_of(st.sampled_from([low, high]), st.floats(low, high))
        case "boolean":
            return st.booleans()
        case "string" if "pattern" in schema:
            return st.from_regex(schema["pattern"], fullmatch=True)
        case "string":
            return st.text(min_size=schema.get("minLength", 0), max_size=schema["maxLength"])
        case "array" if "prefixItems" in schema:
            return st.tuples(*map(drawn, schema["prefixItems"]))
        case "array":
            return st.lists(drawn(schema["items"]), max_size=min(4, schema["maxItems"]))
    assert schema["type"] == "null"
    return st.none()


def drawn_part(part: dict[str, Any]) -> st.SearchStrategy[Any]:
    required = set(part.get("required", ()))
    fields = {name: drawn(rules) for name, rules in part["properties"].items()}
    return st.fixed_dictionaries(
        {name: one for name, one in fields.items() if name in required},
        optional={name: one for name, one in fields.items() if name not in required},
    )


def read(document: object) -> Recipe | None:
    """Return the recipe; None if it was refused, by path."""
    path = ""
    try:
        return parse_recipe(document)
    except RecipeRefused as refusal:
        path = refusal.path
    assert path == "" or path.startswith("/")
    return None


RECIPES = drawn({"$ref": SCHEMA["$ref"]})


@st.composite
def pictures(draw: st.DrawFn) -> Image.Image:
    mode = draw(st.sampled_from(["L", "LA", "RGB", "RGBA"]))
    size = (draw(st.integers(1, 40)), draw(st.integers(1, 40)))
    noise = Image.effect_noise(size, draw(st.sampled_from([0.0, 60.0]))).convert(mode)
    if mode.endswith("A"):
        noise.putalpha(draw(st.integers(0, 255)))
    return noise
