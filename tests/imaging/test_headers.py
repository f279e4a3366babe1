import pytest
from PIL import Image

from bench.drawing import draw_photo
from chalicelib.imaging.model import MediaType, RejectionReason
from tests.imaging import crafting
from tests.imaging.test_probe import judge, refusal


class TestJpegMemory:
    def test_row_by_row_decoding_needs_no_coefficients(self) -> None:
        assert judge(crafting.jpeg_claiming(12_000, 9_000)).coefficient_bytes == 0

    def test_progressive_counts_every_coefficient(self) -> None:
        header = judge(crafting.jpeg_claiming(16, 16, marker=0xC2, scans=3))

        assert header.coefficient_bytes == (4 + 1 + 1) * 64 * 2

    def test_progressive_at_full_chroma_reaches_the_limit_sooner(self) -> None:
        small_chroma = crafting.jpeg_claiming(12_000, 10_000, marker=0xC2)
        full_chroma = crafting.jpeg_claiming(
            12_000, 10_000, marker=0xC2, sampling=(0x11, 0x11, 0x11)
        )

        assert judge(small_chroma).coefficient_bytes == pytest.approx(360e6, rel=0.01)
        assert refusal(full_chroma) == RejectionReason.TOO_MUCH_MEMORY

    def test_a_bomb_of_scans_is_corrupt(self) -> None:
        assert judge(crafting.jpeg_claiming(99, 99, marker=0xC2, scans=64)).width_px == 99
        data = crafting.jpeg_claiming(99, 99, marker=0xC2, scans=65)
        assert refusal(data) == RejectionReason.CORRUPT

    def test_two_frames_in_one_jpeg_are_corrupt(self) -> None:
        frame = crafting.jpeg_claiming(9, 9)
        data = crafting.with_segment(frame, 0xC0, frame[6:21])

        assert refusal(data) == RejectionReason.CORRUPT


class TestHeaders:
    @pytest.mark.parametrize("lossless", [True, False])
    def test_both_codings_of_webp_tell_their_size(self, lossless: bool) -> None:
        image = Image.new("RGB", (301, 203), "teal")

        header = judge(crafting.saved(image, "WEBP", lossless=lossless), MediaType.WEBP)

        assert (header.width_px, header.height_px) == (301, 203)

    def test_padding_between_jpeg_segments_is_harmless(self) -> None:
        data = draw_photo(64, 48)

        assert judge(data[:2] + b"\xff\xff" + data[2:]).width_px == 64
        assert judge(crafting.with_segment(data, 0xE5, b"") + b"\0" * 9).width_px == 64

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(b"\xff\xd8" + b"\xff\xd0" * 5_000, id="markers without end"),
            pytest.param(b"\xff\xd8\xff" + b"\0" * 70_000, id="filler without end"),
            pytest.param(b"\xff\xd8\xff\xe0\0\1", id="length below its own"),
            pytest.param(b"\xff\xd8\xff\xd9", id="ended before it began"),
            pytest.param(crafting.jpeg_claiming(9, 9)[:20], id="frame cut off"),
            pytest.param(crafting.jpeg_claiming(9, 9)[:21], id="no scan"),
            pytest.param(crafting.jpeg_claiming(9, 9, sampling=(0x50,)), id="senseless sampling"),
        ],
    )
    def test_a_jpeg_header_that_breaks_the_rules_is_corrupt(self, data: bytes) -> None:
        assert refusal(data) == RejectionReason.CORRUPT

    def test_a_heic_of_endless_boxes_is_corrupt(self) -> None:
        start = b"\0\0\0\x14ftypheic\0\0\0\0heic"

        data = start + b"\0\0\0\x08free" * 5_000

        assert refusal(data, MediaType.HEIC) == RejectionReason.CORRUPT
