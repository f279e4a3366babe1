import pytest
from PIL import ExifTags, Image, ImageStat

from bench.drawing import PhotoFormat, draw_photo
from chalicelib.imaging.ladder import render
from chalicelib.imaging.model import ImageHeader, ImageRejected, MediaType, RejectionReason
from chalicelib.imaging.probe import probe
from tests.imaging import crafting
from tests.imaging.crafting import CountingFile, opened, process, saved
from tests.imaging.test_probe import FORMATS

# EXIF 2.32, tag 274: on which side of the upright picture the stored row 0 and column 0 lie.
SIDES = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}
BLOCKS = [
    [(200, 30, 30), (30, 160, 30), (30, 30, 200)],
    [(230, 230, 40), (40, 40, 40), (230, 230, 230)],
]
BLOCK_PX = 80


def stored(orientation: int) -> Image.Image:
    """Lay the upright blocks out as a camera held that way would store them."""
    rows, columns = len(BLOCKS), len(BLOCKS[0])
    row_side, column_side = SIDES[orientation]
    is_turned = row_side in ("left", "right")
    size = (rows, columns) if is_turned else (columns, rows)
    image = Image.new("RGB", size)
    for x in range(size[0]):
        for y in range(size[1]):
            place = {row_side: y, column_side: x}
            row = place.get("top", rows - 1 - place.get("bottom", 0))
            column = place.get("left", columns - 1 - place.get("right", 0))
            image.putpixel((x, y), BLOCKS[row][column])
    return image.resize((size[0] * BLOCK_PX, size[1] * BLOCK_PX), Image.Resampling.NEAREST)


def oriented_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return exif.tobytes()


def assert_blocks_upright(image: Image.Image) -> None:
    assert image.width / image.height == pytest.approx(3 / 2, rel=0.01)
    for row, colours in enumerate(BLOCKS):
        for column, colour in enumerate(colours):
            place = (
                round((column + 0.5) * image.width / 3),
                round((row + 0.5) * image.height / 2),
            )
            assert image.convert("RGB").getpixel(place) == pytest.approx(colour, abs=12)


class TestOrientation:
    @pytest.mark.parametrize("orientation", SIDES)
    @pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
    def test_every_orientation_comes_out_upright(self, format_name: str, orientation: int) -> None:
        data = saved(stored(orientation), format_name, quality=90, exif=oriented_exif(orientation))

        renditions = process(data, MediaType(f"image/{format_name.lower()}"))

        for rendition in renditions:
            assert_blocks_upright(opened(rendition))

    @pytest.mark.parametrize("orientation", SIDES)
    def test_heic_is_turned_once(self, orientation: int) -> None:
        data = draw_photo(120, 80, format="HEIF", orientation=orientation)

        full = process(data, MediaType.HEIC)[0]

        is_turned = orientation >= 5
        assert (full.width_px, full.height_px) == ((80, 120) if is_turned else (120, 80))
        # The sky is above the meadow.
        image = opened(full).getchannel("B")
        top = image.crop((0, 0, image.width, image.height // 3))
        bottom = image.crop((0, image.height * 2 // 3, image.width, image.height))
        assert ImageStat.Stat(top).mean[0] > ImageStat.Stat(bottom).mean[0] + 40

    @pytest.mark.parametrize("orientation", [0, 9, 4711])
    def test_a_senseless_orientation_is_ignored(self, orientation: int) -> None:
        data = saved(stored(1), exif=oriented_exif(orientation))

        assert_blocks_upright(opened(process(data)[0]))

    def test_unreadable_exif_does_not_cost_the_photo(self) -> None:
        data = crafting.with_segment(saved(stored(1)), 0xE1, b"Exif\0\0MM\0\x2a\xff\xff\xff\xff")

        assert_blocks_upright(opened(process(data)[0]))


class TestSizes:
    @pytest.mark.parametrize(
        ("stored_size", "full"),
        [
            ((4032, 3024), (2016, 1512)),
            ((4000, 3000), (2000, 1500)),
            ((8064, 6048), (2016, 1512)),
            ((3000, 2000), (2048, 1365)),
            ((4624, 3468), (2048, 1536)),
            ((2048, 1536), (2048, 1536)),
        ],
    )
    def test_full_is_at_most_2048_and_at_least_95_percent_of_it(
        self, stored_size: tuple[int, int], full: tuple[int, int]
    ) -> None:
        data = saved(Image.new("RGB", stored_size, "teal"), quality=50)

        rendition = process(data)[0]

        assert (rendition.width_px, rendition.height_px) == full

    def test_the_same_rule_holds_without_a_scaled_decode(self) -> None:
        data = saved(Image.new("RGB", (4032, 3024), "teal"), "PNG", compress_level=1)

        assert process(data, MediaType.PNG)[0].width_px == 2016

    def test_the_three_renditions_have_their_names_and_sizes(self) -> None:
        renditions = process(draw_photo(2400, 1800))

        assert [(r.name, r.width_px, r.height_px) for r in renditions] == [
            ("full", 2048, 1536),
            ("preview", 1080, 810),
            ("thumb", 320, 240),
        ]
        for rendition in renditions:
            assert opened(rendition).size == (rendition.width_px, rendition.height_px)

    @pytest.mark.parametrize("size", [(1, 1), (319, 200), (320, 320)])
    def test_nothing_is_enlarged(self, size: tuple[int, int]) -> None:
        renditions = process(draw_photo(*size))

        assert {(r.width_px, r.height_px) for r in renditions} == {size}

    @pytest.mark.parametrize("size", [(12_000, 3), (3, 12_000), (5_000, 1)])
    def test_a_very_long_picture_keeps_at_least_one_pixel(self, size: tuple[int, int]) -> None:
        renditions = process(saved(Image.new("RGB", size, "teal")))

        assert all(min(r.width_px, r.height_px) >= 1 for r in renditions)
        assert max(renditions[2].width_px, renditions[2].height_px) == 320


class TestRepeats:
    @pytest.mark.parametrize(("name", "media_type"), FORMATS)
    def test_the_same_photo_gives_the_same_bytes(
        self, name: PhotoFormat, media_type: MediaType
    ) -> None:
        data = draw_photo(400, 300, format=name, display_p3=True, gps=True)

        assert process(data, media_type) == process(data, media_type)

    @pytest.mark.parametrize(("name", "media_type"), FORMATS)
    def test_one_decode_serves_all_three(self, name: PhotoFormat, media_type: MediaType) -> None:
        data = draw_photo(450, 350, format=name)
        source = CountingFile(data)
        header = probe(source, declared=media_type)
        source.bytes_read = 0

        render(source, header)

        # A decode reads the file once, a few bytes of its header twice.
        assert len(data) * 0.99 < source.bytes_read < len(data) * 1.2 + 8_192


class TestRefusals:
    @pytest.mark.parametrize(("name", "media_type"), FORMATS)
    @pytest.mark.parametrize("kept", [0.5, 0.9])
    def test_truncated_pixels_are_corrupt(
        self, name: PhotoFormat, media_type: MediaType, kept: float
    ) -> None:
        data = draw_photo(400, 300, format=name)

        with pytest.raises(ImageRejected) as caught:
            process(data[: int(len(data) * kept)], media_type)

        assert caught.value.reason == RejectionReason.CORRUPT

    def test_a_truncated_progressive_jpeg_is_corrupt(self) -> None:
        data = saved(Image.linear_gradient("L"), progressive=True)

        with pytest.raises(ImageRejected) as caught:
            process(data[:-40])

        assert caught.value.reason == RejectionReason.CORRUPT

    @pytest.mark.parametrize("media_type", [MediaType.GIF, MediaType.WEBP, MediaType.PNG])
    def test_an_animation_gives_its_first_frame(self, media_type: MediaType) -> None:
        frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue", "lime")]
        data = saved(
            frames[0],
            media_type.removeprefix("image/").upper(),
            save_all=True,
            append_images=frames[1:],
        )

        full = process(data, media_type)[0]

        assert opened(full).getpixel((30, 20)) == pytest.approx((254, 0, 0), abs=3)

    def test_a_decoder_that_sees_more_than_the_judge_is_stopped(self) -> None:
        source = CountingFile(saved(Image.new("RGB", (900, 900))))

        with pytest.raises(ImageRejected) as caught:
            render(source, ImageHeader(MediaType.JPEG, width_px=9, height_px=9))

        assert caught.value.reason == RejectionReason.CORRUPT
        assert source.bytes_read < 4_096

    def test_a_heic_that_lies_about_its_size_is_corrupt(self) -> None:
        data = crafting.with_size_claim(draw_photo(400, 300, format="HEIF"), 64, 64)

        with pytest.raises(ImageRejected) as caught:
            process(data, MediaType.HEIC)

        assert caught.value.reason == RejectionReason.CORRUPT

    def test_no_memory_is_our_failure_not_the_photos(self) -> None:
        class ExhaustedFile(CountingFile):
            def read(self, size: int | None = -1, /) -> bytes:
                raise MemoryError

        source = ExhaustedFile(draw_photo(64, 48))

        with pytest.raises(MemoryError):
            render(source, ImageHeader(MediaType.JPEG, width_px=64, height_px=48))

    def test_a_refusal_quotes_nothing_of_the_file(self) -> None:
        secret = b"BEACH-IN-1999"
        data = crafting.png(9, 9, before_pixels=[(b"iCCP", secret), (b"zTXt", secret)])

        with pytest.raises(ImageRejected) as caught:
            process(data, MediaType.PNG)

        assert str(caught.value) == "corrupt"
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__


def test_the_encoding_is_baseline_with_small_chroma() -> None:
    segments = dict(crafting.segments(process(draw_photo(500, 400))[0].data))

    assert 0xC2 not in segments
    assert segments[0xC0][7::3] == bytes([0x22, 0x11, 0x11])
