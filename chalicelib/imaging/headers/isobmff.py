"""HEIC and AVIF before their first pixel: boxes around coded pictures (ISO/IEC 23008-12).

A file holds items and their properties; the primary item's `ispe` is the size of the picture (of
the whole grid when it is tiled, as phones do). Sequences keep their size and frame count in a track
instead. Should the coded picture be larger than its `ispe` says, libheif refuses it; libavif would
decode it and scale it down, but gets no more memory than the judged size stands for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from chalicelib.imaging.headers.reading import corrupt, read_exactly, size_of
from chalicelib.imaging.model import ImageHeader, MediaType

_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEVC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_MAX_BOXES = 4_096
_MAX_PAYLOAD_BYTES = 1024 * 1024
_P3_PRIMARIES = 12  # ITU-T H.273, table 2
_SRGB_LIKE_TRANSFERS = (
    1,
    6,
    13,
)  # H.273 table 3: cameras write 1 or 6 for what is shown as sRGB's curve


def find_type(head: bytes) -> MediaType | None:
    """Tell HEIC from AVIF by the brands in the leading `ftyp` box; None for anything else."""
    if head[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[at : at + 4] for at in (8, *range(16, end - 3, 4))}
    if brands & _AVIF_BRANDS:
        return MediaType.AVIF
    return MediaType.HEIC if brands & _HEVC_BRANDS else None


def read_header(source: BinaryIO, media_type: MediaType) -> ImageHeader:
    """Read the size and colour code of the primary item, or of the track that is played."""
    reader = _Reader(source)
    top = {box.name: box for box in reader.boxes(0, size_of(source))}
    primary = _read_primary(reader, top[b"meta"]) if b"meta" in top else None
    track = _read_track(reader, top[b"moov"]) if b"moov" in top else None
    if primary is None and track is None:
        raise corrupt()
    found = [shape for shape in (primary, track) if shape is not None]
    return ImageHeader(
        media_type,
        # Which of the two is decoded depends on the decoder: both must pass, so the larger one is
        # judged.
        width_px=max(shape.width_px for shape in found),
        height_px=max(shape.height_px for shape in found),
        frame_count=max(shape.frame_count for shape in found),
        has_p3_code=any(shape.has_p3_code for shape in found),
    )


@dataclass(frozen=True, slots=True)
class _Box:
    name: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Shape:
    width_px: int
    height_px: int
    frame_count: int = 1
    has_p3_code: bool = False


class _Reader:
    """Walks boxes and counts them, so that a file of empty boxes ends early."""

    def __init__(self, source: BinaryIO) -> None:
        self.source = source
        self.boxes_left = _MAX_BOXES

    def boxes(self, start: int, end: int) -> Iterator[_Box]:
        while start + 8 <= end:
            self.boxes_left -= 1
            self.source.seek(start)
            head = read_exactly(self.source, 8)
            size, payload = int.from_bytes(head[:4], "big"), start + 8
            if size == 1:
                size, payload = int.from_bytes(read_exactly(self.source, 8), "big"), start + 16
            box_end = start + size if size else end
            if self.boxes_left < 0 or box_end > end or box_end < payload:
                raise corrupt()
            yield _Box(head[4:], payload, box_end)
            start = box_end

    def find(self, box: _Box, *path: bytes) -> _Box | None:
        found: _Box | None = box
        for name in path:
            if found is None:
                return None
            inside = self.boxes(found.start, found.end)
            found = next((child for child in inside if child.name == name), None)
        return found

    def payload(self, box: _Box) -> bytes:
        if box.end - box.start > _MAX_PAYLOAD_BYTES:
            raise corrupt()
        self.source.seek(box.start)
        return read_exactly(self.source, box.end - box.start)


def _read_primary(reader: _Reader, meta: _Box) -> _Shape | None:
    meta = _Box(meta.name, meta.start + 4, meta.end)  # a full box: version and flags come first
    named = {box.name: box for box in reader.boxes(meta.start, meta.end)}
    if b"pitm" not in named or b"iprp" not in named:
        return None
    chosen = reader.payload(named[b"pitm"])
    primary_id = int.from_bytes(chosen[4:] if chosen[:1] != b"\0" else chosen[4:6], "big")
    container = reader.find(named[b"iprp"], b"ipco")
    links = reader.find(named[b"iprp"], b"ipma")
    if container is None or links is None:
        return None
    properties = list(reader.boxes(container.start, container.end))
    indexes = _property_indexes(reader.payload(links), primary_id)
    mine = [properties[index - 1] for index in indexes if 1 <= index <= len(properties)]
    sizes = [reader.payload(box)[4:12] for box in mine if box.name == b"ispe"]
    if not sizes or len(sizes[0]) != 8:
        return None
    return _Shape(
        int.from_bytes(sizes[0][:4], "big"),
        int.from_bytes(sizes[0][4:], "big"),
        has_p3_code=any(_is_p3_code(reader.payload(box)) for box in mine if box.name == b"colr"),
    )


def _property_indexes(links: bytes, item_id: int) -> list[int]:
    """Return the 1-based numbers of an item's properties, from the payload of `ipma`."""
    id_bytes = 4 if links[:1] != b"\0" else 2
    link_bytes = 2 if links[3:4] and links[3] & 1 else 1
    at = 8
    while at + id_bytes < len(links):
        owner = int.from_bytes(links[at : at + id_bytes], "big")
        first = at + id_bytes + 1
        at = first + links[first - 1] * link_bytes
        if owner == item_id:
            mask = (1 << (8 * link_bytes - 1)) - 1  # the top bit says "essential"
            steps = range(first, min(at, len(links)), link_bytes)
            return [int.from_bytes(links[step : step + link_bytes], "big") & mask for step in steps]
    return []


def _is_p3_code(colour: bytes) -> bool:
    return (
        colour[:4] == b"nclx"
        and int.from_bytes(colour[4:6], "big") == _P3_PRIMARIES
        and int.from_bytes(colour[6:8], "big") in _SRGB_LIKE_TRANSFERS
    )


def _read_track(reader: _Reader, movie: _Box) -> _Shape | None:
    """Return the widest, tallest and longest of all tracks: whichever is played stays below it."""
    shapes: list[_Shape] = []
    for track in (box for box in reader.boxes(movie.start, movie.end) if box.name == b"trak"):
        head = reader.find(track, b"tkhd")
        samples = reader.find(track, b"mdia", b"minf", b"stbl", b"stsz")
        if head is None or samples is None:
            continue
        size = reader.payload(head)[-8:]
        reader.source.seek(samples.start)
        counts = read_exactly(reader.source, 12)
        # 16.16 fixed point
        width_px, height_px = int.from_bytes(size[:2], "big"), int.from_bytes(size[4:6], "big")
        shapes.append(_Shape(width_px, height_px, int.from_bytes(counts[8:], "big")))
    if not shapes:
        return None
    return _Shape(
        max(shape.width_px for shape in shapes),
        max(shape.height_px for shape in shapes),
        max(shape.frame_count for shape in shapes),
    )
