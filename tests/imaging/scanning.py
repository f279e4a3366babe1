"""What may be in a picture that we wrote, by format: everything else in it is a leak."""

import struct
import zlib
from collections.abc import Iterator

from chalicelib.imaging.output import OutputType
from chalicelib.imaging.profile import display_p3_profile
from tests.imaging import crafting

_JFIF_ALONE = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
_JPEG_PICTURE = {0xDB, 0xC0, 0xC4, 0xDA, 0}
_AVIF_CONTAINERS = {b"meta": 4, b"iinf": 6, b"iprp": 0, b"ipco": 0, b"iref": 4}
_AVIF_PICTURE = {
    *(b"ftyp", b"hdlr", b"pitm", b"iloc", b"infe", b"ispe", b"pixi", b"av1C", b"ipma", b"mdat"),
    *(b"auxC", b"auxl"),  # the picture of the alpha channel, and what it belongs to
}


def assert_only_picture(data: bytes, media_type: OutputType = OutputType.JPEG) -> None:
    """Everything outside the coded picture is structure, or our own profile, to the byte."""
    match media_type:
        case OutputType.JPEG:
            _assert_bare_jpeg(data)
        case OutputType.PNG:
            _assert_bare_png(data)
        case OutputType.WEBP:
            _assert_bare_webp(data)
        case OutputType.AVIF:
            _assert_bare_avif(data)


def _assert_bare_jpeg(data: bytes) -> None:
    profile = b"ICC_PROFILE\0\x01\x01" + display_p3_profile()
    segments = crafting.segments(data)
    for marker, payload in segments:
        if marker not in _JPEG_PICTURE:
            assert (marker, payload) in [(0xE0, _JFIF_ALONE), (0xE2, profile)]
    # In the scan alone: a table of coarse quality may hold these two bytes side by side.
    _, scan = segments[-1]
    assert scan.count(b"\xff\xd9") == 1
    assert scan.endswith(b"\xff\xd9")


def _assert_bare_png(data: bytes) -> None:
    at = len(crafting.PNG_SIGNATURE)
    names = []
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        payload = data[at + 8 : at + 8 + length]
        if name == b"iCCP":
            label, compressed = payload.split(b"\0\0", 1)
            assert (label, zlib.decompress(compressed)) == (b"ICC Profile", display_p3_profile())
        else:
            assert name in (b"IHDR", b"IDAT", b"IEND")
        names.append(name)
        at += 12 + length
    assert names[0] == b"IHDR"
    assert names.index(b"IEND") == len(names) - 1


def _assert_bare_webp(data: bytes) -> None:
    assert len(data) == 8 + int.from_bytes(data[4:8], "little")
    at = 12
    while at < len(data):
        name, length = struct.unpack("<4sI", data[at : at + 8])
        if name == b"ICCP":
            assert data[at + 8 : at + 8 + length] == display_p3_profile()
        else:
            assert name in (b"VP8 ", b"VP8L", b"VP8X", b"ALPH")
        at += 8 + length + length % 2


def _assert_bare_avif(data: bytes) -> None:
    for name, payload in _boxes(data, 0, len(data)):
        if name == b"infe":
            assert payload[8:12] == b"av01", "an item that is no picture"
        elif name == b"colr":
            assert payload[:4] == b"nclx" or payload == b"prof" + display_p3_profile()
        else:
            assert name in _AVIF_PICTURE | set(_AVIF_CONTAINERS)
    assert b"Exif" not in data
    assert b"mime" not in data


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    while at < end:
        size, name = struct.unpack(">I4s", data[at : at + 8])
        assert 8 <= size <= end - at
        yield name, data[at + 8 : at + size]
        if name in _AVIF_CONTAINERS:
            yield from _boxes(data, at + 8 + _AVIF_CONTAINERS[name], at + size)
        at += size
