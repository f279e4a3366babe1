from io import BytesIO

import pytest
from PIL import Image, ImageFont

from bench.drawing import draw_scene
from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.editing.lettering import FONT, broken
from chalicelib.imaging.editing.run import run
from chalicelib.imaging.recipe.document import RecipeRefused
from chalicelib.imaging.recipe.lettering import is_drawable
from tests.imaging.edits.making import at, difference, edited, planned, recipe

RED, BLUE = "00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b"
WHITE = (255, 255, 255)
NIGHT = Image.new("RGB", (200, 100), "black")


def plain(colour: str, mode: str = "RGB", size: tuple[int, int] = (90, 60)) -> ColouredImage:
    return ColouredImage(Image.new("RGB", size, colour).convert(mode), is_display_p3=False)


def decorated(
    image: Image.Image, *, keeps_alpha: bool = False, is_display_p3: bool = False, **asked: object
) -> Image.Image:
    plan = planned(image, {"decoration": asked}, keeps_alpha=keeps_alpha)
    others = {RED: plain("red"), BLUE: plain("blue")}
    return run(plan, ColouredImage(image, is_display_p3=is_display_p3), others).image


def ink(image: Image.Image) -> tuple[int, int, int, int]:
    box = image.convert("L").point(lambda value: 255 * (value > 40)).getbbox()
    assert box is not None
    return box


class TestText:
    def test_every_character_that_is_let_through_has_a_glyph(self) -> None:
        font = ImageFont.truetype(str(FONT), 16, layout_engine=ImageFont.Layout.BASIC)
        missing = font.getmask("\uffff").getbbox(), bytes(font.getmask("\uffff"))
        blank = set(" \xa0\xad　")

        for code in range(0x20, 0xFFFF):
            character = chr(code)
            if not 0xD800 <= code < 0xE000 and is_drawable(character) and character not in blank:
                mask = font.getmask(character)
                assert (mask.getbbox(), bytes(mask)) != missing, hex(code)

    @pytest.mark.parametrize("character", ["\x00", "\t", "\r", "\x7f", "\u202e", "한", "😀", "ﷺ"])
    def test_what_cannot_be_written_is_refused_by_path(self, character: str) -> None:
        with pytest.raises(RecipeRefused) as caught:
            recipe(decoration={"texts": [{"text": "ok"}, {"text": f"a{character}"}]})

        assert caught.value.path == "/decoration/texts/1/text"
        assert character not in caught.value.message

    @pytest.mark.parametrize(
        ("anchor", "third"),
        [("top_left", (0, 0)), ("top", (1, 0)), ("top_right", (2, 0)), ("left", (0, 1)),
         ("centre", (1, 1)), ("right", (2, 1)), ("bottom_left", (0, 2)), ("bottom", (1, 2)),
         ("bottom_right", (2, 2))],
    )  # fmt: skip
    def test_stands_where_it_is_anchored(self, anchor: str, third: tuple[int, int]) -> None:
        image = Image.new("RGB", (300, 300), "black")

        left, top, right, bottom = ink(decorated(image, texts=[{"text": "口", "anchor": anchor}]))

        assert ((left + right) // 200, (top + bottom) // 200) == third

    @pytest.mark.parametrize(
        "text", ["永和九年岁在癸丑暮春之初会于会稽山阴之兰亭" * 4, "word " * 39]
    )
    def test_stays_within_the_picture_however_long(self, text: str) -> None:
        for size in (5, 40):
            result = decorated(
                NIGHT, texts=[{"text": text, "size_percent": size, "distance_percent": 5}]
            )
            left, top, right, bottom = ink(result)
            assert min(left, top) >= 4
            assert right <= 196
            assert bottom <= 96

    @pytest.mark.parametrize("size", [5, 40])
    def test_is_written_to_the_last_character(self, size: int) -> None:
        one, other = (
            decorated(NIGHT, texts=[{"text": "字" * 80 + last, "size_percent": size}])
            for last in "口一"
        )

        assert difference(one, other) > 50

    def test_grows_with_its_size(self) -> None:
        heights = []
        for size in (10, 20, 30):
            _, top, _, bottom = ink(decorated(NIGHT, texts=[{"text": "口", "size_percent": size}]))
            heights.append(bottom - top)

        assert heights == sorted(heights)
        assert heights[2] == pytest.approx(3 * heights[0], abs=4)

    def test_no_line_begins_with_a_full_stop(self) -> None:
        for free_px in range(40, 200):
            lines = broken("西湖春日，苏堤上的柳树已经绿了。船，慢慢地划。", 20, free_px)
            assert not [line for line in lines if line[0] in "，。"]

    def test_opacity_and_colour(self) -> None:
        text = {"text": "口", "size_percent": 40, "colour": "#ff0000", "opacity": 50}

        assert decorated(NIGHT, texts=[text]).getextrema() == ((0, 128), (0, 0), (0, 0))

    def test_outline_surrounds(self) -> None:
        text = {"text": "口", "size_percent": 40, "outline_percent": 10}
        grey = Image.new("RGB", (200, 100), (128, 128, 128))

        assert decorated(grey, texts=[text]).getextrema() == ((0, 255),) * 3


class TestEdges:
    def test_border_is_in_percent_of_the_shorter_side(self) -> None:
        result = decorated(NIGHT, border={"width_percent": 10, "colour": "#00ff00"})

        assert result.size == (220, 120)
        assert at(result, 0.02, 0.5) == (0, 255, 0)
        assert at(result, 0.5, 0.5) == (0, 0, 0)

    def test_colours_are_the_same_to_the_eye_in_display_p3(self) -> None:
        result = decorated(
            NIGHT, is_display_p3=True, border={"width_percent": 10, "colour": "#ff0000"}
        )

        # CSS Color 4: color(srgb 1 0 0) is color(display-p3 0.9175 0.2003 0.1386).
        assert at(result, 0.02, 0.5) == (234, 51, 35)

    @pytest.mark.parametrize("style", ["instant", "mount", "film"])
    @pytest.mark.parametrize("size", [(3000, 2000), (400, 300), (300, 400), (50, 900), (1, 1)])
    def test_edges_never_push_past_the_limit(self, style: str, size: tuple[int, int]) -> None:
        image = Image.new("RGB", size, "red")
        asked = {"border": {"width_percent": 25}, "frame": {"style": style}}

        result = edited(image, long_side_px=256, decoration=asked)

        assert max(result.size) <= 256
        assert result.size == planned(image, {"decoration": asked}, long_side_px=256).size
        assert at(result, 0.5, 0.45) == (255, 0, 0)

    def test_whole_pixels_of_edges_are_counted_before_they_are_drawn(self) -> None:
        for width in range(1, 600, 7):
            for percent in (0.7, 3.3, 11.9, 24.7):
                asked = {"border": {"width_percent": percent}, "frame": {"style": "instant"}}
                image = Image.new("L", (width, 300))
                plan = planned(image, {"decoration": asked}, long_side_px=256)
                assert max(plan.size) <= 256

    def test_round_corners_are_transparent_where_they_can_be(self) -> None:
        rounded = {"radius_percent": 50}

        clear = decorated(NIGHT, keeps_alpha=True, rounded=rounded)
        flat = decorated(NIGHT, rounded=rounded)

        assert at(clear, 0, 0)[3] == 0
        assert at(clear, 0.5, 0.5) == (0, 0, 0, 255)
        assert at(flat, 0, 0) == WHITE

    def test_round_corners_are_alike_and_smooth(self) -> None:
        alpha = decorated(NIGHT, keeps_alpha=True, rounded={"radius_percent": 30}).getchannel("A")

        for turn in (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM):
            assert difference(alpha, alpha.transpose(turn)) == 0
        assert len(set(alpha.tobytes())) > 8


class TestWatermark:
    def test_covers_its_share_of_the_width(self) -> None:
        result = decorated(
            NIGHT, watermarks=[{"photo": RED, "width_percent": 25, "distance_percent": 0}]
        )

        assert ink(result) == (150, 67, 200, 100)

    def test_opacity_mixes(self) -> None:
        mark = {"photo": RED, "width_percent": 25, "opacity": 40, "anchor": "centre"}

        assert at(decorated(NIGHT, watermarks=[mark]), 0.5, 0.5) == (102, 0, 0)

    def test_plan_names_the_photos_it_needs_once(self) -> None:
        asked = {
            "watermarks": [{"photo": RED}, {"photo": RED, "opacity": 0}, {"photo": BLUE}],
            "collage": {"photos": [BLUE, BLUE]},
        }

        assert planned(NIGHT, {"decoration": asked}).pictures == (BLUE, RED)


class TestCollage:
    def test_places_each_photo_in_its_cell(self) -> None:
        result = decorated(
            draw_scene(400, 400), collage={"photos": [RED, BLUE, RED], "gap_percent": 4}
        )

        assert result.size[0] == result.size[1]
        assert at(result, 0.75, 0.25) == at(result, 0.75, 0.75) == (255, 0, 0)
        assert at(result, 0.25, 0.75) == (0, 0, 255)
        assert at(result, 0.5, 0.5) == at(result, 0.01, 0.01) == WHITE

    @pytest.mark.parametrize("count", range(1, 9))
    @pytest.mark.parametrize("layout", ["row", "column", "grid"])
    def test_leaves_no_cell_empty_and_no_hole(self, layout: str, count: int) -> None:
        collage = {
            "photos": [RED] * count, "layout": layout, "ratio": "3:2", "gap_percent": 0,
            "background": "#00ff00",
        }  # fmt: skip

        result = decorated(Image.new("RGB", (300, 300), "blue"), collage=collage)

        assert result.width / result.height == pytest.approx(1.5, rel=0.02)
        colours = {colour for _, colour in result.getcolors(99_999) or []}
        assert colours == {(255, 0, 0), (0, 0, 255)}

    def test_spaces_are_brought_together(self) -> None:
        plan = planned(NIGHT, {"decoration": {"watermarks": [{"photo": RED}]}})
        wide = ColouredImage(plain("red").image, is_display_p3=True)

        same = run(plan, ColouredImage(NIGHT, is_display_p3=True), {RED: wide})
        mixed = run(plan, ColouredImage(NIGHT, is_display_p3=True), {RED: plain("red")})

        assert same.is_display_p3
        assert not mixed.is_display_p3

    @pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
    @pytest.mark.parametrize("other", ["L", "LA", "RGB", "RGBA"])
    def test_modes_mix(self, mode: str, other: str) -> None:
        image = draw_scene(60, 40).convert(mode)
        asked = {
            "collage": {"photos": [RED]}, "watermarks": [{"photo": RED, "opacity": 50}],
            "texts": [{"text": "a"}], "rounded": {"radius_percent": 10},
            "frame": {"style": "mount"},
        }  # fmt: skip
        for keeps_alpha in (True, False):
            plan = planned(image, {"decoration": asked}, keeps_alpha=keeps_alpha)

            result = run(
                plan, ColouredImage(image, is_display_p3=False), {RED: plain("red", other)}
            )

            assert result.image.size == plan.size
            saved = BytesIO()
            result.image.save(saved, "PNG")
