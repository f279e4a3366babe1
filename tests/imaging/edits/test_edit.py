from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from bench.drawing import METADATA_MARKERS, PROFILE_MARKER, PhotoFormat, draw_photo
from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.editing.edit import edit
from chalicelib.imaging.encode import encode
from chalicelib.imaging.model import ImageRejected, MediaType
from chalicelib.imaging.output import OutputType, OutputWish
from chalicelib.imaging.plan.layout import Output
from chalicelib.imaging.probe import probe
from tests.imaging.edits.making import recipe

OUTPUT = Output(long_side_px=256)
STAGES: dict[str, Any] = {
    "geometry": {"crop": {"box": {"left": 0.1, "top": 0.0, "right": 0.6, "bottom": 0.9}}},
    "tone": {"contrast": 20},
}


def edited_file(
    data: bytes, media_type: MediaType = MediaType.JPEG, **stages: object
) -> ColouredImage:
    source = BytesIO(data)
    return edit(source, probe(source, declared=media_type), recipe(**stages), OUTPUT)


def unlike(one: Image.Image, other: Image.Image) -> float:
    assert one.size == other.size
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


class TestEdit:
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize(
        ("name", "media_type"), [("JPEG", MediaType.JPEG), ("HEIF", MediaType.HEIC)]
    )
    def test_sees_the_photo_as_its_owner_does(
        self, name: PhotoFormat, media_type: MediaType, orientation: int
    ) -> None:
        stored = (600, 800) if orientation >= 5 else (800, 600)
        upright = edited_file(draw_photo(800, 600), **STAGES)

        result = edited_file(
            draw_photo(*stored, orientation=orientation, format=name), media_type, **STAGES
        )

        assert unlike(result.image, upright.image) < 5

    @pytest.mark.parametrize(
        ("name", "media_type"),
        [
            ("PNG", MediaType.PNG),
            ("WEBP", MediaType.WEBP),
            ("AVIF", MediaType.AVIF),
            ("HEIF", MediaType.HEIC),
        ],
    )
    def test_takes_every_accepted_type(self, name: PhotoFormat, media_type: MediaType) -> None:
        expected = edited_file(draw_photo(400, 300), **STAGES)

        result = edited_file(draw_photo(400, 300, format=name), media_type, **STAGES)

        assert unlike(result.image, expected.image) < 6

    def test_keeps_the_photo_s_colour_space(self) -> None:
        assert edited_file(draw_photo(400, 300, display_p3=True), **STAGES).is_display_p3
        assert not edited_file(draw_photo(400, 300), **STAGES).is_display_p3

    def test_small_part_of_a_large_photo_is_as_fine_as_it_can_be(self) -> None:
        box = {"left": 0.4, "top": 0.4, "right": 0.6, "bottom": 0.6}

        photo = draw_photo(1600, 1200)

        result = edited_file(photo, geometry={"crop": {"box": box}})

        with Image.open(BytesIO(photo)) as whole:
            part = whole.crop((640, 480, 960, 720)).resize((256, 192), Image.Resampling.LANCZOS)
        assert unlike(result.image, part) < 1

    @pytest.mark.parametrize("media_type", OutputType)
    def test_nothing_but_pixels_reaches_the_result(self, media_type: OutputType) -> None:
        photo = draw_photo(400, 300, orientation=6, display_p3=True, gps=True)

        for stages in ({}, STAGES, {"tone": {"grayscale": 100}}):
            written = encode(edited_file(photo, **stages), OutputWish(media_type=media_type))
            for marker in (*METADATA_MARKERS, PROFILE_MARKER.encode()):
                assert marker not in written.data

    def test_truncated_file_is_rejected(self) -> None:
        with pytest.raises(ImageRejected):
            edited_file(draw_photo(400, 300)[:-2000], **STAGES)
