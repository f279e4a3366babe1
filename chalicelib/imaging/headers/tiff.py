"""TIFF before its first pixel (TIFF 6.0): the first picture, its pieces, and how many follow.

A TIFF is a web of offsets and counts, each of which a reader may follow and allocate by. So every
one of the first picture is checked against the file, and whatever is not in the short list of
photographs' own codings is unsupported.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Literal

from chalicelib.imaging.headers.reading import corrupt, read_exactly, size_of
from chalicelib.imaging.model import (
    MAX_FRAMES,
    ImageHeader,
    ImageRejected,
    MediaType,
    RejectionReason,
)

# Section 2 and 8, by tag number.
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_STRIPS, _SAMPLES, _ROWS_PER_STRIP, _STRIP_BYTES = 273, 277, 278, 279
_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES = 322, 323, 324, 325
_PLANES, _SAMPLE_FORMAT = 284, 339
_SUBFILE, _DNG_VERSION = 254, 50_706

_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_NUMBER_TYPES = (3, 4)
_BYTE_TYPES = (1, 2, 6, 7)
# None, LZW, deflate (new and old), PackBits. JPEG in TIFF, fax codings and the rest are no uploads.
_CODINGS = (1, 5, 8, 32_773, 32_946)
_LOOKS = (0, 1, 2, 3, 5)  # grey both ways, RGB, palette, CMYK
_DEPTHS = (1, 2, 4, 8, 16)
_MAX_SAMPLES = 6
_MAX_ENTRIES = 512
_MAX_NUMBERS = 65_536  # strips of one row each on the tallest picture, twice
_MAX_PIECE_PIXELS = 16_777_216  # a tile of 4096 x 4096: decoded as a whole, whatever it shows

_ByteOrder = Literal["little", "big"]


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    count: int
    at: int  # where the value stands


def read_header(source: BinaryIO) -> ImageHeader:
    """Read the first directory, and count the others."""
    reader = _Reader(source)
    entries, following = reader.directory(reader.first)
    shape = _Shape(reader, entries)
    shape.require_photograph()
    shape.require_pieces_inside_the_file()
    return ImageHeader(
        MediaType.TIFF,
        shape.width_px,
        shape.height_px,
        frame_count=1 + sum(1 for _ in reader.chain(following)),
    )


class _Reader:
    def __init__(self, source: BinaryIO) -> None:
        self.source = source
        self.file_size = size_of(source)
        source.seek(0)
        head = read_exactly(source, 8)
        self.order: _ByteOrder = "little" if head[:2] == b"II" else "big"
        self.first = self.number(head[4:])

    def number(self, data: bytes) -> int:
        return int.from_bytes(data, self.order)

    def directory(self, at: int) -> tuple[Mapping[int, _Entry], int]:
        """Return a directory's entries and where the next one stands; 0 says nowhere."""
        self.source.seek(at)
        count = self.number(read_exactly(self.source, 2))
        if at < 8 or not 1 <= count <= _MAX_ENTRIES:
            raise corrupt()
        table = read_exactly(self.source, 12 * count + 4)
        entries = {}
        for start in range(0, 12 * count, 12):
            tag = self.number(table[start : start + 2])
            entry = self._entry(table[start : start + 12], at + 2 + start)
            if entry is not None:
                entries[tag] = entry
        return entries, self.number(table[-4:])

    def _entry(self, row: bytes, stands_at: int) -> _Entry | None:
        kind, count = self.number(row[2:4]), self.number(row[4:8])
        size = count * _TYPE_BYTES.get(kind, 0)
        at = stands_at + 8 if size <= 4 else self.number(row[8:])
        if at + size > self.file_size:
            raise corrupt()
        if kind not in _BYTE_TYPES and count > _MAX_NUMBERS:
            raise corrupt()
        return _Entry(kind, count, at) if size else None

    def numbers(self, entry: _Entry) -> list[int]:
        if entry.kind not in _NUMBER_TYPES:
            raise corrupt()
        size = _TYPE_BYTES[entry.kind]
        self.source.seek(entry.at)
        data = read_exactly(self.source, size * entry.count)
        return [self.number(data[at : at + size]) for at in range(0, len(data), size)]

    def chain(self, at: int) -> Iterator[int]:
        """Follow the directories after the first, up to one past the allowed number of frames."""
        seen = {self.first}
        while at and at not in seen and len(seen) <= MAX_FRAMES:
            seen.add(at)
            yield at
            self.source.seek(at)
            count = self.number(read_exactly(self.source, 2))
            self.source.seek(12 * count, 1)
            at = self.number(read_exactly(self.source, 4))


class _Shape:
    """What the first directory says of its picture."""

    def __init__(self, reader: _Reader, entries: Mapping[int, _Entry]) -> None:
        self._reader = reader
        self._entries = entries
        self.width_px = self._one(_WIDTH, 0)
        self.height_px = self._one(_HEIGHT, 0)

    def require_photograph(self) -> None:
        """Refuse what is no 8 or 16 bit picture in a coding that photographs come in."""
        bits = set(self._many(_BITS) or [1])
        samples = self._one(_SAMPLES, 1)
        if (
            self._one(_COMPRESSION, 1) not in _CODINGS
            or self._one(_PHOTOMETRIC, 0) not in _LOOKS
            or not bits <= set(_DEPTHS)
            or set(self._many(_SAMPLE_FORMAT)) - {1}
            # Camera raw: what stands first is a thumbnail.
            or _DNG_VERSION in self._entries
            or self._one(_SUBFILE, 0) & 1
        ):
            raise ImageRejected(RejectionReason.UNSUPPORTED_TYPE)
        if not 1 <= samples <= _MAX_SAMPLES or self._one(_PLANES, 1) not in (1, 2):
            raise corrupt()

    def require_pieces_inside_the_file(self) -> None:
        """Refuse strips or tiles that lead out of the file, or are not as many as there must be."""
        is_tiled = _TILES in self._entries
        offsets = self._many(_TILES if is_tiled else _STRIPS)
        sizes = self._many(_TILE_BYTES if is_tiled else _STRIP_BYTES)
        expected = self._tile_count() if is_tiled else self._strip_count()
        if self._one(_PLANES, 1) == 2:
            expected *= self._one(_SAMPLES, 1)
        if len(offsets) != expected or len(sizes) != expected:
            raise corrupt()
        for offset, size in zip(offsets, sizes, strict=True):
            if offset + size > self._reader.file_size:
                raise corrupt()

    def _strip_count(self) -> int:
        rows = self._one(_ROWS_PER_STRIP, self.height_px)
        if rows == 0 or self.height_px == 0:
            raise corrupt()
        return math.ceil(self.height_px / rows)

    def _tile_count(self) -> int:
        across, down = self._one(_TILE_WIDTH, 0), self._one(_TILE_HEIGHT, 0)
        if across == 0 or down == 0 or across * down > _MAX_PIECE_PIXELS:
            raise corrupt()
        return math.ceil(self.width_px / across) * math.ceil(self.height_px / down)

    def _one(self, tag: int, default: int) -> int:
        numbers = self._many(tag)
        return numbers[0] if numbers else default

    def _many(self, tag: int) -> list[int]:
        return self._reader.numbers(self._entries[tag]) if tag in self._entries else []
