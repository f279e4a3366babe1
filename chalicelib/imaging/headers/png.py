"""PNG before its first pixel (W3C PNG, third edition): size, frames, colour code points."""

import io
from typing import BinaryIO

from chalicelib.imaging.headers.reading import corrupt, read_exactly, size_of, skip
from chalicelib.imaging.model import ImageHeader, MediaType

_SIGNATURE_BYTES = 8
_MAX_CHUNKS = 4_096
_MAX_PIXEL_CHUNKS = 65_536  # encoders write 8 KB and more into each: 50 MiB in 6,400
_P3_PRIMARIES = 12  # ITU-T H.273, table 2
_SRGB_TRANSFER = 13  # ITU-T H.273, table 3


def read_header(source: BinaryIO) -> ImageHeader:
    """Read up to the first IDAT, before which everything about the picture is declared; count the
    chunks after it, which the decoder will walk one by one.
    """
    file_size = size_of(source)
    source.seek(_SIGNATURE_BYTES)
    length, name = _chunk(source)
    if name != b"IHDR" or length != 13:
        raise corrupt()
    size = read_exactly(source, 13)
    frame_count, has_p3_code = 1, False
    for _ in range(_MAX_CHUNKS):
        skip(source, 4, file_size=file_size)
        length, name = _chunk(source)
        if name == b"IDAT":
            _require_few_chunks(source, length, file_size=file_size)
            return ImageHeader(
                MediaType.PNG,
                int.from_bytes(size[:4], "big"),
                int.from_bytes(size[4:8], "big"),
                frame_count=max(1, frame_count),
                has_p3_code=has_p3_code,
            )
        if name == b"acTL" and length == 8:
            frame_count = int.from_bytes(read_exactly(source, 8)[:4], "big")
        elif name == b"cICP" and length == 4:
            has_p3_code = read_exactly(source, 4)[:2] == bytes([_P3_PRIMARIES, _SRGB_TRANSFER])
        else:
            skip(source, length, file_size=file_size)
    raise corrupt()


def _require_few_chunks(source: BinaryIO, length: int, *, file_size: int) -> None:
    """Refuse a file of endless tiny chunks; whether its end is whole is the decoder's to say."""
    others, pixels = 0, 1
    while source.seek(length + 4, io.SEEK_CUR) + 8 <= file_size:
        length, name = _chunk(source)
        if name == b"IEND":
            return
        others += name != b"IDAT"
        pixels += name == b"IDAT"
        if others > _MAX_CHUNKS or pixels > _MAX_PIXEL_CHUNKS:
            raise corrupt()


def _chunk(source: BinaryIO) -> tuple[int, bytes]:
    head = read_exactly(source, 8)
    return int.from_bytes(head[:4], "big"), head[4:]
