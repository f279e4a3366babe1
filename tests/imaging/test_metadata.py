import io

import pytest
from PIL import ExifTags, Image

from bench.drawing import METADATA_MARKERS, PROFILE_MARKER, PhotoFormat, draw_photo
from chalicelib.imaging.colour import ColouredImage, standardise
from chalicelib.imaging.decode import decode
from chalicelib.imaging.encode import encode
from chalicelib.imaging.model import MediaType
from chalicelib.imaging.output import OutputType, OutputWish
from chalicelib.imaging.probe import probe
from tests.imaging import crafting
from tests.imaging.crafting import process
from tests.imaging.scanning import assert_only_picture
from tests.imaging.test_probe import FORMATS


def rewritten(data: bytes, media_type: MediaType, wanted: OutputType) -> bytes:
    """Decode an upload and write it in one of our formats, as an edit would."""
    source = io.BytesIO(data)
    header = probe(source, declared=media_type)
    decoded = decode(source, header, long_side_px=256)
    coloured = standardise(
        decoded.image, icc_profile=decoded.icc_profile, has_p3_code=header.has_p3_code
    )
    return encode(coloured, OutputWish(media_type=wanted)).data


class TestNothingSurvives:
    @pytest.mark.parametrize(("name", "media_type"), FORMATS)
    @pytest.mark.parametrize("display_p3", [True, False])
    @pytest.mark.parametrize("width", [250, 400])
    def test_of_what_a_camera_writes(
        self, name: PhotoFormat, media_type: MediaType, display_p3: bool, width: int
    ) -> None:
        data = draw_photo(width, width, format=name, gps=True, display_p3=display_p3)
        expected = {"GIF": METADATA_MARKERS[-1:], "BMP": ()}.get(name, METADATA_MARKERS[:4])
        assert all(marker in data for marker in expected)

        for rendition in process(data, media_type):
            assert_only_picture(rendition.data)
            for marker in (*METADATA_MARKERS, PROFILE_MARKER.encode("utf-16-be"), b"Exif", b"http"):
                assert marker not in rendition.data

    @pytest.mark.parametrize(("name", "media_type"), FORMATS)
    @pytest.mark.parametrize("wanted", OutputType)
    def test_in_any_format_out(
        self, name: PhotoFormat, media_type: MediaType, wanted: OutputType
    ) -> None:
        data = draw_photo(300, 200, format=name, gps=True, display_p3=True, orientation=6)

        written = rewritten(data, media_type, wanted)

        assert_only_picture(written, wanted)
        for marker in (*METADATA_MARKERS, PROFILE_MARKER.encode("utf-16-be"), b"Exif", b"http"):
            assert marker not in written

    def test_in_any_quality(self) -> None:
        grey = ColouredImage(Image.new("L", (1, 1)), is_display_p3=False)

        for quality in range(1, 101):
            wish = OutputWish(media_type=OutputType.JPEG, quality=quality)
            assert_only_picture(encode(grey, wish).data)

    def test_of_what_others_add_to_a_jpeg(self) -> None:
        data = draw_photo(200, 150, gps=True, display_p3=True)
        for marker, payload in [
            (0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0b\x1c\x02\x78\0\x06IPTC-C\0"),
            (0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"EXTENDED-XMP"),
            (0xE2, b"FPXR\0FLASHPIX"),
            (0xEB, b"JP\0\x01C2PA-CLAIM"),
            (0xFE, b"COMMENT-TWO"),
            (0xEC, b"Ducky-PICTURE-INFO"),
        ]:
            data = crafting.with_segment(data, marker, payload)
        data += b"TRAILING-BYTES" + draw_photo(64, 48, gps=True)

        for rendition in process(data):
            assert_only_picture(rendition.data)

    def test_of_an_embedded_thumbnail(self) -> None:
        exif = Image.Exif()
        exif[ExifTags.Base.ImageDescription] = "DESCRIPTION"
        small = crafting.saved(Image.new("RGB", (16, 16), "red"), comment=b"EMBEDDED-THUMBNAIL")
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.MakerNote] = small
        data = crafting.saved(Image.new("RGB", (99, 99)), exif=exif.tobytes())
        assert b"EMBEDDED-THUMBNAIL" in data

        for rendition in process(data):
            assert_only_picture(rendition.data)
