"""Get pixels out of an untrusted file, once, at the smallest size that serves every rendition.

Decoders are named one by one by the type that the header proved: Pillow never guesses, so its
readers for EPS, PDF, WMF and the rest are never loaded. What a decoder throws at hostile bytes
becomes one refusal; running out of memory stays what it is, since that is our limit and not the
file's fault.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO

from PIL import ExifTags, Image, ImageFile

from chalicelib.imaging.headers import bmp, gif
from chalicelib.imaging.model import ImageHeader, ImageRejected, MediaType, RejectionReason

_READERS: Mapping[MediaType, tuple[str, str]] = {
    # Not through Image.open: its factory would parse the second picture of an MPO, which is never
    # shown.
    MediaType.JPEG: ("PIL.JpegImagePlugin", "JpegImageFile"),
    MediaType.PNG: ("PIL.PngImagePlugin", "PngImageFile"),
    MediaType.WEBP: ("PIL.WebPImagePlugin", "WebPImageFile"),
    MediaType.GIF: ("PIL.GifImagePlugin", "GifImageFile"),
    MediaType.AVIF: ("PIL.AvifImagePlugin", "AvifImageFile"),
    MediaType.TIFF: ("PIL.TiffImagePlugin", "TiffImageFile"),
    MediaType.BMP: ("PIL.BmpImagePlugin", "BmpImageFile"),
    # 14 MB of shared libraries: only the process that meets a HEIC pays for them.
    MediaType.HEIC: ("pillow_heif", "HeifImageFile"),
}
_SCALES = (8, 4, 2)  # what a JPEG decoder can divide by while it decodes
_NEAR_ENOUGH = 0.95
_UPRIGHT = 1


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """What one decode yields.

    Attributes:
        image: "L", "RGB" or "CMYK", uint8, transparency on white, not yet upright, colours as
            stored.
        icc_profile: as embedded, unchecked; None if there is none.
        orientation: EXIF value 1 to 8 that still has to be applied.
    """

    image: Image.Image
    icc_profile: bytes | None
    orientation: int


def decode(source: BinaryIO, header: ImageHeader, *, long_side_px: int) -> DecodedImage:
    """Decode the first frame, reduced by 1, 2, 4 or 8 towards `long_side_px`.

    The reduction is the largest that leaves at least 95 % of `long_side_px`: a 4032 px photo comes
    out at 2016, in a fifth of the time a resize to 2048 takes and without visible loss.

    Raises:
        ImageRejected: corrupt.
    """
    try:
        source.seek(0)
        opened = load_decoder(header.media_type)(source)
        _require_agreement(opened, header)
        scale = _scale_towards(long_side_px, max(opened.size))
        if header.media_type is MediaType.JPEG:
            opened.draft(None, (max(1, opened.width // scale), max(1, opened.height // scale)))
            scale = 1
        opened.load()
        profile = opened.info.get("icc_profile") or _read_profile(source, header)
        orientation = _read_orientation(opened)
        image = _opaque(opened)
    except (ImageRejected, MemoryError):
        raise
    except Exception:
        # `from None`: a decoder's message may quote the file.
        raise ImageRejected(RejectionReason.CORRUPT) from None
    return DecodedImage(
        image=image.reduce(scale) if scale > 1 else image,
        icc_profile=profile if isinstance(profile, bytes) else None,
        orientation=orientation,
    )


def load_decoder(media_type: MediaType) -> Callable[[BinaryIO], ImageFile.ImageFile]:
    """Import the one reader that a type needs; costs nothing the second time.

    The decoders with threads of their own are told to use one: that is what a function of 1769 MB
    has, and each thread more is memory.
    """
    module_name, reader_name = _READERS[media_type]
    module = import_module(module_name)
    if media_type is MediaType.AVIF:
        from PIL import AvifImagePlugin

        AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    elif media_type is MediaType.HEIC:
        module.options.DECODE_THREADS = 1
    reader: Callable[[BinaryIO], ImageFile.ImageFile] = getattr(module, reader_name)
    return reader


def _read_profile(source: BinaryIO, header: ImageHeader) -> bytes | None:
    """Read a profile that the decoder passes over."""
    if not header.profile_at:
        return None
    try:
        if header.media_type is MediaType.BMP:
            return bmp.read_profile(source, header.profile_at)
        return gif.read_profile(source, header.profile_at)
    except ImageRejected:
        return None  # a broken profile must not cost the user the photo


def _require_agreement(opened: ImageFile.ImageFile, header: ImageHeader) -> None:
    """Refuse a file that showed the judge a smaller picture than it shows the decoder."""
    if opened.width * opened.height > header.pixel_count:
        raise ImageRejected(RejectionReason.CORRUPT)


def _scale_towards(target_px: int, long_side_px: int) -> int:
    return next((s for s in _SCALES if long_side_px >= s * _NEAR_ENOUGH * target_px), 1)


def _read_orientation(opened: ImageFile.ImageFile) -> int:
    try:
        value = opened.getexif().get(ExifTags.Base.Orientation, _UPRIGHT)
    except (
        Exception
    ):  # metadata is thrown away anyway: unreadable EXIF is no reason to refuse a photo
        return _UPRIGHT
    return value if isinstance(value, int) and 1 <= value <= 8 else _UPRIGHT


def _opaque(image: Image.Image) -> Image.Image:
    """Return "L", "RGB" or "CMYK": 8 bits, no palette, transparency laid on white."""
    if image.mode.startswith("I"):
        # 16-bit grey; convert("L") alone would clip at 255.
        return image.point(lambda value: value * (1 / 257)).convert("L")
    if image.mode == "LA":
        return _on_white(image, mode="L")
    if image.has_transparency_data:
        # convert() would copy what is RGBA already: 200 MB at 50 megapixels.
        rgba = image if image.mode == "RGBA" else image.convert("RGBA")
        return _on_white(rgba, mode="RGB")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _on_white(image: Image.Image, *, mode: str) -> Image.Image:
    canvas = Image.new(mode, image.size, "white")
    canvas.paste(image, mask=image.getchannel("A"))
    return canvas
