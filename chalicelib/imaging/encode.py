"""Write a picture into a new file: pixels, at most our own colour profile, and nothing else.

Deterministic: the same pixels and wish give the same bytes, on one thread whatever the machine has.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO

from PIL import Image

from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.output import CannotFit, OutputType, OutputWish

JPEG_QUALITY = 82
"""Luma SSIM of a busy photo stays above 0.93, and its preview near a quarter of a megabyte."""

DEFAULT_QUALITY: Mapping[OutputType, int] = {
    OutputType.JPEG: JPEG_QUALITY,
    OutputType.WEBP: 80,
    OutputType.AVIF: 66,
}
"""Alike to the eye: luma SSIM within 0.011 of JPEG's on two 12-megapixel photos at 1080 and 2016 px
(WebP +0.006 and -0.011, AVIF +0.004 and -0.007), in 0.5 to 0.8 of its bytes."""

_LEAST_QUALITY: Mapping[OutputType, int] = {
    OutputType.JPEG: 30,
    OutputType.WEBP: 20,
    OutputType.AVIF: 30,
}
"""Where a search for `max_bytes` gives up: below it, blocks and smears are what one sees."""

_OPTIONS: Mapping[OutputType, Mapping[str, str | int]] = {
    OutputType.JPEG: {"subsampling": "4:2:0"},
    # zlib-ng at 2 takes a quarter of the time of 6, for up to a tenth more bytes of a photo.
    OutputType.PNG: {"compress_level": 2},
    # Slower AVIF and higher WebP methods cost four to twelve times this, for up to 5 % less.
    OutputType.WEBP: {"method": 4},
    OutputType.AVIF: {"speed": 10, "max_threads": 1},
}
_PLUGINS: Mapping[OutputType, str] = {
    OutputType.WEBP: "PIL.WebPImagePlugin",
    OutputType.AVIF: "PIL.AvifImagePlugin",
}


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """One finished file.

    Attributes:
        quality: what was taken, on the encoder's own scale; None where there is none (PNG).
        is_flattened: transparency was laid on white, because the format has none.
    """

    media_type: OutputType
    width_px: int
    height_px: int
    data: bytes
    quality: int | None
    is_flattened: bool = False


def encode(coloured: ColouredImage, wish: OutputWish) -> EncodedImage:
    """Write the picture as wished: with `max_bytes`, at the highest quality found to fit.

    The search halves the range between the format's least and the wished quality, so it encodes at
    most nine times.

    Args:
        coloured: "L", "LA", "RGB" or "RGBA", uint8. Whatever else the image object carries (info,
            comments, frames) does not get out, nor do colours under full transparency.
        wish: see there.
    Raises:
        CannotFit: even the least quality (PNG: the only one) is larger than `max_bytes`.
    """
    has_alpha = coloured.image.mode in ("LA", "RGBA")
    is_flattened = has_alpha and not wish.media_type.keeps_alpha
    image = _bare(coloured.image, is_flattened=is_flattened)

    def write(quality: int | None) -> bytes:
        return _write(image, wish.media_type, quality, icc_profile=coloured.icc_profile)

    quality, data = _search(write, wish)
    return EncodedImage(
        media_type=wish.media_type,
        width_px=image.width,
        height_px=image.height,
        data=data,
        quality=quality,
        is_flattened=is_flattened,
    )


def _search(write: Callable[[int | None], bytes], wish: OutputWish) -> tuple[int | None, bytes]:
    """Find the highest quality that fits; sizes that do not quite follow quality do no harm."""
    default = DEFAULT_QUALITY.get(wish.media_type)
    high = default if wish.quality is None or wish.media_type.is_lossless else wish.quality
    data = write(high)
    if wish.max_bytes is None or len(data) <= wish.max_bytes:
        return high, data
    if high is None:
        raise CannotFit(len(data))
    low = min(high, _LEAST_QUALITY[wish.media_type])
    smallest = data if low == high else write(low)
    if len(smallest) > wish.max_bytes:
        raise CannotFit(len(smallest))
    while high - low > 1:
        middle = (low + high) // 2
        data = write(middle)
        if len(data) <= wish.max_bytes:
            low, smallest = middle, data
        else:
            high = middle
    return low, smallest


def _bare(image: Image.Image, *, is_flattened: bool) -> Image.Image:
    """Return the pixels in an object that was never read from a file."""
    if image.mode in ("LA", "RGBA"):
        alpha = image.getchannel("A")
        if is_flattened:
            bare = Image.new(image.mode.removesuffix("A"), image.size, "white")
            bare.paste(image.convert(bare.mode), mask=alpha)
        else:
            # What lies under full transparency is invisible, but it would be there to be found.
            bare = Image.new(image.mode, image.size)
            bare.paste(image, mask=alpha.point(lambda value: 255 if value else 0))
        return bare
    bare = image if type(image) is Image.Image else image.copy()
    # Encoders write profiles, comments and transparency that they find here.
    bare.info = {}
    return bare


def _write(
    image: Image.Image, media_type: OutputType, quality: int | None, *, icc_profile: bytes | None
) -> bytes:
    # Named one by one: for a format it does not know yet, Pillow would load every plugin it has.
    if media_type in _PLUGINS:
        import_module(_PLUGINS[media_type])
    data = BytesIO()
    image.save(
        data,
        media_type.name,
        icc_profile=icc_profile,
        **_OPTIONS[media_type],
        **({} if quality is None else {"quality": quality}),
    )
    return data.getvalue()
