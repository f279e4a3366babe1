import io
from datetime import timedelta
from functools import cache
from tempfile import TemporaryFile

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bench.drawing import PhotoFormat, draw_photo
from chalicelib.imaging.apart import ApartRenderer
from chalicelib.imaging.ladder import PREVIEW_PX, THUMB_PX
from chalicelib.imaging.model import FULL_PX, ImageRejected, MediaType, RejectionReason, Rendition
from tests.imaging import crafting
from tests.imaging.scanning import assert_only_picture
from tests.imaging.test_probe import FORMATS

MAGIC = {
    MediaType.JPEG: b"\xff\xd8\xff",
    MediaType.PNG: crafting.PNG_SIGNATURE + b"\0\0\0\x0dIHDR",
    MediaType.GIF: b"GIF89a",
    MediaType.WEBP: b"RIFF\x40\0\0\0WEBPVP8X",
    MediaType.HEIC: b"\0\0\0\x14ftypheic\0\0\0\0heic",
    MediaType.TIFF: b"II*\0\x08\0\0\0",
    MediaType.BMP: b"BM\x40\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
    MediaType.AVIF: b"\0\0\0\x14ftypavif\0\0\0\0avif",
}


APART = ApartRenderer()


@cache
def photo(name: PhotoFormat) -> bytes:
    return draw_photo(48, 36, format=name, gps=True, display_p3=True, orientation=6)


def outcome(data: bytes, declared: MediaType) -> tuple[Rendition, ...] | RejectionReason:
    try:
        return crafting.process(data, declared)
    except ImageRejected as rejected:
        return rejected.reason


@given(declared=st.sampled_from(MediaType), data=st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_behind_a_magic_number_end_in_a_refusal(declared: MediaType, data: bytes) -> None:
    assert outcome(data, declared) in set(RejectionReason)
    assert outcome(MAGIC[declared] + data, declared) in set(RejectionReason)


@given(
    kind=st.sampled_from(FORMATS),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6
    ),
    kept=st.one_of(st.just(1.0), st.floats(0.05, 1)),
)
@settings(max_examples=300, deadline=None)
def test_a_damaged_photo_is_rendered_or_refused(
    kind: tuple[PhotoFormat, MediaType], changes: list[tuple[float, int]], kept: float
) -> None:
    name, media_type = kind
    data = bytearray(photo(name))
    for place, value in changes:
        data[int(place * len(data))] = value

    result = outcome(bytes(data[: int(len(data) * kept)]), media_type)

    if not isinstance(result, RejectionReason):
        for rendition in result:
            assert_only_picture(rendition.data)


@given(
    kind=st.sampled_from(FORMATS),
    changes=st.lists(
        st.tuples(st.integers(0, 400), st.sampled_from([0, 1, 0x7F, 0x80, 0xFF])),
        min_size=1,
        max_size=6,
    ),
)
@settings(max_examples=200, deadline=None)
def test_no_header_brings_the_worker_down_or_keeps_it(
    kind: tuple[PhotoFormat, MediaType], changes: list[tuple[int, int]]
) -> None:
    name, media_type = kind
    data = bytearray(photo(name))
    for place, value in changes:
        data[min(place, len(data) - 1)] = value

    with TemporaryFile() as source:
        source.write(data)
        try:
            APART.render(source, media_type, within=timedelta(seconds=10))
        except ImageRejected as rejected:
            reason = rejected.reason
        else:
            return

    assert reason is not RejectionReason.TOO_MUCH_TIME


@given(
    width=st.integers(1, 500),
    height=st.integers(1, 500),
    format_name=st.sampled_from(["JPEG", "PNG", "WEBP"]),
    mode=st.sampled_from(["RGB", "L", "RGBA", "P", "CMYK", "1", "LA", "I;16"]),
    colour=st.integers(0, 255),
    comment=st.binary(max_size=40),
)
@settings(max_examples=120, deadline=None)
def test_any_accepted_image_gives_valid_bounded_bare_renditions(
    width: int, height: int, format_name: str, mode: str, colour: int, comment: bytes
) -> None:
    image = Image.new("L", (width, height), colour)
    if (format_name, mode) in WRITABLE:
        image = image.convert(mode)
    exif = Image.Exif()
    exif[0x9286] = b"ASCII\0\0\0" + comment
    data = crafting.saved(image, format_name, exif=exif.tobytes(), comment=comment)

    renditions = crafting.process(data, MediaType(f"image/{format_name.lower()}"))

    for rendition, limit in zip(renditions, (FULL_PX, PREVIEW_PX, THUMB_PX), strict=True):
        opened = Image.open(io.BytesIO(rendition.data), formats=["JPEG"])
        opened.load()
        assert opened.mode in ("L", "RGB")
        assert opened.size == (rendition.width_px, rendition.height_px)
        assert rendition.width_px <= width
        assert rendition.height_px <= height
        assert max(opened.size) == min(limit, max(width, height))
        assert_only_picture(rendition.data)


WRITABLE = {
    *(("JPEG", mode) for mode in ("RGB", "L", "CMYK")),
    *(("PNG", mode) for mode in ("RGB", "L", "RGBA", "P", "1", "LA", "I;16")),
    *(("WEBP", mode) for mode in ("RGB", "RGBA")),
}
