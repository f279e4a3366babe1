"""BMP before its first pixel (Windows bitmap headers, as Microsoft documents BITMAPV5HEADER)."""

from typing import BinaryIO

from chalicelib.imaging.headers.reading import corrupt, read_exactly
from chalicelib.imaging.model import ImageHeader, ImageRejected, MediaType, RejectionReason

_INFO_AT = 14
_OLD_INFO_BYTES = 12
_INFO_BYTES = (40, 52, 56, 64, 108, 124)
_RAW, _BITFIELDS = 0, 3
_MAX_COLOURS = 256
_EMBEDDED = b"DEBM"  # PROFILE_EMBEDDED, 'MBED', least byte first
_MAX_PROFILE_BYTES = 4 * 1024 * 1024


def read_header(source: BinaryIO) -> ImageHeader:
    """Read the one header there is.

    Run-length coding, JPEG and PNG inside a BMP are no pictures that anybody sends: unsupported.
    """
    source.seek(_INFO_AT)
    info_bytes = int.from_bytes(read_exactly(source, 4), "little")
    if info_bytes == _OLD_INFO_BYTES:
        info = read_exactly(source, info_bytes - 4)
        return _header(_number(info, 0, 2), _number(info, 2, 2))
    if info_bytes not in _INFO_BYTES:
        raise ImageRejected(RejectionReason.UNSUPPORTED_TYPE)
    info = read_exactly(source, info_bytes - 4)
    if _number(info, 12, 4) not in (_RAW, _BITFIELDS):
        raise ImageRejected(RejectionReason.UNSUPPORTED_TYPE)
    if _number(info, 28, 4) > _MAX_COLOURS:
        raise corrupt()
    # A negative height says that the rows stand from top to bottom.
    height = int.from_bytes(info[4:8], "little", signed=True)
    has_profile = info_bytes == _INFO_BYTES[-1] and info[52:56] == _EMBEDDED
    profile_at = _INFO_AT + _number(info, 108, 4) if has_profile else 0
    return _header(_number(info, 0, 4), abs(height), profile_at)


def read_profile(source: BinaryIO, at: int) -> bytes:
    """Read the colour profile that the header points to; a broken pointer gives what is there."""
    source.seek(_INFO_AT + 116)
    size = int.from_bytes(read_exactly(source, 4), "little")
    source.seek(at)
    return source.read(min(size, _MAX_PROFILE_BYTES))


def _header(width_px: int, height_px: int, profile_at: int = 0) -> ImageHeader:
    return ImageHeader(MediaType.BMP, width_px, height_px, profile_at=profile_at)


def _number(info: bytes, at: int, size: int) -> int:
    return int.from_bytes(info[at : at + size], "little")
