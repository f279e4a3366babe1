from itertools import product

import pytest
from PIL import Image, ImageOps

from bench.drawing import draw_scene
from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.editing.run import run
from chalicelib.imaging.plan.compiling import compile_plan
from chalicelib.imaging.plan.layout import Output, Source
from tests.imaging.edits.making import at, difference, edited, placed, planned, quarters, recipe

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
CENTRES = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)]


def seen(image: Image.Image) -> list[tuple[int, ...]]:
    return [at(image, x, y) for x, y in CENTRES]


class TestTurnsAndFlips:
    @pytest.mark.parametrize(
        ("geometry", "expected"),
        [
            ({}, [RED, GREEN, BLUE, WHITE]),
            ({"quarter_turns": 1}, [BLUE, RED, WHITE, GREEN]),
            ({"quarter_turns": 2}, [WHITE, BLUE, GREEN, RED]),
            ({"quarter_turns": 3}, [GREEN, WHITE, RED, BLUE]),
            ({"flip": "horizontal"}, [GREEN, RED, WHITE, BLUE]),
            ({"flip": "vertical"}, [BLUE, WHITE, RED, GREEN]),
            ({"flip": "both"}, [WHITE, BLUE, GREEN, RED]),
            ({"quarter_turns": 1, "flip": "horizontal"}, [RED, BLUE, GREEN, WHITE]),
            ({"rotate_degrees": 90}, [BLUE, RED, WHITE, GREEN]),
            ({"rotate_degrees": -90}, [GREEN, WHITE, RED, BLUE]),
        ],
    )
    def test_move_whole_pixels(
        self, geometry: dict[str, object], expected: list[tuple[int, ...]]
    ) -> None:
        assert seen(placed(quarters(), **geometry)) == expected

    @pytest.mark.parametrize(("orientation", "turns"), list(product(range(1, 9), range(4))))
    def test_compose_with_what_the_camera_noted(self, orientation: int, turns: int) -> None:
        stored = draw_scene(40, 24)
        stored.getexif()[0x0112] = orientation
        upright = ImageOps.exif_transpose(stored)
        plan = compile_plan(
            recipe(geometry={"quarter_turns": turns, "crop": {"ratio": "1:2"}}),
            Source(40, 24, orientation),
            Output(long_side_px=2048),
        )

        result = run(plan, ColouredImage(stored, is_display_p3=False)).image

        assert difference(result, placed(upright, quarter_turns=turns, crop={"ratio": "1:2"})) <= 1


class TestCrop:
    def test_box_is_in_shares_of_the_picture(self) -> None:
        box = {"left": 0.5, "top": 0, "right": 1, "bottom": 0.5}

        result = placed(quarters(), crop={"box": box})

        assert result.size == (20, 10)
        assert set(seen(result)) == {GREEN}

    @pytest.mark.parametrize(
        ("focus", "expected"), [(0.0, RED), (0.2, RED), (1.0, GREEN), (0.9, GREEN)]
    )
    def test_ratio_keeps_the_focus_in_sight(self, focus: float, expected: tuple[int, ...]) -> None:
        result = placed(quarters(), crop={"ratio": "1:1"}, focus={"x": focus, "y": 0})

        assert result.size == (20, 20)
        assert at(result, 0.5, 0.1) == expected

    def test_ratio_without_focus_keeps_the_middle(self) -> None:
        assert seen(placed(quarters(), crop={"ratio": "1:1"})) == seen(quarters())

    @pytest.mark.parametrize("place", [(30, 20), (300, 20), (30, 150), (300, 150)])
    def test_auto_focus_finds_what_stands_out(self, place: tuple[int, int]) -> None:
        image = Image.new("RGB", (360, 200), (90, 120, 90))
        image.paste((230, 40, 40), (place[0] - 15, place[1] - 15, place[0] + 15, place[1] + 15))

        for ratio in ("1:1", "3:1"):
            result = placed(image, crop={"ratio": ratio}, focus="auto")
            assert result.getcolors() is not None
            assert (230, 40, 40) in {colour for _, colour in result.getcolors() or []}

    def test_auto_focus_of_a_plain_picture_is_the_middle(self) -> None:
        plain = Image.new("RGB", (100, 50), "teal")

        assert placed(plain, crop={"ratio": "1:1"}, focus="auto").size == (50, 50)


class TestStraightenAndRotate:
    @pytest.mark.parametrize("degrees", [0.5, 3, -7, 20, 45, -45])
    def test_straightening_shows_no_corner_and_keeps_the_shape(self, degrees: float) -> None:
        result = placed(
            Image.new("RGB", (300, 200), "black"), straighten_degrees=degrees, background="#ffffff"
        )

        assert result.getextrema() == ((0, 0), (0, 0), (0, 0))
        assert result.width / result.height == pytest.approx(1.5, rel=0.02)

    @pytest.mark.parametrize("degrees", [10, -33, 90, 135, 180])
    def test_rotation_loses_nothing_and_shows_the_background(self, degrees: float) -> None:
        result = placed(
            Image.new("RGB", (300, 200), "black"), rotate_degrees=degrees, background="#ff0000"
        )

        black = sum(count for count, colour in result.getcolors(9999) or [] if colour == (0, 0, 0))
        assert black == pytest.approx(300 * 200, rel=0.02)

    def test_rotation_is_clockwise(self) -> None:
        image = Image.new("RGB", (101, 101), "black")
        image.paste((255, 255, 255), (80, 45, 100, 56))

        result = placed(image, rotate_degrees=30, background="#000000")

        box = result.convert("L").getbbox()
        assert box is not None
        assert (box[1] + box[3]) / 2 > result.height / 2 + 5

    def test_transparent_background_needs_a_format_that_has_it(self) -> None:
        image = Image.new("RGB", (60, 40), "black")
        geometry = {"rotate_degrees": 45, "background": "transparent"}

        clear = edited(image, keeps_alpha=True, geometry=geometry)
        opaque = edited(image, geometry=geometry)

        assert at(clear, 0, 0)[3] == 0
        assert at(opaque, 0, 0) == WHITE

    def test_light_and_colour_leave_the_background_alone(self) -> None:
        result = edited(
            Image.new("RGB", (60, 40), "black"),
            geometry={"rotate_degrees": 45, "background": "#808080"},
            tone={"exposure_stops": 2, "vignette": {"amount": -100}},
        )

        assert at(result, 0, 0) == (128, 128, 128)


class TestCorners:
    def test_become_the_corners_of_the_result(self) -> None:
        image = Image.new("RGB", (200, 100), "white")
        image.paste((0, 0, 0), (50, 25, 150, 75))
        names = ("top_left", "top_right", "bottom_right", "bottom_left")
        inner = [(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)]
        corners = {name: {"x": x, "y": y} for name, (x, y) in zip(names, inner, strict=True)}

        result = placed(image, corners=corners)

        assert result.size == (100, 50)
        assert result.getextrema() == ((0, 0), (0, 0), (0, 0))

    def test_straighten_a_keystone(self) -> None:
        image = Image.new("RGB", (200, 100), "white")
        names = ("top_left", "top_right", "bottom_right", "bottom_left")
        slanted = [(0.2, 0.1), (0.8, 0.0), (1.0, 1.0), (0.0, 0.9)]
        corners = {name: {"x": x, "y": y} for name, (x, y) in zip(names, slanted, strict=True)}

        assert placed(image, corners=corners).getextrema() == ((255, 255),) * 3


class TestTrim:
    def test_cuts_plain_edges(self) -> None:
        image = Image.new("RGB", (60, 40), (250, 250, 250))
        image.paste((10, 60, 10), (20, 10, 50, 30))

        assert placed(image, trim={"tolerance": 10}).size == (30, 20)

    def test_tolerance_decides_what_is_plain(self) -> None:
        image = Image.new("RGB", (60, 40), (250, 250, 250))
        image.paste((240, 250, 250), (20, 10, 50, 30))

        assert placed(image, trim={"tolerance": 10}).size == (60, 40)
        assert placed(image, trim={"tolerance": 9}).size == (30, 20)

    def test_plain_picture_stays(self) -> None:
        assert placed(Image.new("RGB", (60, 40)), trim={"tolerance": 0}).size == (60, 40)


class TestResizeAndPad:
    @pytest.mark.parametrize(
        ("resize", "size"),
        [
            ({"width_px": 100}, (100, 50)),
            ({"height_px": 100}, (200, 100)),
            ({"width_px": 100, "height_px": 100}, (100, 50)),
            ({"width_px": 100, "height_px": 100, "fit": "cover"}, (100, 100)),
            ({"width_px": 100, "height_px": 100, "fit": "contain"}, (100, 100)),
            ({"width_px": 100, "height_px": 100, "fit": "fill"}, (100, 100)),
            ({"width_px": 800}, (400, 200)),
            ({"width_px": 800, "enlarge": True}, (800, 400)),
            ({"width_px": 800, "height_px": 800, "fit": "cover"}, (200, 200)),
            ({"width_px": 800, "height_px": 800, "fit": "contain"}, (800, 800)),
            ({"width_px": 800, "height_px": 100, "fit": "fill"}, (800, 100)),
            ({"width_px": 800, "height_px": 400, "fit": "fill"}, (400, 200)),
        ],
    )
    def test_fit_gives_the_promised_size(
        self, resize: dict[str, object], size: tuple[int, int]
    ) -> None:
        image = draw_scene(400, 200)

        assert placed(image, resize=resize).size == size
        assert planned(image, {"geometry": {"resize": resize}}).size == size

    def test_contain_centres_on_the_background(self) -> None:
        result = placed(
            Image.new("RGB", (100, 50), "black"),
            resize={"width_px": 100, "height_px": 100, "fit": "contain"},
            background="#00ff00",
        )

        assert [at(result, 0.5, y)[1] for y in (0.1, 0.3, 0.7, 0.9)] == [255, 0, 0, 255]

    def test_pad_is_in_percent_of_the_shorter_side(self) -> None:
        result = placed(Image.new("RGB", (200, 100), "black"), pad={"left": 50, "top": 10})

        assert result.size == (250, 110)
        assert at(result, 0, 0.99) == WHITE
        assert at(result, 0.21, 0.99) == (0, 0, 0)

    def test_nothing_is_longer_than_the_output_takes(self) -> None:
        result = edited(
            draw_scene(400, 200), long_side_px=128, geometry={"pad": {"left": 50, "right": 50}}
        )

        assert result.size == (128, 43)


class TestSource:
    @pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
    def test_keeps_what_it_can_of_the_mode(self, mode: str) -> None:
        image = draw_scene(64, 48).convert(mode)

        for geometry in ({}, {"quarter_turns": 1}, {"resize": {"width_px": 32}}):
            assert edited(image, keeps_alpha=True, geometry=geometry).mode == mode
            assert edited(image, geometry=geometry).mode == mode.removesuffix("A")

    def test_smaller_decode_gives_the_promised_size(self) -> None:
        plan = compile_plan(
            recipe(geometry={"resize": {"width_px": 300}}), Source(4000, 3000), Output(2048)
        )

        for decoded in ((500, 375), (1000, 750)):
            picture = ColouredImage(draw_scene(*decoded), is_display_p3=False)
            assert run(plan, picture).image.size == plan.size == (300, 225)

    def test_decoders_own_size_is_taken_when_it_is_near_enough(self) -> None:
        plan = compile_plan(recipe(), Source(4032, 3024), Output(2048))
        decoded = draw_scene(2016, 1512)

        assert plan.decode_px == 2048
        assert run(plan, ColouredImage(decoded, is_display_p3=False)).image.size == (2016, 1512)

    def test_however_small_the_crop_no_more_than_4096_px_are_decoded(self) -> None:
        box = {"left": 0.5, "top": 0.5, "right": 0.51, "bottom": 0.51}

        plan = compile_plan(
            recipe(geometry={"crop": {"box": box}}), Source(12000, 9000), Output(2048)
        )

        assert plan.decode_px == 4096
        assert plan.size == (120, 90)

    def test_hidden_colours_do_not_bleed(self) -> None:
        image = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
        image.paste((0, 0, 255, 255), (10, 10, 30, 30))

        result = edited(image, geometry={"resize": {"width_px": 13}})

        assert result.getpixel((0, 0)) == WHITE
        reds, _, blues = result.split()
        assert all(r <= b for r, b in zip(reds.tobytes(), blues.tobytes(), strict=True))
