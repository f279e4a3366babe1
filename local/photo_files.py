"""What a client and an inspector need to know of image files: their type, and what a JPEG carries.

Written apart from chalicelib.imaging on purpose: it judges that code's output.
"""

from dataclasses import dataclass

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})

_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})


def find_content_type(data: bytes) -> str | None:
    """Return which of the eight accepted types a file's first bytes say it is, or None."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith((b"II*\0", b"MM\0*")):
        return "image/tiff"
    if data.startswith(b"BM") and data[6:10] == bytes(4):
        return "image/bmp"
    if data[4:8] == b"ftyp":
        size = int.from_bytes(data[:4], "big")
        brands = {data[at : at + 4] for at in (8, *range(16, min(size, 256), 4))}
        # An AVIF file may also name the general brand mif1, so its own brand is looked for first.
        if brands & _AVIF_BRANDS:
            return "image/avif"
        if brands & _HEIC_BRANDS:
            return "image/heic"
    return None


@dataclass(frozen=True, slots=True)
class JpegFacts:
    """What a JPEG's markers say, without decoding a pixel."""

    width_px: int
    height_px: int
    extras: tuple[str, ...]
    """Everything that is neither picture, JFIF header nor colour profile, e.g. ``APP1 Exif``."""


def read_jpeg(data: bytes) -> JpegFacts:
    """Walk a JPEG's segments up to its end.

    Raises:
        ValueError: it is no whole JPEG.
    """
    if not data.startswith(b"\xff\xd8"):
        raise ValueError("no JPEG")
    width_px = height_px = 0
    extras: list[str] = []
    at = 2
    while True:
        at, marker = _next_marker(data, at)
        if marker == _END_OF_IMAGE:
            break
        length = int.from_bytes(data[at : at + 2], "big")
        body = data[at + 2 : at + length]
        at += length
        if marker in _FRAME_HEADERS:
            height_px = int.from_bytes(body[1:3], "big")
            width_px = int.from_bytes(body[3:5], "big")
        if marker == _START_OF_SCAN:
            at = _end_of_scan(data, at)
        elif extra := _name_of_extra(marker, body):
            extras.append(extra)
    if at != len(data):
        extras.append(f"{len(data) - at} bytes after the end")
    return JpegFacts(width_px, height_px, tuple(extras))


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    """Return where the marker's segment begins, and the marker."""
    while at + 1 < len(data):
        if data[at] != 0xFF:
            raise ValueError("bytes between segments")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _BARE_MARKERS:
            at += 2
        else:
            return at + 2, marker
    raise ValueError("cut off")


def _end_of_scan(data: bytes, at: int) -> int:
    """Return where the next marker after the coded pixels stands."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        # FF 00 is a coded FF, and the restart markers belong to the scan.
        if data[at + 1] == 0 or data[at + 1] in _BARE_MARKERS:
            at += 2
        else:
            return at
    raise ValueError("cut off")


def _name_of_extra(marker: int, body: bytes) -> str | None:
    if marker == 0xFE:
        return "comment"
    if not 0xE0 <= marker <= 0xEF:
        return None
    number = marker - 0xE0
    if number == 0 and body.startswith(b"JFIF\0"):
        return None
    if number == 2 and body.startswith(b"ICC_PROFILE\0"):
        return None
    name = body[:28].split(b"\0")[0].decode("latin-1")
    return f"APP{number} {name}".strip()
