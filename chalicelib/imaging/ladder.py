"""Render the three pictures of a photo: upright, without metadata, colours right.

One decode serves all three, each made from the one before. The recipe was chosen by measurement
(see `make bench`): the scalar resampler, not JPEG, is what costs, so it never sees the full picture
when the decoder can scale by itself.
"""

import warnings
from dataclasses import replace
from typing import BinaryIO

from PIL import Image

from chalicelib.imaging.colour import ColouredImage, standardise, to_srgb
from chalicelib.imaging.decode import decode
from chalicelib.imaging.encode import encode
from chalicelib.imaging.model import FULL_PX, ImageHeader, Rendition
from chalicelib.imaging.output import OutputType, OutputWish

PREVIEW_PX = 1080
THUMB_PX = 320

_QUALITY = {"preview": 83, "thumb": 84}
"""At 82 a preview out of a DCT scale is 0.004 SSIM below libvips' at 82, and 4 % smaller; at 83 it
is level, and as large. Full is encode.py's."""

_THUMB_GAP = 1.5
"""Takes half the time, 4 % of all; at quality 84 its SSIM is level again, for a kilobyte more."""

# EXIF 2.32 section 4.6.4, tag 274: what to do to the stored pixels.
_TO_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def render(source: BinaryIO, header: ImageHeader) -> tuple[Rendition, ...]:
    """Render full, preview and thumb, in this order, from a file that `probe` let pass.

    Deterministic: the same bytes in give the same bytes out. Nothing is enlarged: a small picture
        gives equal sizes. Full is at most 2048 px on its long side and may be 5 % smaller when the
        decoder scales there by itself. Full and preview of a Display-P3 photo stay Display-P3 and
        carry our canonical profile; all else is sRGB.

    Args:
        source: the whole upload, seekable.
        header: what `probe` said about this same file.
    Returns:
        Baseline JPEGs, 4:2:0, without EXIF, XMP, IPTC, comments or the input's profile.
    Raises:
        ImageRejected: corrupt, when the pixels turn out truncated or undecodable.
    """
    with warnings.catch_warnings():
        # Pillow warns about odd metadata; it goes nowhere, and the header was judged already.
        warnings.simplefilter("ignore")
        decoded = decode(source, header, long_side_px=FULL_PX)
    full = standardise(
        fitted(decoded.image, FULL_PX),
        icc_profile=decoded.icc_profile,
        has_p3_code=header.has_p3_code,
    )
    if decoded.orientation in _TO_UPRIGHT:
        # After the resize: it moves a quarter of the pixels it would have moved before.
        full = replace(full, image=full.image.transpose(_TO_UPRIGHT[decoded.orientation]))
    del decoded
    preview = replace(full, image=fitted(full.image, PREVIEW_PX))
    thumb = replace(preview, image=fitted(preview.image, THUMB_PX, gap=_THUMB_GAP))
    return (
        _encode("full", full),
        _encode("preview", preview),
        _encode("thumb", ColouredImage(to_srgb(thumb), is_display_p3=False)),
    )


def fitted(image: Image.Image, long_side_px: int, gap: float | None = None) -> Image.Image:
    """Shrink to the long side, keeping the shape; return the image itself when it fits.

    Args:
        gap: whole pixels are averaged as long as the result is this much too large, which is
            quicker; None resamples all the way.
    """
    ratio = long_side_px / max(image.size)
    if ratio >= 1:
        return image
    size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=gap)


def _encode(name: str, coloured: ColouredImage) -> Rendition:
    wish = OutputWish(media_type=OutputType.JPEG, quality=_QUALITY.get(name))
    written = encode(coloured, wish)
    return Rendition(name, written.width_px, written.height_px, written.data)
