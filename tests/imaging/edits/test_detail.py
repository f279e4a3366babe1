import pytest
from PIL import Image, ImageStat

from bench.drawing import draw_scene
from chalicelib.imaging.plan import steps
from chalicelib.imaging.recipe.detail import Detail
from tests.imaging.edits.making import at, channel, difference, edited, planned

SCENE = draw_scene(160, 120)
HALVES = Image.new("RGB", (100, 60), (80, 80, 80))
HALVES.paste((160, 160, 160), (50, 0, 100, 60))
BOX = {"left": 0.2, "top": 0.2, "right": 0.8, "bottom": 0.8}


def detailed(image: Image.Image, **detail: object) -> Image.Image:
    return edited(image, detail=detail)


def spread(image: Image.Image) -> float:
    return float(ImageStat.Stat(image.convert("L")).stddev[0])


def noisy(strength: int) -> Image.Image:
    grey = Image.new("RGB", (128, 128), (120, 120, 120))
    return detailed(grey, grain={"amount": strength})


class TestNeutralSettings:
    @pytest.mark.parametrize("name", Detail.__struct_fields__)
    def test_each_default_changes_nothing(self, name: str) -> None:
        default = getattr(Detail(), name)
        detail: dict[str, object] = {name: default if isinstance(default, int | tuple) else {}}

        assert difference(detailed(SCENE, **detail), SCENE) == 0

    def test_plain_pictures_have_nothing_to_refine(self) -> None:
        plain = Image.new("RGB", (60, 40), (10, 120, 240))

        for detail in ({"clarity": 100}, {"sharpen": 100}, {"blur": 100}):
            assert difference(detailed(plain, **detail), plain) == 0
        # Denoising passes through YCbCr, which rounds.
        assert difference(detailed(plain, denoise=100), plain) <= 2


class TestSharpen:
    def test_steepens_an_edge_and_nothing_else(self) -> None:
        values = channel(detailed(HALVES, sharpen=50))[3000:3100]

        assert values[49] < 80 < 160 < values[50]
        assert set(values[:48]) == {80}
        assert set(values[52:]) == {160}

    def test_grows_with_its_strength(self) -> None:
        lows = [min(channel(detailed(HALVES, sharpen=one))) for one in (0, 25, 50, 100)]

        assert lows == sorted(lows, reverse=True)
        assert len(set(lows)) == 4

    def test_colours_no_edge(self) -> None:
        red, green, blue = detailed(HALVES, sharpen=100).split()

        assert red.tobytes() == green.tobytes() == blue.tobytes()


class TestClarity:
    def test_reaches_further_than_sharpening(self) -> None:
        wide = Image.new("RGB", (400, 60), (80, 80, 80))
        wide.paste((160, 160, 160), (200, 0, 400, 60))

        more = channel(detailed(wide, clarity=100))[:400]
        less = channel(detailed(wide, clarity=-100))[:400]

        assert more[196] < 80 < less[196]
        assert more[100] == less[100] == 80


class TestDenoise:
    def test_calms_noise_and_keeps_an_edge(self) -> None:
        grainy = detailed(HALVES, grain={"amount": 20})

        calm = detailed(grainy, denoise=100)

        left = (0, 0, 40, 60)
        assert spread(calm.crop(left)) < 0.5 * spread(grainy.crop(left))
        assert at(calm, 0.6, 0.5)[0] - at(calm, 0.4, 0.5)[0] > 70

    def test_grows_with_its_strength(self) -> None:
        grainy = noisy(20)

        spreads = [spread(detailed(grainy, denoise=one)) for one in (0, 30, 60, 100)]

        assert spreads == sorted(spreads, reverse=True)


class TestBlur:
    def test_grows_with_its_strength(self) -> None:
        spreads = [spread(detailed(SCENE, blur=one)) for one in (0, 30, 60, 100)]

        assert spreads == sorted(spreads, reverse=True)

    def test_keeps_the_mean(self) -> None:
        mean = ImageStat.Stat(SCENE).mean

        for strength in (20, 100):
            assert ImageStat.Stat(detailed(SCENE, blur=strength)).mean == pytest.approx(mean, abs=2)

    def test_means_the_same_at_every_size(self) -> None:
        large = draw_scene(640, 480)
        small = large.resize((320, 240), Image.Resampling.BOX)

        blurred = detailed(large, blur=80).resize((320, 240), Image.Resampling.BOX)

        assert difference(detailed(small, blur=80), blurred) <= 8


class TestPixelate:
    def test_leaves_one_colour_a_square_and_the_rest_alone(self) -> None:
        result = detailed(SCENE, pixelate=[{"box": BOX, "cell_percent": 10}])

        inside = result.crop((32, 24, 128, 96))
        assert len(inside.getcolors(99_999) or []) <= 6 * 5
        assert difference(result.crop((0, 0, 160, 24)), SCENE.crop((0, 0, 160, 24))) == 0

    def test_depends_on_nothing_but_the_mean_of_a_square(self) -> None:
        checks = Image.new("L", (160, 120))
        checks.putdata([255 * ((x + x // 160) % 2) for x in range(160 * 120)])
        whole = {"left": 0.0, "top": 0.0, "right": 1.0, "bottom": 1.0}

        result = detailed(checks, pixelate=[{"box": whole, "cell_percent": 10}])

        assert max(channel(result)) - min(channel(result)) <= 1

    def test_box_at_the_very_edge_is_hidden_to_the_last_pixel(self) -> None:
        corner = {"left": 0.9, "top": 0.9, "right": 1.0, "bottom": 1.0}

        result = detailed(SCENE, pixelate=[{"box": corner, "cell_percent": 20}])

        assert len(result.crop((144, 108, 160, 120)).getcolors() or []) == 1


class TestGrain:
    def test_is_the_same_for_the_same_recipe_and_no_other(self) -> None:
        assert difference(noisy(50), noisy(50)) == 0
        assert difference(noisy(50), noisy(51)) > 4

    def test_keeps_the_mean_and_grows_with_its_amount(self) -> None:
        images = [noisy(one) for one in (5, 20, 50, 100)]

        assert [spread(one) for one in images] == sorted(spread(one) for one in images)
        for one in images:
            assert ImageStat.Stat(one).mean[0] == pytest.approx(120, abs=1)

    def test_has_no_colour(self) -> None:
        red, green, blue = noisy(80).split()

        assert red.tobytes() == green.tobytes() == blue.tobytes()


class TestOnePass:
    def test_three_kinds_of_detail_are_one_step(self) -> None:
        plan = planned(SCENE, {"detail": {"denoise": 20, "clarity": 20, "sharpen": 20}})

        assert [type(step) for step in plan.steps[1:]] == [steps.Refine]

    @pytest.mark.parametrize("mode", ["L", "RGB", "LA", "RGBA"])
    def test_works_on_every_mode_and_leaves_transparency_alone(self, mode: str) -> None:
        image = SCENE.convert(mode)
        if mode.endswith("A"):
            image.putalpha(Image.linear_gradient("L").resize(image.size))
        detail = {
            "denoise": 50, "clarity": 50, "blur": 20, "sharpen": 50,
            "pixelate": [{"box": BOX}], "grain": {"amount": 20},
        }  # fmt: skip

        result = edited(image, keeps_alpha=True, detail=detail)

        assert result.mode == mode
        if mode.endswith("A"):
            assert difference(result.getchannel("A"), image.getchannel("A")) == 0

    def test_colours_under_transparency_do_not_show(self) -> None:
        image = Image.new("RGBA", (60, 60), (255, 0, 0, 0))
        image.paste((255, 255, 255, 255), (20, 20, 40, 40))

        result = edited(image, keeps_alpha=True, detail={"blur": 60})

        inside = result.crop((20, 20, 40, 40)).convert("RGB")
        assert inside.getextrema() == ((255, 255),) * 3
