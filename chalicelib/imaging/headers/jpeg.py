"""JPEG before its first pixel (ITU-T T.81 annex B): size, and the memory its decoder will need.

The decoder used (libjpeg-turbo through Pillow) works row by row unless the picture comes in several
scans.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from chalicelib.imaging.headers.reading import corrupt, read_exactly, size_of, skip
from chalicelib.imaging.model import (
    MAX_SCANS,
    ImageHeader,
    ImageRejected,
    MediaType,
    RejectionReason,
)

_START_OF_SCAN = 0xDA
_END_OF_IMAGE = 0xD9
_PROGRESSIVE = 0xC2
_DECODABLE_FRAMES = (0xC0, 0xC1, _PROGRESSIVE)
# Lossless, hierarchical and arithmetic-coded frames; C4, C8 and CC in this range are not frames.
_OTHER_FRAMES = (0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF)
_MAX_SEGMENTS = 4_096  # 50 MiB in full segments is 800; depth maps in extended XMP come near that
_MAX_EXIF_SEGMENTS = 16  # the standard has one of 64 KB; the decoder joins them all, and parses
_EXIF = b"Exif\0\0"
_APP1 = 0xE1
_MAX_FILL_BYTES = 65_536
_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Frame:
    width_px: int
    height_px: int
    is_progressive: bool
    sampling: tuple[tuple[int, int], ...]

    @property
    def coefficient_bytes(self) -> int:
        """Bytes of all DCT coefficients: 64 of 2 bytes for each 8x8 block of each component."""
        widest = max(across for across, _ in self.sampling)
        tallest = max(down for _, down in self.sampling)
        units_across = math.ceil(self.width_px / (8 * widest))
        units_down = math.ceil(self.height_px / (8 * tallest))
        return sum(
            units_across * across * units_down * down * 128 for across, down in self.sampling
        )


def read_header(source: BinaryIO) -> ImageHeader:
    """Read up to the first scan; on to the last one only if the decoder must hold all of them."""
    file_size = size_of(source)
    source.seek(2)
    frame: _Frame | None = None
    exif_segments = 0
    for marker, length in _segments(source):
        if marker in _OTHER_FRAMES:
            raise ImageRejected(RejectionReason.UNSUPPORTED_TYPE)
        if marker in _DECODABLE_FRAMES:
            if frame is not None:
                raise corrupt()
            frame = _parse_frame(marker, read_exactly(source, length))
        elif marker == _START_OF_SCAN:
            if frame is None:
                raise corrupt()
            components = read_exactly(source, length)[:1]
            return _with_memory(source, frame, scan_components=components, file_size=file_size)
        elif marker == _END_OF_IMAGE:
            break
        else:
            start = source.tell()
            exif_segments += marker == _APP1 and source.read(len(_EXIF)) == _EXIF
            if exif_segments > _MAX_EXIF_SEGMENTS:
                break
            source.seek(start)
            skip(source, length, file_size=file_size)
    raise corrupt()


def _segments(source: BinaryIO) -> Iterator[tuple[int, int]]:
    """Yield each marker and the length of its payload, with the source at the payload's start."""
    for _ in range(_MAX_SEGMENTS):
        marker = _next_marker(source)
        # Markers that stand alone: TEM, restarts, SOI, EOI.
        if marker == 0x01 or 0xD0 <= marker <= 0xD9:
            yield marker, 0
            continue
        length = int.from_bytes(read_exactly(source, 2), "big") - 2
        if length < 0:
            raise corrupt()
        yield marker, length


def _next_marker(source: BinaryIO) -> int:
    # Cameras do pad between segments, and libjpeg skips what is not a marker; a little of that is
    # tolerated.
    was_prefix = False
    for _ in range(_MAX_FILL_BYTES):
        byte = read_exactly(source, 1)[0]
        if was_prefix and byte not in (0x00, 0xFF):
            return byte
        was_prefix = byte == 0xFF
    raise corrupt()


def _parse_frame(marker: int, payload: bytes) -> _Frame:
    if len(payload) < 6 or len(payload) != 6 + 3 * payload[5]:
        raise corrupt()
    if payload[0] != 8 or payload[5] not in (1, 3, 4):
        raise ImageRejected(RejectionReason.UNSUPPORTED_TYPE)
    sampling = tuple((byte >> 4, byte & 15) for byte in payload[7::3])
    if not all(1 <= factor <= 4 for pair in sampling for factor in pair):
        raise corrupt()
    return _Frame(
        width_px=int.from_bytes(payload[3:5], "big"),
        height_px=int.from_bytes(payload[1:3], "big"),
        is_progressive=marker == _PROGRESSIVE,
        sampling=sampling,
    )


def _with_memory(
    source: BinaryIO, frame: _Frame, *, scan_components: bytes, file_size: int
) -> ImageHeader:
    has_many_scans = frame.is_progressive or scan_components != bytes([len(frame.sampling)])
    if has_many_scans:
        _require_few_scans(source, file_size=file_size)
    return ImageHeader(
        MediaType.JPEG,
        frame.width_px,
        frame.height_px,
        coefficient_bytes=frame.coefficient_bytes if has_many_scans else 0,
    )


def _require_few_scans(source: BinaryIO, *, file_size: int) -> None:
    """Refuse a file of endless passes over one picture, and one that was cut off."""
    scans = 1
    while scans <= MAX_SCANS:
        marker = _skip_entropy_coded(source)
        if marker == _END_OF_IMAGE:
            return
        length = int.from_bytes(read_exactly(source, 2), "big") - 2
        skip(source, max(0, length), file_size=file_size)
        scans += marker == _START_OF_SCAN
    raise corrupt()


def _skip_entropy_coded(source: BinaryIO) -> int:
    """Return the next marker, leaving the source just after it. Coded data stuffs every 0xFF."""
    while True:
        start = source.tell()
        chunk = source.read(_CHUNK_BYTES)
        if len(chunk) < 2:
            raise corrupt()
        found = _MARKER_IN_SCAN.search(chunk)
        if found:
            source.seek(start + found.end())
            return chunk[found.end() - 1]
        if chunk.endswith(b"\xff"):
            source.seek(-1, 1)
