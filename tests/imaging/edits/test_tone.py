from itertools import pairwise, product

import pytest
from PIL import Image

from bench.drawing import draw_scene
from chalicelib.imaging.plan import steps
from chalicelib.imaging.recipe.tone import Tone
from tests.imaging.edits.making import (
    at,
    channel,
    difference,
    edited,
    grey_ramp,
    nested,
    planned,
    toned,
)

SLIDERS = ("temperature", "tint", "brightness", "contrast", "highlights", "shadows", "saturation")
ENDS = [
    *product(SLIDERS, (-100, 100)),
    ("exposure_stops", 3),
    ("exposure_stops", -3),
    ("gamma", 5),
    ("gamma", 0.2),
    ("auto", 100),
    ("equalize", 100),
    ("grayscale", 100),
    ("sepia", 100),
    ("levels.black", 120),
    ("levels.white", 135),
    ("levels.black_out", 120),
    ("levels.white_out", 135),
    ("curves.rgb", [[0, 0], [64, 30], [128, 140], [255, 255]]),
    ("split_tone.shadows", {"hue_degrees": 240, "strength": 100}),
    ("split_tone.highlights", {"hue_degrees": 30, "strength": 100}),
]


def plain(*colour: int) -> Image.Image:
    return Image.new("RGB", (8, 8), colour)


class TestNeutralSettings:
    @pytest.mark.parametrize("name", Tone.__struct_fields__)
    def test_each_default_changes_nothing(self, name: str) -> None:
        image = draw_scene(64, 48)
        default = getattr(Tone(), name)
        tone: dict[str, object] = {name: default if isinstance(default, int | float) else {}}

        assert planned(image, {"tone": tone}).steps == planned(image, {}).steps
        assert difference(toned(image, **tone), image) == 0


class TestEverySetting:
    @pytest.mark.parametrize(("path", "value"), ENDS)
    def test_never_turns_darker_into_lighter(self, path: str, value: object) -> None:
        result = toned(grey_ramp(), **nested(path, value))

        for number in range(len(result.getbands())):
            assert all(a <= b for a, b in pairwise(channel(result, number)))

    @pytest.mark.parametrize(("path", "value"), ENDS)
    def test_does_something(self, path: str, value: object) -> None:
        image = draw_scene(64, 48)

        result = toned(image, **nested(path, value)).convert("RGB")

        assert difference(result, image) > 4

    @pytest.mark.parametrize(("path", "value"), ENDS)
    def test_does_to_grey_pictures_what_it_does_to_grey_in_colour(
        self, path: str, value: object
    ) -> None:
        grey = Image.frombytes("L", (256, 1), bytes(range(256)))

        result = toned(grey, **nested(path, value))

        expected = toned(grey.convert("RGB"), **nested(path, value))
        assert difference(result.convert("RGB"), expected.convert("RGB")) == 0


class TestKnownPixels:
    def test_a_stop_doubles_light(self) -> None:
        # sRGB 100 is 0.1274 of white's light; 0.2548 is encoded as 138.
        assert at(toned(plain(100, 100, 100), exposure_stops=1), 0, 0) == (138, 138, 138)

    def test_levels_stretch(self) -> None:
        result = toned(grey_ramp(), levels={"black": 51, "white": 204})

        assert [channel(result)[value] for value in (0, 51, 102, 128, 204, 255)] == [
            0, 0, 85, 128, 255, 255,
        ]  # fmt: skip

    def test_gamma_keeps_black_and_white(self) -> None:
        result = channel(toned(grey_ramp(), gamma=2))

        assert (result[0], result[64], result[255]) == (0, 128, 255)

    @pytest.mark.parametrize("name", ["brightness", "highlights", "shadows"])
    @pytest.mark.parametrize("amount", [-100, 100])
    def test_lifts_keep_black_and_white(self, name: str, amount: int) -> None:
        result = channel(toned(grey_ramp(), **{name: amount}))

        assert (result[0], result[255]) == (0, 255)

    def test_highlights_and_shadows_keep_to_their_half(self) -> None:
        light = channel(toned(grey_ramp(), highlights=-100))
        dark = channel(toned(grey_ramp(), shadows=100))

        assert 170 - light[170] > 3 * (40 - light[40])
        assert dark[85] - 85 > 3 * (dark[230] - 230)

    def test_contrast_turns_about_the_middle(self) -> None:
        more, less = (channel(toned(grey_ramp(), contrast=one)) for one in (100, -100))

        assert abs(more[128] - 128) <= 1 >= abs(less[128] - 128)
        assert more[64] < 64 < less[64]

    def test_curve_goes_through_its_points(self) -> None:
        points = [[0, 10], [60, 90], [190, 200], [255, 240]]

        result = channel(toned(grey_ramp(), curves={"rgb": points}))

        assert [result[x] for x, _ in points] == [y for _, y in points]

    def test_channel_curves_leave_the_others_alone(self) -> None:
        result = toned(grey_ramp(), curves={"green": [[0, 255], [255, 255]]})

        assert channel(result, 0) == list(range(256)) == channel(result, 2)
        assert set(channel(result, 1)) == {255}

    def test_saturation_keeps_greys_and_brightness(self) -> None:
        assert difference(toned(grey_ramp(), saturation=100), grey_ramp()) == 0
        red, green, blue = at(toned(plain(150, 100, 60), saturation=50), 0, 0)
        assert (red, green, blue) == (171, 96, 36)
        luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        assert luma == pytest.approx(0.2126 * 150 + 0.7152 * 100 + 0.0722 * 60, abs=1)

    def test_no_saturation_is_grayscale(self) -> None:
        image = draw_scene(64, 48)

        less, grey = toned(image, saturation=-100), toned(image, grayscale=100)

        assert grey.mode == "L"
        assert difference(less, grey) == 0

    def test_sepia_is_warm_at_every_brightness(self) -> None:
        red, green, blue = (channel(toned(grey_ramp(), sepia=100), band) for band in range(3))

        assert all(r > g > b for r, g, b in list(zip(red, green, blue, strict=True))[20:])

    def test_warmth_keeps_a_grey_s_brightness(self) -> None:
        for amount in (-100, 100):
            red, green, blue = at(toned(plain(120, 120, 120), temperature=amount), 0, 0)
            assert (red > 120 > blue) == (amount > 0)
            assert 0.2126 * red + 0.7152 * green + 0.0722 * blue == pytest.approx(120, abs=4)

    def test_tint_goes_from_green_to_magenta(self) -> None:
        red, green, blue = at(toned(plain(120, 120, 120), tint=100), 0, 0)

        assert red == blue > 120 > green

    def test_split_tones_lean_each_its_way(self) -> None:
        split = {
            "shadows": {"hue_degrees": 240, "strength": 100},
            "highlights": {"hue_degrees": 60, "strength": 100},
        }

        result = toned(grey_ramp(), split_tone=split)

        dark, light = at(result, 0.1, 0), at(result, 0.9, 0)
        assert dark[2] > dark[0]
        assert light[2] < light[0]

    def test_vignette_leaves_the_middle_and_darkens_corners(self) -> None:
        image = Image.new("RGB", (200, 100), (200, 200, 200))

        dark = toned(image, vignette={"amount": -50})
        light = toned(image, vignette={"amount": 50})

        assert at(dark, 0.5, 0.5) == at(light, 0.5, 0.5) == (200, 200, 200)
        assert at(dark, 0, 0)[0] == pytest.approx(100, abs=4)
        assert at(light, 0, 0)[0] == pytest.approx(228, abs=4)

    def test_auto_spreads_a_dull_picture(self) -> None:
        dull = draw_scene(128, 96).point(lambda value: 90 + value // 4)

        values = channel(toned(dull, auto=100).convert("L"))
        before = channel(dull.convert("L"))

        assert max(values) - min(values) > 1.5 * (max(before) - min(before))

    def test_equalize_spreads_brightness_evenly(self) -> None:
        crowded = grey_ramp().point([100 + value // 2 for value in range(256)] * 3)

        values = channel(toned(crowded, equalize=100))

        counts = [sum(low <= value < low + 64 for value in values) for low in range(0, 256, 64)]
        assert (min(values), max(values)) == (0, 255)
        assert max(counts) - min(counts) <= 2

    def test_equalize_goes_from_nothing_to_all_and_follows_auto(self) -> None:
        scene = draw_scene(64, 48)
        half, full = (toned(scene, equalize=strength) for strength in (50, 100))

        assert 0 < difference(half, scene) < difference(full, scene)
        assert difference(toned(scene, auto=100, equalize=100), full) <= 1

    def test_equalize_leaves_a_plain_picture_alone(self) -> None:
        for value in (0, 128, 255):
            image = plain(value, value, value)
            assert difference(toned(image, equalize=100), image) == 0

    def test_auto_leaves_a_plain_picture_readable(self) -> None:
        for value in (0, 1, 128, 254, 255):
            result = toned(plain(value, value, value), auto=100)
            assert abs(at(result, 0, 0)[0] - value) <= 90


class TestOnePass:
    def test_any_number_of_curves_is_one_table(self) -> None:
        image = draw_scene(64, 48)
        curves = {
            "exposure_stops": 0.3, "contrast": 20, "brightness": 5, "gamma": 1.1, "shadows": 30,
            "highlights": -20, "temperature": 12, "tint": -4, "levels": {"black": 8},
            "curves": {"rgb": [[0, 5], [255, 250]]},
        }  # fmt: skip

        (colour,) = planned(image, {"tone": curves}).steps[1:]

        assert isinstance(colour, steps.Colour)
        assert colour.table is not None
        assert (colour.matrix, colour.after) == (None, None)

    def test_linear_settings_are_one_matrix(self) -> None:
        tone = {"saturation": 30, "sepia": 20, "grayscale": 10}

        (colour,) = planned(draw_scene(64, 48), {"tone": tone}).steps[1:]

        assert isinstance(colour, steps.Colour)
        assert colour.matrix is not None
        assert (colour.table, colour.after) == (None, None)

    def test_transparency_is_not_toned(self) -> None:
        image = draw_scene(64, 48).convert("RGBA")
        image.putalpha(Image.linear_gradient("L").resize(image.size))

        result = edited(image, keeps_alpha=True, tone={"exposure_stops": 1, "saturation": 50})

        assert difference(result.getchannel("A"), image.getchannel("A")) == 0
        assert (
            difference(
                result.convert("RGB"),
                toned(image.convert("RGB"), exposure_stops=1, saturation=50),
            )
            == 0
        )
