"""The preview in the browser beside the server's own result, from the same pixels.

Both run their real code. What is compared is lossless: a JPEG between them would hide differences.
"""

import base64
import dataclasses
import io
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import msgspec
import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, Page

from bench.drawing import draw_scene
from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.editing.run import run
from chalicelib.imaging.encode import encode
from chalicelib.imaging.ladder import fitted
from chalicelib.imaging.output import OutputType, OutputWish
from chalicelib.imaging.plan import steps
from chalicelib.imaging.plan.compiling import compile_plan
from chalicelib.imaging.plan.layout import Output, Source
from chalicelib.imaging.recipe.presets import PRESETS
from chalicelib.imaging.recipe.tone import Tone
from tests.browser.bare_page import bare_page
from tests.imaging.edits.making import recipe

pytestmark = [pytest.mark.browser]

LARGEST_DIFFERENCE = 0
"""Of any sample of light and colour, in 1/255: the same integers on both sides."""

NOT_SHOWN = (steps.Grain,)
"""What the page says in words instead, of what a preset holds."""

_CURVES = {
    "rgb": [[0, 10], [60, 40], [128, 150], [255, 240]],
    "red": [[0, 0], [100, 130], [255, 255]],
}
TONES: Mapping[str, tuple[object, object]] = {
    "auto": (40, 100),
    "equalize": (30, 100),
    "levels": ({"black": 20, "white": 220}, {"black_out": 30, "white_out": 200}),
    "temperature": (-60, 35),
    "tint": (-50, 70),
    "exposure_stops": (-1.25, 0.7),
    "gamma": (0.6, 1.8),
    "brightness": (-50, 40),
    "contrast": (-60, 45),
    "highlights": (-70, 30),
    "shadows": (-30, 60),
    "curves": (_CURVES, {"blue": [[0, 34], [255, 218]]}),
    "vibrance": (-50, 60),
    "saturation": (-40, 50),
    "grayscale": (50, 100),
    "sepia": (40, 100),
    "split_tone": (
        {"shadows": {"hue_degrees": 210, "strength": 60}},
        {"highlights": {"hue_degrees": 40, "strength": 100}},
    ),
    "vignette": ({"amount": -60}, {"amount": 45, "midpoint": 10}),
}
MIXES: Mapping[str, Mapping[str, object]] = {
    "everyday": {"tone": {"auto": 60, "contrast": 20, "temperature": 15, "saturation": 10}},
    "over a preset": {
        "tone": {"exposure_stops": -0.4, "saturation": -40, "vignette": {"amount": 30}},
        "look": {"preset": "golden@1", "strength": 55},
    },
    "bent twice": {
        "tone": {"vibrance": 40, "split_tone": {"shadows": {"hue_degrees": 250, "strength": 80}}},
        "look": {"preset": "harbour@1", "strength": 80},
    },
    "grey under a preset": {
        "tone": {"auto": 100, "equalize": 40, "grayscale": 100},
        "look": {"preset": "dusk@1"},
    },
    "weak": {"look": {"preset": "night@1", "strength": 10}},
}
CASES: Mapping[str, Mapping[str, object]] = {
    **{f"{name} {at}": {"tone": {name: TONES[name][at]}} for name in TONES for at in range(2)},
    **{name: {"look": {"preset": name}} for name in PRESETS},
    **MIXES,
}

PREVIEW = """async ([file, type, recipe, presets, longSide]) => {
  const { sourceOf } = await import("/js/preview/source.js");
  const { drawn, keptBox } = await import("/js/preview/geometry.js");
  const { painted } = await import("/js/preview/preview.js");
  const { planOf } = await import("/js/preview/plan.js");
  const bytes = Uint8Array.from(atob(file), (one) => one.charCodeAt(0));
  const source = await sourceOf(new Blob([bytes], { type }));
  const geometry = recipe.geometry ?? {};
  const pixels = drawn(source, geometry, keptBox(geometry, source), longSide);
  const { data, width, height, colorSpace } = await painted(planOf(recipe, presets), pixels);
  let text = "";
  for (let at = 0; at < data.length; at += 8192)
    text += String.fromCharCode(...data.subarray(at, at + 8192));
  return { width, height, colorSpace, data: btoa(text) };
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with bare_page(browser) as page:
        yield page


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    """A photo above all hues, from dark to light and from grey to full: "RGB", (160, 192, 3)."""
    picture = draw_scene(192, 160)
    hues = Image.linear_gradient("L").rotate(90).resize((192, 16))
    for row, strength in enumerate((255, 160, 60, 0)):
        light = Image.linear_gradient("L").resize((192, 16))
        full = Image.new("L", (192, 16), strength)
        sweep = Image.merge("HSV", (hues, full, light)).convert("RGB")
        picture.paste(sweep, (0, 96 + 16 * row))
    return picture


def preview(
    page: Page, file: bytes, stages: Mapping[str, object], *, type: str, long_side_px: int = 800
) -> tuple[Image.Image, str]:
    """Return what the page shows, and the space its numbers are in."""
    presets = {name: msgspec.to_builtins(preset) for name, preset in PRESETS.items()}
    document = {"version": 1, **stages}
    arguments = [base64.b64encode(file).decode(), type, document, presets, long_side_px]
    shown: dict[str, Any] = page.evaluate(PREVIEW, arguments)
    size = (shown["width"], shown["height"])
    image = Image.frombytes("RGBA", size, base64.b64decode(shown["data"]))
    assert image.getchannel("A").getextrema() == (255, 255)
    return image.convert("RGB"), shown["colorSpace"]


def made(
    picture: Image.Image, stages: Mapping[str, object], *, is_display_p3: bool = False
) -> Image.Image:
    """Return what the server makes of it, but for what the page does not claim to show."""
    plan = compile_plan(recipe(**stages), Source(*picture.size), Output(long_side_px=2048))
    shown = tuple(step for step in plan.steps if not isinstance(step, NOT_SHOWN))
    plan = dataclasses.replace(plan, steps=shown)
    return run(plan, ColouredImage(picture, is_display_p3=is_display_p3)).image.convert("RGB")


def as_png(picture: Image.Image) -> bytes:
    data = io.BytesIO()
    picture.save(data, "PNG", compress_level=1)
    return data.getvalue()


def largest(one: Image.Image, other: Image.Image) -> int:
    bands = ImageChops.difference(one, other).split()
    return max(max(band.tobytes()) for band in bands)


def mean(one: Image.Image, other: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


class TestLightAndColour:
    def test_every_setting_is_compared(self) -> None:
        assert TONES.keys() == set(Tone.__struct_fields__)

    def test_the_preview_is_the_servers_result(self, page: Page, picture: Image.Image) -> None:
        file = as_png(picture)

        off = {
            name: difference
            for name, stages in CASES.items()
            if (
                difference := largest(
                    preview(page, file, stages, type="image/png")[0], made(picture, stages)
                )
            )
            > LARGEST_DIFFERENCE
        }

        assert off == {}


class TestGeometry:
    def test_turned_mirrored_and_cut_alike(self, page: Page, picture: Image.Image) -> None:
        box = {"left": 0.125, "top": 0.25, "right": 0.625, "bottom": 1}
        file = as_png(picture)

        off = []
        for turns, flip in product(range(4), (None, "horizontal", "vertical", "both")):
            stages = {"geometry": {"quarter_turns": turns, "flip": flip, "crop": {"box": box}}}
            shown, _ = preview(page, file, stages, type="image/png")
            if largest(shown, made(picture, stages)) > LARGEST_DIFFERENCE:
                off.append((turns, flip))

        assert off == []

    @pytest.mark.parametrize("degrees", [-20, 0.5])
    def test_straightened_alike(self, page: Page, degrees: float) -> None:
        """Measured: 0.8 and 1.4; browsers look up linearly where Pillow does so cubically."""
        photo = draw_scene(640, 480)
        geometry = {"quarter_turns": 1, "straighten_degrees": degrees, "crop": {"ratio": "1:1"}}

        shown, _ = preview(page, as_png(photo), {"geometry": geometry}, type="image/png")

        ends_as = made(photo, {"geometry": geometry})
        assert shown.size == ends_as.size
        assert mean(shown, ends_as) <= 2


class TestWholeWay:
    @pytest.mark.parametrize(("is_display_p3", "space"), [(False, "srgb"), (True, "display-p3")])
    def test_a_rendition_is_read_in_its_own_space(
        self, page: Page, *, is_display_p3: bool, space: str
    ) -> None:
        """Measured: 0. Two decoders of JPEG may differ by one, and a curve may double that."""
        stages = MIXES["everyday"]
        coloured = ColouredImage(draw_scene(320, 240), is_display_p3=is_display_p3)
        jpeg = encode(coloured, OutputWish(media_type=OutputType.JPEG)).data

        shown, shown_space = preview(page, jpeg, stages, type="image/jpeg")

        with Image.open(io.BytesIO(jpeg)) as decoded:
            ends_as = made(decoded.convert("RGB"), stages, is_display_p3=is_display_p3)
        assert shown_space == space
        assert largest(shown, ends_as) <= 3

    def test_what_was_seen_is_what_comes(self, page: Page) -> None:
        """The page edits the preview, the server `full`, 1.9 times as long. Measured: 0.7."""
        full, stages = draw_scene(1000, 750), MIXES["everyday"]
        rendition = as_png(fitted(full, 527))

        shown, _ = preview(page, rendition, stages, type="image/png")

        assert mean(shown, fitted(made(full, stages), 527)) <= 1
