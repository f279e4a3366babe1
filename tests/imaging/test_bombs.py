"""Files that are legal, small and made to keep a decoder busy: judged before one sees them."""

import io
import struct
import zlib

import pytest
from PIL import Image

from bench.drawing import draw_photo
from chalicelib.imaging.decode import decode
from chalicelib.imaging.model import ImageRejected, MediaType, RejectionReason
from chalicelib.imaging.probe import probe
from tests.imaging import crafting
from tests.imaging.test_probe import judge, refusal


def png_with(chunks: bytes, *, after_pixels: bool) -> bytes:
    data = crafting.saved(Image.new("RGB", (64, 48)), "PNG")
    at = data.index(b"IEND" if after_pixels else b"IDAT") - 4
    return data[:at] + chunks + data[at:]


def greedy_exif(entries: int) -> bytes:
    """Entries that each claim the whole of it as their value."""
    size = 10 + 12 * entries
    rows = b"".join(struct.pack(">HHII", 300 + n, 7, size - 8, 8) for n in range(entries))
    return b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", entries) + rows


class TestJpeg:
    def test_exif_in_endless_segments_is_corrupt(self) -> None:
        data = draw_photo(64, 48)
        for _ in range(17):
            data = crafting.with_segment(data, 0xE1, b"Exif\0\0" + bytes(60_000))

        assert refusal(data) == RejectionReason.CORRUPT

    def test_exif_whose_entries_all_claim_everything_costs_little(self) -> None:
        data = crafting.with_segment(draw_photo(64, 48), 0xE1, greedy_exif(5_000))

        assert len(crafting.process(data)) == 3

    def test_other_long_metadata_is_passed_over(self) -> None:
        data = draw_photo(64, 48)
        for _ in range(40):
            data = crafting.with_segment(
                data, 0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(9_000)
            )

        assert judge(data).width_px == 64


class TestPng:
    @pytest.mark.parametrize("after_pixels", [True, False])
    def test_endless_empty_chunks_are_corrupt(self, after_pixels: bool) -> None:
        data = png_with(crafting.png_chunk(b"teSt", b"") * 5_000, after_pixels=after_pixels)

        assert refusal(data, MediaType.PNG) == RejectionReason.CORRUPT

    def test_endless_empty_pixel_chunks_are_corrupt(self) -> None:
        data = png_with(crafting.png_chunk(b"IDAT", b"") * 70_000, after_pixels=True)

        assert refusal(data, MediaType.PNG) == RejectionReason.CORRUPT

    def test_a_thousand_chunks_are_none(self) -> None:
        data = png_with(crafting.png_chunk(b"teSt", b"") * 1_000, after_pixels=True)

        assert len(crafting.process(data, MediaType.PNG)) == 3

    @pytest.mark.parametrize("name", [b"zTXt", b"iCCP"])
    def test_what_unpacks_to_two_hundred_megabytes_is_corrupt(self, name: bytes) -> None:
        chunk = crafting.png_chunk(name, b"a\0\0" + zlib.compress(bytes(200_000_000), 9))
        source = io.BytesIO(png_with(chunk, after_pixels=False))
        header = probe(source, declared=MediaType.PNG)

        with pytest.raises(ImageRejected) as caught:
            decode(source, header, long_side_px=2048)

        assert caught.value.reason == RejectionReason.CORRUPT
