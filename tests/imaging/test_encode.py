import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from bench.drawing import draw_scene
from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.encode import DEFAULT_QUALITY, EncodedImage, encode
from chalicelib.imaging.output import CannotFit, OutputType, OutputWish
from tests.imaging.scanning import assert_only_picture

LOSSY = [OutputType.JPEG, OutputType.WEBP, OutputType.AVIF]


def written(
    image: Image.Image,
    media_type: OutputType,
    *,
    display_p3: bool = False,
    quality: int | None = None,
    max_bytes: int | None = None,
) -> EncodedImage:
    wish = OutputWish(media_type=media_type, quality=quality, max_bytes=max_bytes)
    return encode(ColouredImage(image, is_display_p3=display_p3), wish)


def opened(encoded: EncodedImage) -> Image.Image:
    image = Image.open(io.BytesIO(encoded.data), formats=[encoded.media_type.name])
    image.load()
    return image


def half_clear(mode: str = "RGBA") -> Image.Image:
    """Red (grey 76); the left half is fully transparent, with the red still under it."""
    image = Image.new("RGB", (64, 64), "red").convert(mode.removesuffix("A"))
    alpha = Image.new("L", (64, 64), 255)
    alpha.paste(0, (0, 0, 32, 64))
    image.putalpha(alpha)
    return image


class TestFormats:
    @pytest.mark.parametrize("media_type", OutputType)
    @pytest.mark.parametrize("mode", ["L", "RGB", "LA", "RGBA"])
    def test_every_mode_is_written_in_every_format(self, media_type: OutputType, mode: str) -> None:
        encoded = written(draw_scene(60, 40).convert(mode), media_type)

        image = opened(encoded)
        assert image.format == media_type.name
        assert (encoded.width_px, encoded.height_px) == image.size == (60, 40)
        assert encoded.quality == DEFAULT_QUALITY.get(media_type)
        assert_only_picture(encoded.data, media_type)

    @pytest.mark.parametrize("media_type", OutputType)
    def test_the_same_pixels_give_the_same_bytes(self, media_type: OutputType) -> None:
        image = draw_scene(300, 200)

        assert written(image, media_type) == written(image.copy(), media_type)

    @pytest.mark.parametrize("media_type", OutputType)
    def test_display_p3_is_said_by_our_profile_and_srgb_by_none(
        self, media_type: OutputType
    ) -> None:
        image = Image.new("RGB", (40, 30), "red")

        tagged = opened(written(image, media_type, display_p3=True))
        plain = opened(written(image, media_type))

        assert tagged.info["icc_profile"] == ColouredImage(image, is_display_p3=True).icc_profile
        assert "icc_profile" not in plain.info

    @pytest.mark.parametrize("media_type", LOSSY)
    def test_less_quality_is_fewer_bytes(self, media_type: OutputType) -> None:
        image = draw_scene(300, 200)

        fine, coarse = (written(image, media_type, quality=q) for q in (90, 40))

        assert (fine.quality, coarse.quality) == (90, 40)
        assert len(coarse.data) < len(fine.data) * 0.7

    def test_png_is_exact_whatever_quality_is_wished(self) -> None:
        image = draw_scene(90, 60)

        encoded = written(image, OutputType.PNG, quality=1)

        assert encoded.quality is None
        assert opened(encoded).tobytes() == image.tobytes()


class TestTransparency:
    @pytest.mark.parametrize("media_type", [OutputType.PNG, OutputType.WEBP, OutputType.AVIF])
    @pytest.mark.parametrize("mode", ["LA", "RGBA"])
    def test_is_kept_where_the_format_has_it(self, media_type: OutputType, mode: str) -> None:
        encoded = written(half_clear(mode), media_type)

        alpha = opened(encoded).getchannel("A")
        assert (alpha.getpixel((8, 32)), alpha.getpixel((56, 32))) == (0, 255)
        assert not encoded.is_flattened

    @pytest.mark.parametrize("mode", ["LA", "RGBA"])
    def test_is_laid_on_white_for_jpeg_and_said(self, mode: str) -> None:
        encoded = written(half_clear(mode), OutputType.JPEG)

        image = opened(encoded).convert("RGB")
        assert image.getpixel((8, 32)) == pytest.approx((255, 255, 255), abs=3)
        assert image.getpixel((56, 32)) == pytest.approx(
            (255, 0, 0) if mode == "RGBA" else (76, 76, 76), abs=6
        )
        assert encoded.is_flattened
        assert not written(Image.new("RGB", (9, 9)), OutputType.JPEG).is_flattened

    @pytest.mark.parametrize("media_type", [OutputType.PNG, OutputType.WEBP])
    def test_hides_nothing_underneath(self, media_type: OutputType) -> None:
        image = opened(written(half_clear(), media_type)).convert("RGBA")

        assert image.getpixel((8, 32)) == (0, 0, 0, 0)


class TestMaxBytes:
    @pytest.mark.parametrize("media_type", LOSSY)
    def test_the_result_fits_at_a_quality_that_it_names(self, media_type: OutputType) -> None:
        image = draw_scene(400, 300)
        limit = round(len(written(image, media_type).data) * 0.6)

        encoded = written(image, media_type, max_bytes=limit)

        assert len(encoded.data) <= limit
        assert encoded.quality is not None
        assert encoded.quality < DEFAULT_QUALITY[media_type]
        assert written(image, media_type, quality=encoded.quality).data == encoded.data
        assert encoded == written(image, media_type, max_bytes=limit)

    def test_one_step_more_would_not_fit(self) -> None:
        image = draw_scene(400, 300)
        encoded = written(image, OutputType.JPEG, max_bytes=14_000)
        assert encoded.quality is not None

        finer = written(image, OutputType.JPEG, quality=encoded.quality + 1)

        assert len(finer.data) > 14_000

    @pytest.mark.parametrize("media_type", OutputType)
    def test_what_fits_already_keeps_its_quality(self, media_type: OutputType) -> None:
        image = draw_scene(90, 60)

        assert written(image, media_type, max_bytes=1 << 20) == written(image, media_type)

    @pytest.mark.parametrize("media_type", OutputType)
    def test_what_cannot_fit_says_how_near_it_came(self, media_type: OutputType) -> None:
        image = draw_scene(800, 600)

        with pytest.raises(CannotFit) as caught:
            written(image, media_type, max_bytes=1_024)

        assert caught.value.smallest_bytes > 1_024

    def test_a_wish_below_the_least_quality_is_the_only_try(self) -> None:
        image = draw_scene(200, 150)

        assert written(image, OutputType.JPEG, quality=5, max_bytes=1 << 20).quality == 5
        with pytest.raises(CannotFit):
            written(image, OutputType.JPEG, quality=5, max_bytes=1_024)

    @given(media_type=st.sampled_from(OutputType), max_bytes=st.integers(1_024, 30_000))
    @settings(max_examples=25, deadline=None)
    def test_no_result_is_ever_larger(self, media_type: OutputType, max_bytes: int) -> None:
        size = max_bytes
        with suppress(CannotFit):
            size = len(written(draw_scene(160, 120), media_type, max_bytes=max_bytes).data)

        assert size <= max_bytes


class TestNothingIsCarriedOver:
    @pytest.mark.parametrize("media_type", OutputType)
    def test_of_what_an_image_object_holds(self, media_type: OutputType) -> None:
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", "SECRET")
        data = io.BytesIO()
        exif = Image.Exif()
        exif[270] = "SECRET"
        Image.new("RGB", (30, 20), "teal").save(
            data, "PNG", pnginfo=text, exif=exif, icc_profile=b"SECRET" * 40
        )
        read = Image.open(data, formats=["PNG"])
        read.load()
        read.info["comment"] = b"SECRET"

        encoded = written(read, media_type)

        assert_only_picture(encoded.data, media_type)
        assert b"SECRET" not in encoded.data

    @pytest.mark.parametrize("media_type", OutputType)
    def test_of_the_other_frames_of_an_animation(self, media_type: OutputType) -> None:
        frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue")]
        data = io.BytesIO()
        frames[0].save(data, "AVIF", save_all=True, append_images=frames[1:])

        encoded = written(Image.open(data, formats=["AVIF"]), media_type)

        assert getattr(opened(encoded), "n_frames", 1) == 1
        assert_only_picture(encoded.data, media_type)
