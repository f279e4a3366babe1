"""Judge an upload by its header: nothing is decoded here, and no decoder is even imported.

What a file is, is decided by its first bytes; its name and declared type are only compared with
that.
"""

from typing import BinaryIO

from chalicelib.imaging.headers import bmp, gif, isobmff, jpeg, png, tiff, webp
from chalicelib.imaging.headers.others import reason_to_refuse
from chalicelib.imaging.headers.reading import corrupt, size_of
from chalicelib.imaging.model import (
    MAX_ANIMATION_PIXELS,
    MAX_COEFFICIENT_BYTES,
    MAX_FRAMES,
    MAX_JPEG_PIXELS,
    MAX_PIXELS,
    MAX_SIDE_PX,
    MAX_UPLOAD_BYTES,
    ImageHeader,
    ImageRejected,
    MediaType,
    RejectionReason,
)

_HEAD_BYTES = 256  # enough for every magic number, and for 60 brands of an ISO file


def probe(source: BinaryIO, *, declared: MediaType) -> ImageHeader:
    """Read what the file claims and refuse what can not, or must not, be decoded.

    Reads headers only, whatever the size of the file; multi-scan JPEGs, GIFs and animations are
    walked, not decoded.

    Args:
        source: the whole upload, seekable; its position is not kept.
        declared: the type named by the client when it asked for the upload.
    Returns:
        The header, within every limit of `model`.
    Raises:
        ImageRejected: with the first reason that applies: bytes, type, header, pixels, memory,
            frames.
    """
    size_bytes = size_of(source)
    if size_bytes == 0:
        raise ImageRejected(RejectionReason.EMPTY)
    if size_bytes > MAX_UPLOAD_BYTES:
        raise ImageRejected(RejectionReason.TOO_MANY_BYTES)
    source.seek(0)
    head = source.read(_HEAD_BYTES)
    media_type = _find_type(head)
    if media_type is None:
        raise ImageRejected(reason_to_refuse(head))
    if media_type is not declared:
        raise ImageRejected(RejectionReason.TYPE_MISMATCH)
    header = _read_header(source, media_type)
    _judge(header)
    return header


def _find_type(head: bytes) -> MediaType | None:
    if head.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return MediaType.GIF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return MediaType.WEBP
    if head.startswith((b"II*\0", b"MM\0*")):
        return MediaType.TIFF
    # "BM" alone begins many a text; the two reserved words of a bitmap are zero.
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return MediaType.BMP
    return isobmff.find_type(head)


def _read_header(source: BinaryIO, media_type: MediaType) -> ImageHeader:
    match media_type:
        case MediaType.JPEG:
            return jpeg.read_header(source)
        case MediaType.PNG:
            return png.read_header(source)
        case MediaType.GIF:
            return gif.read_header(source)
        case MediaType.WEBP:
            return webp.read_header(source)
        case MediaType.TIFF:
            return tiff.read_header(source)
        case MediaType.BMP:
            return bmp.read_header(source)
        case MediaType.HEIC | MediaType.AVIF:
            return isobmff.read_header(source, media_type)


def _judge(header: ImageHeader) -> None:
    if header.width_px == 0 or header.height_px == 0:
        raise corrupt()
    max_pixels = MAX_JPEG_PIXELS if header.media_type is MediaType.JPEG else MAX_PIXELS
    if header.pixel_count > max_pixels or max(header.width_px, header.height_px) > MAX_SIDE_PX:
        raise ImageRejected(RejectionReason.TOO_MANY_PIXELS)
    if header.coefficient_bytes > MAX_COEFFICIENT_BYTES:
        raise ImageRejected(RejectionReason.TOO_MUCH_MEMORY)
    if header.frame_count > MAX_FRAMES or (
        header.frame_count > 1 and header.pixel_count * header.frame_count > MAX_ANIMATION_PIXELS
    ):
        raise ImageRejected(RejectionReason.TOO_MANY_FRAMES)
