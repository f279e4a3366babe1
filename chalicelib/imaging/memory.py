"""How much memory a picture may take, said by its header before anything is decoded.

The decoder is held to this: a file that turns out larger than it said gets nothing more.
"""

from collections.abc import Mapping

from chalicelib.imaging.model import ImageHeader, MediaType

_BASE_BYTES = 160 * 1024 * 1024
"""Renditions, their resizing and encoding (about 60 MB), codec workspaces, libraries that load."""

_BYTES_PER_PIXEL: Mapping[MediaType, int] = {
    # Twice and more of what 12 to 50 megapixels took, transparency laid on white included
    # (see docs/decisions/0023-isolation.md): versions of codecs differ.
    MediaType.JPEG: 8,
    MediaType.PNG: 18,
    MediaType.WEBP: 24,
    MediaType.GIF: 18,
    MediaType.HEIC: 20,
    MediaType.AVIF: 20,
    MediaType.TIFF: 18,
    MediaType.BMP: 18,
}
_MAX_SCALED_PIXELS = 3_900 * 3_900
"""What a JPEG decodes to at the most: from twice 95 % of 2048 px on, it comes out halved."""


def memory_needed(header: ImageHeader) -> int:
    """Return an upper bound of the bytes that rendering a picture takes.

    Grows with the pixels that are decoded, and with a multi-scan JPEG's coefficients. The most
    that the limits of `model` let through is 1.3 GB, inside the worker's 1769 MB.
    """
    pixels = header.pixel_count
    if header.media_type is MediaType.JPEG:
        pixels = min(pixels, _MAX_SCALED_PIXELS)
    decoded = pixels * _BYTES_PER_PIXEL[header.media_type]
    return _BASE_BYTES + decoded + round(header.coefficient_bytes * 1.25)


_EDIT_BASE_BYTES = 320 * 1024 * 1024
"""One photo of 2048 px square took 150 MB at the most, whatever was done to it, as AVIF."""
_EDIT_BYTES_PER_PICTURE = 32 * 1024 * 1024
"""A picture of 2048 px square has 12 MB, and is in memory until the last is laid down."""


def memory_for_edit(pictures: int) -> int:
    """Return an upper bound of the bytes that an edit of so many photos of ours takes.

    With twelve others it took 330 MB, and gets 736.
    """
    return _EDIT_BASE_BYTES + pictures * _EDIT_BYTES_PER_PICTURE
