"""GIF before its first pixel (GIF89a): canvas and frames, counted by walking the blocks."""

from typing import BinaryIO

from chalicelib.imaging.headers.reading import corrupt, read_exactly, size_of, skip
from chalicelib.imaging.model import MAX_FRAMES, ImageHeader, MediaType

_EXTENSION = 0x21
_FRAME = 0x2C
_TRAILER = 0x3B
# 50 MiB in full sub-blocks of 255 bytes is 206,000; more means tiny ones, made to keep a reader
# busy.
_MAX_SUB_BLOCKS = 500_000
_APPLICATION = 0xFF
_PROFILE = b"\x0bICCRGBG1012"  # ICC.1:2022 section B.5, with the length that stands before it
_MAX_PROFILE_BYTES = 4 * 1024 * 1024


class _Walk:
    """The position in the file, and how many more sub-blocks it is worth reading."""

    def __init__(self, source: BinaryIO) -> None:
        self.source = source
        self.file_size = size_of(source)
        self.sub_blocks_left = _MAX_SUB_BLOCKS

    def skip_colour_table(self, flags: int) -> None:
        if flags & 0x80:
            skip(self.source, 3 << ((flags & 7) + 1), file_size=self.file_size)

    def skip_sub_blocks(self) -> None:
        while length := read_exactly(self.source, 1)[0]:
            self.sub_blocks_left -= 1
            if self.sub_blocks_left < 0:
                raise corrupt()
            skip(self.source, length, file_size=self.file_size)


def read_header(source: BinaryIO) -> ImageHeader:
    """Walk all blocks. Counting stops one past the allowed number of frames."""
    walk = _Walk(source)
    source.seek(6)
    screen = read_exactly(source, 7)
    width_px, height_px = (int.from_bytes(screen[at : at + 2], "little") for at in (0, 2))
    walk.skip_colour_table(screen[4])
    frame_count = profile_at = 0
    while frame_count <= MAX_FRAMES and (block := source.read(1)) not in (b"", bytes([_TRAILER])):
        if block[0] == _EXTENSION:
            start = source.tell()
            if source.read(1 + len(_PROFILE)) == bytes([_APPLICATION]) + _PROFILE:
                profile_at = source.tell()
            source.seek(start + 1)
            walk.skip_sub_blocks()
        elif block[0] == _FRAME:
            right, bottom = _skip_frame(walk)
            if frame_count == 0:
                # A first frame that leaves the canvas makes the decoder enlarge it.
                width_px, height_px = max(width_px, right), max(height_px, bottom)
            frame_count += 1
        elif block[0]:  # stray zeroes between blocks are common and harmless
            raise corrupt()
    if frame_count == 0:
        raise corrupt()
    return ImageHeader(
        MediaType.GIF, width_px, height_px, frame_count=frame_count, profile_at=profile_at
    )


def read_profile(source: BinaryIO, at: int) -> bytes:
    """Read the colour profile that the header found, out of its sub-blocks."""
    source.seek(at)
    profile = bytearray()
    while len(profile) < _MAX_PROFILE_BYTES and (length := read_exactly(source, 1)[0]):
        profile += read_exactly(source, length)
    return bytes(profile)


def _skip_frame(walk: _Walk) -> tuple[int, int]:
    """Pass over one frame; return its right and bottom edge."""
    place = read_exactly(walk.source, 9)
    left, top, width, height = (
        int.from_bytes(place[at : at + 2], "little") for at in range(0, 8, 2)
    )
    walk.skip_colour_table(place[8])
    read_exactly(walk.source, 1)  # the code size
    walk.skip_sub_blocks()
    return left + width, top + height
