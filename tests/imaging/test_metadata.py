import pytest
from PIL import ExifTags, Image

from bench.drawing import METADATA_MARKERS, PROFILE_MARKER, PhotoFormat, draw_photo
from chalicelib.imaging.model import MediaType, Rendition
from chalicelib.imaging.profile import display_p3_profile
from tests.imaging import crafting
from tests.imaging.crafting import process
from tests.imaging.test_probe import FORMATS

JFIF_ALONE = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
PICTURE_MARKERS = {0xDB, 0xC0, 0xC4, 0xDA, 0}


def assert_only_picture(rendition: Rendition) -> None:
    """Everything outside the coded picture is a JFIF header or our profile, to the byte."""
    profile = b"ICC_PROFILE\0\x01\x01" + display_p3_profile()
    for marker, payload in crafting.segments(rendition.data):
        if marker not in PICTURE_MARKERS:
            assert (marker, payload) in [(0xE0, JFIF_ALONE), (0xE2, profile)]
    assert rendition.data.count(b"\xff\xd9") == 1
    assert rendition.data.endswith(b"\xff\xd9")


class TestNothingSurvives:
    @pytest.mark.parametrize(("name", "media_type"), FORMATS)
    @pytest.mark.parametrize("display_p3", [True, False])
    @pytest.mark.parametrize("width", [250, 400])
    def test_of_what_a_camera_writes(
        self, name: PhotoFormat, media_type: MediaType, display_p3: bool, width: int
    ) -> None:
        data = draw_photo(width, width, format=name, gps=True, display_p3=display_p3)
        expected = METADATA_MARKERS[-1:] if name == "GIF" else METADATA_MARKERS[:4]
        assert all(marker in data for marker in expected)

        for rendition in process(data, media_type):
            assert_only_picture(rendition)
            for marker in (*METADATA_MARKERS, PROFILE_MARKER.encode("utf-16-be"), b"Exif", b"http"):
                assert marker not in rendition.data

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
            assert_only_picture(rendition)

    def test_of_an_embedded_thumbnail(self) -> None:
        exif = Image.Exif()
        exif[ExifTags.Base.ImageDescription] = "DESCRIPTION"
        small = crafting.saved(Image.new("RGB", (16, 16), "red"), comment=b"EMBEDDED-THUMBNAIL")
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.MakerNote] = small
        data = crafting.saved(Image.new("RGB", (99, 99)), exif=exif.tobytes())
        assert b"EMBEDDED-THUMBNAIL" in data

        for rendition in process(data):
            assert_only_picture(rendition)
