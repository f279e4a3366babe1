"""Careful reading of untrusted bytes: what is missing is a refusal, never an IndexError."""

import io
from typing import BinaryIO

from chalicelib.imaging.model import ImageRejected, RejectionReason


def corrupt() -> ImageRejected:
    """Make the refusal for a header that breaks its own format's rules, or ends too early."""
    return ImageRejected(RejectionReason.CORRUPT)


def read_exactly(source: BinaryIO, size_bytes: int) -> bytes:
    """Read that many bytes, or refuse the file as corrupt. Callers bound `size_bytes`."""
    data = source.read(size_bytes)
    if len(data) != size_bytes:
        raise corrupt()
    return data


def skip(source: BinaryIO, size_bytes: int, *, file_size: int) -> None:
    """Move on without reading; refuse a length that leads past the end of the file."""
    if source.seek(size_bytes, io.SEEK_CUR) > file_size:
        raise corrupt()


def size_of(source: BinaryIO) -> int:
    """Measure the file in bytes; leaves the position at its end."""
    return source.seek(0, io.SEEK_END)
