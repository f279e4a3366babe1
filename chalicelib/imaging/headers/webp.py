"""WebP before its first pixel (RFC 9649): canvas and frames."""

from typing import BinaryIO

from chalicelib.imaging.headers.reading import corrupt, read_exactly, size_of, skip
from chalicelib.imaging.model import MAX_FRAMES, ImageHeader, MediaType

_MAX_CHUNKS = 8_192


def read_header(source: BinaryIO) -> ImageHeader:
    """Read the first chunk; walk the others only if the file may be animated."""
    file_size = size_of(source)
    source.seek(4)
    end = 8 + int.from_bytes(read_exactly(source, 4), "little")
    if end > file_size:
        raise corrupt()
    source.seek(12)
    name, length = _chunk(source)
    match name:
        case b"VP8 ":
            width_px, height_px = _lossy_size(read_exactly(source, 10))
        case b"VP8L":
            width_px, height_px = _lossless_size(read_exactly(source, 5))
        case b"VP8X":
            canvas = read_exactly(source, 10)
            width_px = int.from_bytes(canvas[4:7], "little") + 1
            height_px = int.from_bytes(canvas[7:10], "little") + 1
        case _:
            raise corrupt()
    frame_count = 1
    if name == b"VP8X":
        source.seek(20)
        skip(source, length + length % 2, file_size=file_size)
        frame_count = max(1, _count_frames(source, end=end))
    return ImageHeader(MediaType.WEBP, width_px, height_px, frame_count=frame_count)


def _chunk(source: BinaryIO) -> tuple[bytes, int]:
    head = read_exactly(source, 8)
    return head[:4], int.from_bytes(head[4:], "little")


def _lossy_size(head: bytes) -> tuple[int, int]:
    # Three bytes of frame tag, the start code, then 14 bits each (the two above them ask for
    # upscaling).
    if head[3:6] != b"\x9d\x01\x2a":
        raise corrupt()
    return (
        int.from_bytes(head[6:8], "little") & 0x3FFF,
        int.from_bytes(head[8:10], "little") & 0x3FFF,
    )


def _lossless_size(head: bytes) -> tuple[int, int]:
    if head[0] != 0x2F:
        raise corrupt()
    bits = int.from_bytes(head[1:], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _count_frames(source: BinaryIO, *, end: int) -> int:
    """Count frames up to one past the allowed number."""
    frame_count = 0
    for _ in range(_MAX_CHUNKS):
        if source.tell() + 8 > end or frame_count > MAX_FRAMES:
            return frame_count
        name, length = _chunk(source)
        frame_count += name == b"ANMF"
        if source.tell() + length > end:
            raise corrupt()
        source.seek(length + length % 2, 1)
    raise corrupt()
