import io
import struct
from collections.abc import Sequence

import pytest
from PIL import Image, ImageCms

from bench.drawing import PhotoFormat, draw_photo
from chalicelib.imaging.model import MediaType
from chalicelib.imaging.profile import P3_PRIMARIES, display_p3_profile, matrix_profile
from tests.imaging import crafting
from tests.imaging.crafting import opened, process, saved
from tests.imaging.test_probe import FORMATS

# CSS Color 4, section 18 (sample code): linear Display-P3 to linear sRGB.
P3_TO_SRGB = (
    (1.2249401762805598, -0.22494017628055996, 0.0),
    (-0.042056954709688163, 1.0420569547096881, 0.0),
    (-0.019637554590334432, -0.078636045550631889, 1.0982736001409663),
)
# brucelindbloom.com: Adobe RGB (1998) to XYZ, then XYZ to sRGB, both D65.
ADOBE_TO_XYZ = (
    (0.5767309, 0.1855540, 0.1881852),
    (0.2973769, 0.6273491, 0.0752741),
    (0.0270343, 0.0706872, 0.9911085),
)
XYZ_TO_SRGB = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)
ADOBE_PRIMARIES = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
COLOURS = [
    (210, 60, 40),
    (60, 170, 70),
    (50, 70, 200),
    (128, 128, 128),
    (230, 200, 60),
    (255, 0, 0),
]


def linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def encoded(value: float) -> float:
    value = min(1.0, max(0.0, value))
    return value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def applied(matrix: Sequence[Sequence[float]], vector: Sequence[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def to_srgb(colour: Sequence[int], *matrices: Sequence[Sequence[float]]) -> list[int]:
    """Convert by the textbook, with neither profile nor colour engine."""
    values = [linear(value / 255) for value in colour]
    for matrix in matrices:
        values = applied(matrix, values)
    return [round(encoded(value) * 255) for value in values]


def patches(mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", (600, 400))
    for number, colour in enumerate(COLOURS):
        image.paste(colour, (200 * (number % 3), 200 * (number // 3), 600, 400))
    return image.convert(mode)


def seen(image: Image.Image) -> list[tuple[int, ...]]:
    """Return the middle of every patch."""
    small = image.convert("RGB").resize((3, 2), Image.Resampling.BOX)
    data = small.tobytes()
    return [tuple(data[at : at + 3]) for at in range(0, len(data), 3)]


def profile_of(image: Image.Image) -> bytes | None:
    profile: bytes | None = image.info.get("icc_profile")
    return profile


def grey_profile(gamma: float) -> bytes:
    curve = b"curv" + struct.pack(">4xIH2x", 1, round(gamma * 256))
    white = b"XYZ " + struct.pack(">4x3i", 63190, 65536, 54061)
    text = b"text" + bytes(4) + b"grey\0\0\0\0"
    described = b"desc" + struct.pack(">4xI", 5) + b"grey\0" + bytes(78) + b"\0"
    parts = [(b"desc", described), (b"cprt", text), (b"wtpt", white), (b"kTRC", curve)]
    table, data = b"", b""
    for name, payload in parts:
        table += struct.pack(">4sII", name, 132 + 12 * len(parts) + len(data), len(payload))
        data += payload + bytes(-len(payload) % 4)
    size = 132 + len(table) + len(data)
    head = struct.pack(">I4xI", size, 0x02100000) + b"mntrGRAYXYZ " + bytes(12) + b"acsp"
    head += bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(parts)) + table + data


class TestDisplayP3:
    VENDOR = matrix_profile("Vendor P3", primaries=P3_PRIMARIES, copyright_text="somebody")

    def test_full_and_preview_keep_its_colours_under_our_profile(self) -> None:
        data = saved(patches(), quality=95, icc_profile=self.VENDOR)

        for rendition in process(data)[:2]:
            image = opened(rendition)
            assert profile_of(image) == display_p3_profile()
            for colour, expected in zip(seen(image), COLOURS, strict=True):
                assert colour == pytest.approx(expected, abs=3)

    def test_the_thumb_is_converted_as_the_textbook_says(self) -> None:
        data = saved(patches(), quality=95, icc_profile=self.VENDOR)

        image = opened(process(data)[2])

        assert profile_of(image) is None
        for colour, original in zip(seen(image), COLOURS, strict=True):
            assert colour == pytest.approx(to_srgb(original, P3_TO_SRGB), abs=4)

    def test_a_viewer_sees_the_same_colours_in_all_three(self) -> None:
        data = saved(patches(), quality=95, icc_profile=self.VENDOR)
        srgb = ImageCms.createProfile("sRGB")

        full, _, thumb = (opened(rendition) for rendition in process(data))
        profile = ImageCms.ImageCmsProfile(io.BytesIO(profile_of(full) or b""))
        shown = ImageCms.profileToProfile(full, profile, srgb)

        assert shown is not None
        for one, other in zip(seen(shown), seen(thumb), strict=True):
            assert one == pytest.approx(other, abs=5)

    @pytest.mark.parametrize(
        ("name", "media_type"), [kind for kind in FORMATS if kind[0] not in ("GIF", "BMP")]
    )
    def test_every_format_that_can_carry_it_keeps_it(
        self, name: PhotoFormat, media_type: MediaType
    ) -> None:
        data = draw_photo(200, 150, format=name, display_p3=True)

        full, preview, thumb = (opened(one) for one in process(data, media_type))

        assert profile_of(full) == profile_of(preview) == display_p3_profile()
        assert profile_of(thumb) is None

    @pytest.mark.parametrize("media_type", [MediaType.BMP, MediaType.GIF])
    def test_a_profile_that_the_decoder_passes_over_is_found(self, media_type: MediaType) -> None:
        embed = {MediaType.BMP: crafting.bmp_with_profile, MediaType.GIF: crafting.gif_with_profile}
        data = embed[media_type](patches(), self.VENDOR)

        full = opened(process(data, media_type)[0])

        assert profile_of(full) == display_p3_profile()
        for colour, expected in zip(seen(full), COLOURS, strict=True):
            assert colour == pytest.approx(expected, abs=6)

    @pytest.mark.parametrize("media_type", [MediaType.BMP, MediaType.GIF])
    def test_one_that_is_cut_off_costs_nothing(self, media_type: MediaType) -> None:
        embed = {MediaType.BMP: crafting.bmp_with_profile, MediaType.GIF: crafting.gif_with_profile}
        data = embed[media_type](patches(), self.VENDOR[:100])

        assert profile_of(opened(process(data, media_type)[0])) is None

    def test_a_code_point_counts_like_a_profile(self) -> None:
        png = saved(patches(), "PNG")
        code = crafting.PNG_SIGNATURE + png[8:33] + crafting.png_chunk(b"cICP", b"\x0c\x0d\0\x01")

        image = opened(process(code + png[33:], MediaType.PNG)[0])

        assert profile_of(image) == display_p3_profile()

    def test_avif_says_it_by_code_point_too(self) -> None:
        avif = saved(patches(), "AVIF", quality=90)
        at = avif.index(b"colrnclx") + 8
        data = avif[:at] + b"\0\x0c\0\x0d" + avif[at + 4 :]

        assert profile_of(opened(process(avif, MediaType.AVIF)[0])) is None
        assert profile_of(opened(process(data, MediaType.AVIF)[0])) == display_p3_profile()


class TestOtherProfiles:
    def test_srgb_needs_no_profile_and_no_change(self) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        data = saved(patches(), quality=95, icc_profile=profile)

        assert process(data) == process(saved(patches(), quality=95))

    def test_a_wide_space_is_converted_as_the_textbook_says(self) -> None:
        profile = matrix_profile("Adobe", primaries=ADOBE_PRIMARIES, copyright_text="")
        data = saved(patches(), quality=95, icc_profile=profile)

        for rendition in process(data):
            image = opened(rendition)
            assert profile_of(image) is None
            for colour, original in zip(seen(image), COLOURS, strict=True):
                expected = to_srgb(original, ADOBE_TO_XYZ, XYZ_TO_SRGB)
                assert colour == pytest.approx(expected, abs=5)

    def test_a_grey_curve_is_applied(self) -> None:
        data = saved(Image.new("L", (60, 40), 128), quality=95, icc_profile=grey_profile(1.0))

        assert seen(opened(process(data)[0]))[0] == pytest.approx((188, 188, 188), abs=2)

    def test_a_grey_picture_with_a_colour_profile_stays_neutral(self) -> None:
        data = saved(Image.new("L", (60, 40), 128), icc_profile=TestDisplayP3.VENDOR)

        assert seen(opened(process(data)[2]))[0] == pytest.approx((128, 128, 128), abs=2)

    @pytest.mark.parametrize(
        "profile",
        [
            b"not a profile",
            display_p3_profile()[:200],
            display_p3_profile()[:128] + b"\xff" * 364,
            grey_profile(2.2),
            matrix_profile("", primaries=ADOBE_PRIMARIES, copyright_text="").ljust(
                5_000_000, b"\0"
            ),
        ],
        ids=["text", "cut", "scrambled", "of another kind", "far too long"],
    )
    def test_a_broken_profile_costs_neither_photo_nor_colours(self, profile: bytes) -> None:
        data = saved(patches(), quality=95, icc_profile=profile)

        assert process(data) == process(saved(patches(), quality=95))


class TestModes:
    def test_cmyk_becomes_rgb(self) -> None:
        data = saved(patches("CMYK"), quality=95)

        image = opened(process(data)[0])

        assert image.mode == "RGB"
        for colour, expected in zip(seen(image), COLOURS, strict=True):
            assert colour == pytest.approx(expected, abs=6)

    def test_sixteen_bit_grey_keeps_its_tones(self) -> None:
        image = Image.new("I;16", (60, 40))
        image.paste(257 * 100, (0, 0, 60, 40))

        full = opened(process(saved(image, "PNG"), MediaType.PNG)[0])

        assert seen(full)[0] == pytest.approx((100, 100, 100), abs=1)

    @pytest.mark.parametrize("format_name", ["PNG", "WEBP", "AVIF"])
    def test_what_is_transparent_is_white(self, format_name: str) -> None:
        image = Image.new("RGBA", (60, 40), (200, 0, 0, 0))
        data = saved(image, format_name)

        full = opened(process(data, MediaType(f"image/{format_name.lower()}"))[0])

        assert seen(full)[0] == pytest.approx((255, 255, 255), abs=1)

    def test_half_transparent_is_half_white(self) -> None:
        for mode, expected in (("RGBA", (227, 127, 127)), ("LA", (158, 158, 158))):
            image = Image.new("RGBA", (60, 40), (200, 0, 0, 128)).convert(mode)

            full = opened(process(saved(image, "PNG"), MediaType.PNG)[0])

            assert seen(full)[0] == pytest.approx(expected, abs=2)

    @pytest.mark.parametrize("format_name", ["PNG", "GIF"])
    def test_a_palette_is_looked_up(self, format_name: str) -> None:
        data = saved(patches().quantize(16), format_name)

        image = opened(process(data, MediaType(f"image/{format_name.lower()}"))[0])

        for colour, expected in zip(seen(image), COLOURS, strict=True):
            assert colour == pytest.approx(expected, abs=6)

    def test_a_transparent_palette_entry_is_white(self) -> None:
        image = Image.new("P", (60, 40), 0)
        image.putpalette([200, 0, 0, 0, 200, 0])

        full = opened(process(saved(image, "GIF", transparency=0), MediaType.GIF)[0])

        assert seen(full)[0] == pytest.approx((255, 255, 255), abs=1)

    def test_black_and_white_stays(self) -> None:
        full = opened(process(saved(Image.new("1", (60, 40), 1), "PNG"), MediaType.PNG)[0])

        assert seen(full)[0] == (255, 255, 255)
