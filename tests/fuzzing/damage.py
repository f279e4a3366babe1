"""Files that were good once: every accepted type, drawn by us; and what is done to them."""

import struct
from collections.abc import Callable, Mapping
from functools import cache

from hypothesis import strategies as st
from PIL import Image

from bench.drawing import PhotoFormat, draw_photo
from chalicelib.imaging.model import MediaType
from tests.imaging import crafting
from tests.imaging.test_probe import FORMATS

Change = tuple[str, float, bool, int]
"""What is done, where (a share of the file, or of its head), whether to the head, and a number."""

_MAGIC_BYTES, _HEAD_BYTES = 12, 600
_TELLING = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]


@cache
def good_files() -> tuple[tuple[bytes, MediaType], ...]:
    """Return small files, a few of each type; nothing here comes from anybody else."""
    frames = [Image.new("RGB", (24, 16), colour) for colour in ("red", "blue", "lime")]
    bare = Image.effect_noise((40, 30), 60)
    return (
        *((_photo(name), media_type) for name, media_type in FORMATS),
        (crafting.saved(bare.convert("RGB"), progressive=True), MediaType.JPEG),
        (crafting.saved(bare.convert("CMYK"), dpi=(72, 72)), MediaType.JPEG),
        (crafting.saved(bare.convert("P"), "PNG", transparency=3), MediaType.PNG),
        (crafting.saved(bare.convert("I;16"), "PNG"), MediaType.PNG),
        (crafting.saved(bare, "TIFF", compression="tiff_lzw"), MediaType.TIFF),
        (crafting.saved(bare.convert("RGB"), "BMP"), MediaType.BMP),
        *(
            (crafting.saved(frames[0], name, save_all=True, append_images=frames[1:]), media_type)
            for name, media_type in (
                ("GIF", MediaType.GIF),
                ("WEBP", MediaType.WEBP),
                ("PNG", MediaType.PNG),
            )
        ),
    )


def _photo(name: PhotoFormat) -> bytes:
    return draw_photo(48, 36, format=name, gps=True, display_p3=True, orientation=6)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[bytes, MediaType]:
    """Draw a file with up to eight changes, and the type that it is declared to be."""
    data, media_type = draw(st.sampled_from(good_files()))
    for change in draw(st.lists(_CHANGES, max_size=8)):
        data = _changed(data, change)
    wrong = draw(st.integers(0, 19)) == 0
    return data, draw(st.sampled_from(MediaType)) if wrong else media_type


def _changed(data: bytes, change: Change) -> bytes:
    what, share, is_head, value = change
    at = int(share * len(data))
    if is_head:
        # Behind the magic number: most of what has none of ours is refused for that alone.
        at = min(_MAGIC_BYTES + int(share * _HEAD_BYTES), len(data))
    return _WAYS[what](data, at, value)


def _written(form: str) -> Callable[[bytes, int, int], bytes]:
    size = struct.calcsize(form)
    return lambda data, at, value: (
        data[:at] + struct.pack(form, value % 256**size) + data[at + size :]
    )


_WAYS: Mapping[str, Callable[[bytes, int, int], bytes]] = {
    "byte": _written("B"),
    "big 16": _written(">H"),
    "little 16": _written("<H"),
    "big 32": _written(">I"),
    "little 32": _written("<I"),
    "cut": lambda data, at, value: data[:at],
    "leave out": lambda data, at, value: data[:at] + data[at + value % 64 :],
    "repeat": lambda data, at, value: data[: at + value % 64] + data[at:],
    "shift in": lambda data, at, value: data[:at] + bytes(value % 16) + data[at:],
}
_CHANGES: st.SearchStrategy[Change] = st.tuples(
    st.sampled_from(list(_WAYS)),
    st.floats(0, 1, exclude_max=True),
    st.booleans(),
    st.sampled_from(_TELLING) | st.integers(0, 2**32 - 1),
)
