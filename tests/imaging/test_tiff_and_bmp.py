import io
import struct
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bench.drawing import draw_photo, draw_scene
from chalicelib.imaging.model import MAX_FRAMES, ImageRejected, MediaType, RejectionReason
from tests.imaging import crafting
from tests.imaging.crafting import opened, process, saved
from tests.imaging.test_probe import judge, refusal

SHORT, LONG = 3, 4
CODINGS = [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"]


def tiff(tags: Mapping[int, Sequence[int]], *, following: int = 0, order: str = "<") -> bytes:
    """A TIFF that is all claims: 64 x 48 grey in one strip, with some tags replaced."""
    claims: dict[int, Sequence[int]] = {
        256: [64],
        257: [48],
        258: [8],
        259: [1],
        262: [1],
        277: [1],
        278: [48],
    }
    claims |= {273: [8], 279: [8]} | dict(tags)
    directory_at, rows, spilled = 8, b"", b""
    spill_at = directory_at + 2 + 12 * len(claims) + 4
    for tag, values in sorted(claims.items()):
        packed = struct.pack(f"{order}{len(values)}I", *values)
        if len(packed) > 4:
            value = struct.pack(f"{order}I", spill_at + len(spilled))
            spilled += packed
        else:
            value = packed.ljust(4, b"\0")
        rows += struct.pack(f"{order}HHI", tag, LONG, len(values)) + value
    head = b"II*\0" if order == "<" else b"MM\0*"
    count = struct.pack(f"{order}H", len(claims))
    last = struct.pack(f"{order}I", following)
    return head + struct.pack(f"{order}I", directory_at) + count + rows + last + spilled


def bmp(width: int, height: int, *, compression: int = 0, size: int = 40) -> bytes:
    info = struct.pack("<IiiHHIIiiII", size, width, height, 1, 24, compression, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + info


class TestTiff:
    @pytest.mark.parametrize("coding", CODINGS)
    @pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "CMYK", "P", "1", "I;16"])
    def test_every_coding_of_a_photograph_is_rendered(self, coding: str | None, mode: str) -> None:
        image = draw_scene(90, 60)
        stored = Image.new(mode, image.size, 30_000) if mode == "I;16" else image.convert(mode)

        full = process(saved(stored, "TIFF", compression=coding), MediaType.TIFF)[0]

        assert opened(full).size == (90, 60)
        if mode in ("RGB", "CMYK"):
            middle = opened(full).resize((1, 1)).getpixel((0, 0))
            assert middle == pytest.approx(image.resize((1, 1)).getpixel((0, 0)), abs=12)

    @pytest.mark.parametrize("order", ["<", ">"])
    def test_both_byte_orders_tell_the_same(self, order: str) -> None:
        header = judge(tiff({}, order=order), MediaType.TIFF)

        assert (header.width_px, header.height_px, header.frame_count) == (64, 48, 1)

    def test_of_several_pages_the_first_is_rendered_and_all_are_counted(self) -> None:
        pages = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue", "lime")]
        data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])

        assert judge(data, MediaType.TIFF).frame_count == 3
        full = process(data, MediaType.TIFF)[0]
        assert opened(full).getpixel((30, 20)) == pytest.approx((254, 0, 0), abs=3)

    @pytest.mark.parametrize(
        "tags",
        [
            pytest.param({259: [7]}, id="jpeg inside"),
            pytest.param({259: [4]}, id="fax"),
            pytest.param({259: [50_001]}, id="webp inside"),
            pytest.param({262: [8]}, id="lab"),
            pytest.param({258: [32]}, id="32 bit"),
            pytest.param({339: [3]}, id="floating point"),
            pytest.param({50_706: [1]}, id="dng"),
            pytest.param({254: [1]}, id="thumbnail first"),
        ],
    )
    def test_what_no_photograph_comes_in_is_unsupported(
        self, tags: Mapping[int, Sequence[int]]
    ) -> None:
        assert refusal(tiff(tags), MediaType.TIFF) == RejectionReason.UNSUPPORTED_TYPE

    @pytest.mark.parametrize(
        "tags",
        [
            pytest.param({273: [1 << 30]}, id="strip outside"),
            pytest.param({279: [1 << 31]}, id="strip too long"),
            pytest.param({278: [1]}, id="strips missing"),
            pytest.param({278: [0]}, id="no rows"),
            pytest.param({277: [60_000]}, id="samples without end"),
            pytest.param({284: [9]}, id="planes"),
            pytest.param({322: [9], 323: [0], 324: [8], 325: [8]}, id="empty tile"),
            pytest.param({322: [1 << 16], 323: [1 << 16], 324: [8], 325: [8]}, id="giant tile"),
            pytest.param({322: [16], 323: [16], 324: [8], 325: [8]}, id="tiles missing"),
            pytest.param({256: []}, id="no width"),
        ],
    )
    def test_claims_that_do_not_fit_the_file_are_corrupt(
        self, tags: Mapping[int, Sequence[int]]
    ) -> None:
        assert refusal(tiff(tags), MediaType.TIFF) == RejectionReason.CORRUPT

    def test_a_giant_is_refused_by_its_pixels(self) -> None:
        data = tiff({256: [20_000], 257: [20_000], 278: [20_000]})

        assert refusal(data, MediaType.TIFF) == RejectionReason.TOO_MANY_PIXELS

    def test_a_value_of_a_billion_numbers_is_corrupt(self) -> None:
        data = bytearray(tiff({273: [8, 8]}))
        entry = data.index(struct.pack("<HHI", 273, LONG, 2))
        data[entry + 4 : entry + 8] = struct.pack("<I", 1_000_000_000)

        assert refusal(bytes(data), MediaType.TIFF) == RejectionReason.CORRUPT

    def test_a_table_of_more_numbers_than_strips_can_be_is_corrupt(self) -> None:
        data = bytearray(tiff({273: [8, 8]})) + bytes(600_000)
        entry = data.index(struct.pack("<HHI", 273, LONG, 2))
        data[entry + 4 : entry + 8] = struct.pack("<I", 100_000)

        assert refusal(bytes(data), MediaType.TIFF) == RejectionReason.CORRUPT

    def test_pages_in_a_circle_end(self) -> None:
        assert judge(tiff({}, following=8), MediaType.TIFF).frame_count == 1

    def test_pages_without_end_are_too_many(self) -> None:
        start = tiff({})
        page = struct.pack("<H", 1) + bytes(12)
        chain = b"".join(
            page + struct.pack("<I", len(start) + 18 * (number + 1))
            for number in range(MAX_FRAMES + 2)
        )
        data = tiff({}, following=len(start)) + chain + bytes(18)

        assert refusal(data, MediaType.TIFF) == RejectionReason.TOO_MANY_FRAMES

    def test_a_directory_of_many_entries_is_corrupt(self) -> None:
        data = b"II*\0\x08\0\0\0" + struct.pack("<H", 60_000) + bytes(12 * 60_000 + 4)

        assert refusal(data, MediaType.TIFF) == RejectionReason.CORRUPT

    @given(changes=st.lists(st.tuples(st.integers(0, 170), st.integers(0, 255)), max_size=8))
    @settings(max_examples=200, deadline=None)
    def test_any_directory_is_judged(self, changes: list[tuple[int, int]]) -> None:
        data = bytearray(tiff({}) + bytes(4_000))
        for at, value in changes:
            data[at] = value
        try:
            process(bytes(data), MediaType.TIFF)
        except ImageRejected as rejected:
            reason = rejected.reason
        else:
            return

        assert reason in set(RejectionReason)


class TestBmp:
    @pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
    def test_every_depth_is_rendered(self, mode: str) -> None:
        image = draw_scene(90, 60)

        full = process(saved(image.convert(mode), "BMP"), MediaType.BMP)[0]

        assert opened(full).size == (90, 60)

    def test_rows_from_top_to_bottom_are_a_negative_height(self) -> None:
        header = judge(bmp(64, -48), MediaType.BMP)

        assert (header.width_px, header.height_px) == (64, 48)

    @pytest.mark.parametrize("compression", [1, 2, 4, 5])
    def test_run_lengths_and_other_files_inside_are_unsupported(self, compression: int) -> None:
        data = bmp(64, 48, compression=compression)

        assert refusal(data, MediaType.BMP) == RejectionReason.UNSUPPORTED_TYPE

    def test_a_header_of_unknown_size_is_unsupported(self) -> None:
        assert refusal(bmp(64, 48, size=41), MediaType.BMP) == RejectionReason.UNSUPPORTED_TYPE

    @pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (2**31 - 1, 1), (-1, 9)])
    def test_a_giant_is_refused_by_its_pixels(self, width: int, height: int) -> None:
        assert refusal(bmp(width, height), MediaType.BMP) == RejectionReason.TOO_MANY_PIXELS

    def test_no_pixels_are_corrupt(self) -> None:
        assert refusal(bmp(0, 9), MediaType.BMP) == RejectionReason.CORRUPT

    def test_pixels_that_are_not_there_are_corrupt(self) -> None:
        with pytest.raises(ImageRejected) as caught:
            process(bmp(64, 48), MediaType.BMP)

        assert caught.value.reason == RejectionReason.CORRUPT


def test_a_photo_is_the_same_in_either_file() -> None:
    data = io.BytesIO(draw_photo(120, 80, format="BMP"))
    with Image.open(data, formats=["BMP"]) as image:
        as_tiff = crafting.saved(image.convert("RGB"), "TIFF", compression="tiff_lzw")

    assert process(as_tiff, MediaType.TIFF) == process(data.getvalue(), MediaType.BMP)
