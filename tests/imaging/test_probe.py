import io
import os
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest
from PIL import Image

from bench.drawing import PhotoFormat, draw_photo
from chalicelib.imaging.model import (
    MAX_FRAMES,
    MAX_UPLOAD_BYTES,
    ImageHeader,
    ImageRejected,
    MediaType,
    RejectionReason,
)
from chalicelib.imaging.probe import probe
from tests.imaging import crafting
from tests.imaging.crafting import CountingFile

FORMATS: list[tuple[PhotoFormat, MediaType]] = [
    ("JPEG", MediaType.JPEG),
    ("PNG", MediaType.PNG),
    ("WEBP", MediaType.WEBP),
    ("GIF", MediaType.GIF),
    ("HEIF", MediaType.HEIC),
    ("AVIF", MediaType.AVIF),
    ("TIFF", MediaType.TIFF),
    ("BMP", MediaType.BMP),
]


REFUSED_TYPES = {
    RejectionReason.UNSUPPORTED_TYPE,
    RejectionReason.IS_VIDEO,
    RejectionReason.IS_DOCUMENT,
    RejectionReason.IS_JPEG_XL,
}


def judge(data: bytes, declared: MediaType = MediaType.JPEG) -> ImageHeader:
    return probe(io.BytesIO(data), declared=declared)


def refusal(data: bytes, declared: MediaType = MediaType.JPEG) -> RejectionReason:
    with pytest.raises(ImageRejected) as caught:
        judge(data, declared)
    return caught.value.reason


class TestTypes:
    @pytest.mark.parametrize(("name", "media_type"), FORMATS)
    def test_every_accepted_type_is_read_to_its_size(
        self, name: PhotoFormat, media_type: MediaType
    ) -> None:
        header = judge(draw_photo(120, 80, format=name), media_type)

        assert (header.media_type, header.width_px, header.height_px) == (media_type, 120, 80)
        assert header.frame_count == 1

    @pytest.mark.parametrize("data", crafting.OTHER_FORMATS.values(), ids=crafting.OTHER_FORMATS)
    @pytest.mark.parametrize("declared", MediaType)
    def test_other_formats_are_refused_whatever_they_claim_to_be(
        self, data: bytes, declared: MediaType
    ) -> None:
        assert refusal(data, declared) in REFUSED_TYPES

    @pytest.mark.parametrize(
        ("reason", "names"),
        [
            (RejectionReason.IS_VIDEO, ["mp4", "quicktime", "matroska", "avi"]),
            (RejectionReason.IS_DOCUMENT, ["pdf", "svg", "bare svg", "psd", "eps", "html"]),
            (RejectionReason.IS_JPEG_XL, ["jpeg xl", "jpeg xl in boxes"]),
            (RejectionReason.UNSUPPORTED_TYPE, ["text", "zip", "wmf", "canon raw", "big tiff"]),
        ],
    )
    def test_what_people_send_instead_has_a_name(
        self, reason: RejectionReason, names: list[str]
    ) -> None:
        found = {name: refusal(crafting.OTHER_FORMATS[name]) for name in names}

        assert found == dict.fromkeys(names, reason)

    @pytest.mark.parametrize(("real", "claimed"), list(permutations(FORMATS, 2)))
    def test_a_type_behind_another_name_is_a_mismatch(
        self, real: tuple[PhotoFormat, MediaType], claimed: tuple[PhotoFormat, MediaType]
    ) -> None:
        data = draw_photo(8, 8, format=real[0])

        assert refusal(data, claimed[1]) == RejectionReason.TYPE_MISMATCH

    @pytest.mark.parametrize(
        ("brands", "expected"),
        [
            (b"heic\0\0\0\0mif1heic", MediaType.HEIC),
            (b"mif1\0\0\0\0mif1heix", MediaType.HEIC),
            (b"msf1\0\0\0\0hevc", MediaType.HEIC),
            (b"avif\0\0\0\0mif1miaf", MediaType.AVIF),
            (b"mif1\0\0\0\0avifmiaf", MediaType.AVIF),
        ],
    )
    def test_brands_tell_heic_from_avif(self, brands: bytes, expected: MediaType) -> None:
        box = (len(brands) + 8).to_bytes(4, "big") + b"ftyp" + brands
        other = MediaType.PNG

        assert refusal(box, other) == RejectionReason.TYPE_MISMATCH
        assert refusal(box, expected) == RejectionReason.CORRUPT

    def test_a_jpeg_with_more_pictures_behind_it_is_a_jpeg(self) -> None:
        data = draw_photo(64, 48)
        index = crafting.with_segment(data, 0xE2, b"MPF\0II*\0\x08\0\0\0\0\0") + data

        assert judge(index).width_px == 64

    @pytest.mark.parametrize("marker", [0xC3, 0xC9, 0xCA], ids=["lossless", "arithmetic", "both"])
    def test_rare_kinds_of_jpeg_are_unsupported(self, marker: int) -> None:
        data = crafting.jpeg_claiming(64, 48, marker=marker)

        assert refusal(data) == RejectionReason.UNSUPPORTED_TYPE

    def test_a_jpeg_of_twelve_bits_is_unsupported(self) -> None:
        data = crafting.jpeg_claiming(64, 48, precision=12)

        assert refusal(data) == RejectionReason.UNSUPPORTED_TYPE


class TestBytes:
    def test_zero_bytes_are_empty(self) -> None:
        assert refusal(b"") == RejectionReason.EMPTY

    def test_one_byte_more_than_allowed_is_too_many(self) -> None:
        data = draw_photo(16, 16)

        assert refusal(data.ljust(MAX_UPLOAD_BYTES + 1, b"\0")) == RejectionReason.TOO_MANY_BYTES
        assert judge(data.ljust(MAX_UPLOAD_BYTES, b"\0")).width_px == 16

    @pytest.mark.parametrize(("name", "media_type"), FORMATS)
    def test_a_header_cut_off_anywhere_is_corrupt_or_unknown(
        self, name: PhotoFormat, media_type: MediaType
    ) -> None:
        data = draw_photo(8, 8, format=name)

        reasons = {refusal(data[:size], media_type) for size in range(1, 26)}

        assert reasons <= {RejectionReason.CORRUPT, *REFUSED_TYPES}


class TestPixels:
    @pytest.mark.parametrize(
        ("data", "declared"),
        [
            pytest.param(crafting.png(60_000, 60_000), MediaType.PNG, id="png"),
            pytest.param(crafting.png(7_072, 7_072), MediaType.PNG, id="png, just over"),
            pytest.param(crafting.png(30_001, 1), MediaType.PNG, id="png, a line"),
            pytest.param(crafting.jpeg_claiming(11_000, 11_000), MediaType.JPEG, id="jpeg"),
            pytest.param(crafting.jpeg_claiming(65_535, 65_535), MediaType.JPEG, id="jpeg, most"),
            pytest.param(crafting.gif(65_535, 65_535), MediaType.GIF, id="gif"),
            pytest.param(crafting.gif(1, 1, edge=60_000), MediaType.GIF, id="gif, frame"),
            pytest.param(
                crafting.animated_webp(16_383, 16_383, frames=1), MediaType.WEBP, id="webp"
            ),
            pytest.param(
                crafting.with_size_claim(draw_photo(64, 64, format="HEIF"), 60_000, 60_000),
                MediaType.HEIC,
                id="heic",
            ),
            pytest.param(
                crafting.with_size_claim(draw_photo(64, 64, format="AVIF"), 8_000, 8_000),
                MediaType.AVIF,
                id="avif",
            ),
        ],
    )
    def test_a_claim_of_too_many_is_refused_without_a_pixel(
        self, data: bytes, declared: MediaType
    ) -> None:
        assert len(data) < 10_000
        assert refusal(data, declared) == RejectionReason.TOO_MANY_PIXELS

    def test_jpeg_may_have_more_because_it_decodes_small(self) -> None:
        assert judge(crafting.jpeg_claiming(12_000, 9_000)).pixel_count == 108_000_000
        assert judge(crafting.png(8_000, 6_000), MediaType.PNG).pixel_count == 48_000_000

    def test_no_pixels_at_all_are_corrupt(self) -> None:
        assert refusal(crafting.png(0, 9), MediaType.PNG) == RejectionReason.CORRUPT
        assert refusal(crafting.jpeg_claiming(9, 0)) == RejectionReason.CORRUPT


class TestFrames:
    @pytest.mark.parametrize(
        ("data", "declared"),
        [
            pytest.param(crafting.gif(9, 9, frames=MAX_FRAMES + 1), MediaType.GIF, id="gif"),
            pytest.param(crafting.gif(5_000, 5_000, frames=21), MediaType.GIF, id="gif pixels"),
            pytest.param(
                crafting.animated_webp(9, 9, frames=MAX_FRAMES + 1), MediaType.WEBP, id="webp"
            ),
            pytest.param(
                crafting.animated_webp(5_000, 5_000, frames=21), MediaType.WEBP, id="webp pixels"
            ),
            pytest.param(
                crafting.animated_png(9, 9, frames=MAX_FRAMES + 1), MediaType.PNG, id="apng"
            ),
            pytest.param(
                crafting.animated_png(5_000, 5_000, frames=21), MediaType.PNG, id="apng pixels"
            ),
        ],
    )
    def test_an_animated_bomb_is_refused(self, data: bytes, declared: MediaType) -> None:
        assert refusal(data, declared) == RejectionReason.TOO_MANY_FRAMES

    def test_a_modest_animation_passes(self) -> None:
        assert judge(crafting.gif(9, 9, frames=12), MediaType.GIF).frame_count == 12
        assert judge(crafting.animated_webp(9, 9, frames=12), MediaType.WEBP).frame_count == 12
        assert judge(crafting.animated_png(9, 9, frames=12), MediaType.PNG).frame_count == 12

    def test_an_avif_sequence_counts_the_samples_of_its_track(self) -> None:
        frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "lime", "blue")]
        data = crafting.saved(frames[0], "AVIF", save_all=True, append_images=frames[1:])
        count_at = data.index(b"stsz") + 12
        bomb = data[:count_at] + (5_000).to_bytes(4, "big") + data[count_at + 4 :]

        assert judge(data, MediaType.AVIF).frame_count == 3
        assert refusal(bomb, MediaType.AVIF) == RejectionReason.TOO_MANY_FRAMES

    def test_a_gif_of_endless_tiny_blocks_ends_early(self) -> None:
        start = crafting.gif(9, 9)[:19]
        data = start + b"!\xfe" + b"\x01\x00" * 600_000

        assert refusal(data, MediaType.GIF) == RejectionReason.CORRUPT


class TestNothingIsDecoded:
    def test_a_header_is_judged_without_reading_the_pixels(self) -> None:
        data = draw_photo(3000, 2000, gps=True, display_p3=True)
        source = CountingFile(data)

        probe(source, declared=MediaType.JPEG)

        assert len(data) > 1_000_000
        assert source.bytes_read < 4_096

    def test_judging_loads_no_decoder(self, tmp_path: Path) -> None:
        for name, media_type in FORMATS:
            (tmp_path / media_type.name).write_bytes(draw_photo(64, 48, format=name))
        script = (
            "import sys, pathlib\n"
            "from chalicelib.imaging.probe import probe\n"
            "from chalicelib.imaging.model import MediaType\n"
            "for media_type in MediaType:\n"
            "    with open(pathlib.Path(sys.argv[1]) / media_type.name, 'rb') as source:\n"
            "        probe(source, declared=media_type)\n"
            "print([name for name in sys.modules if name.startswith(('PIL', 'pillow_heif'))])\n"
        )

        loaded = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        )

        assert loaded.stdout == "[]\n"
