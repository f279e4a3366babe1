"""Bring a picture into one of the two colour spaces we ship: sRGB, or tagged Display-P3.

Most phone photos are Display-P3. Converting them costs as much as half a render and loses colours
their screens can show, so their pixels are kept; everything else becomes sRGB, which needs no
profile. A profile that cannot be read is ignored: the picture is then taken as sRGB, as browsers
do.
"""

from dataclasses import dataclass
from functools import cache
from io import BytesIO

from PIL import Image, ImageCms

from chalicelib.imaging.profile import display_p3_profile

# CMYK press profiles are 0.5 to 3 MB; a longer one is not worth its parser's risk.
_MAX_PROFILE_BYTES = 4 * 1024 * 1024
# A space is "the same" when no sample moves by more than this, in 1/255. The widespread compact
# Display-P3 profile writes red's Z as 0 rather than -0.001, which moves blue by 4 beside full red
# and nowhere else: not visible. sRGB and Display-P3 differ by 100 and more, sRGB's curve and a
# plain 2.2 gamma by 8 near black.
_TOLERANCE = 5
_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_CmsErrors = (ImageCms.PyCMSError, OSError, ValueError, TypeError)


@dataclass(frozen=True, slots=True)
class ColouredImage:
    """Pixels whose colours are known: "L" or "RGB", uint8; sRGB unless `is_display_p3`."""

    image: Image.Image
    is_display_p3: bool

    @property
    def icc_profile(self) -> bytes | None:
        """The profile to store with these pixels; None says sRGB."""
        return display_p3_profile() if self.is_display_p3 else None


def standardise(
    image: Image.Image, *, icc_profile: bytes | None, has_p3_code: bool
) -> ColouredImage:
    """Return the picture in sRGB or Display-P3.

    Args:
        image: "L", "RGB" or "CMYK", uint8. Best already small: a conversion costs 20 ns a pixel.
        icc_profile: as embedded by an unknown hand; wins over the code point.
        has_p3_code: the file says Display-P3 without a profile.
    """
    try:
        if icc_profile and len(icc_profile) <= _MAX_PROFILE_BYTES:
            return _standardise_by_profile(image, icc_profile)
    except _CmsErrors:
        pass  # a broken profile must not cost the user the photo
    return ColouredImage(_without_profile(image), is_display_p3=has_p3_code and image.mode == "RGB")


def to_srgb(coloured: ColouredImage) -> Image.Image:
    """Return the pixels in sRGB, for renditions too small to be worth a profile."""
    if not coloured.is_display_p3:
        return coloured.image
    return _applied(coloured.image, _p3_to_srgb())


def _standardise_by_profile(image: Image.Image, icc_profile: bytes) -> ColouredImage:
    profile = ImageCms.ImageCmsProfile(BytesIO(icc_profile))
    mode = _MODES.get(profile.profile.xcolor_space.strip())
    if mode == "RGB" and image.mode == "L":
        image = image.convert("RGB")
    if mode != image.mode:
        return ColouredImage(_without_profile(image), is_display_p3=False)
    if mode == "RGB":
        if _is_same_space(profile, _p3()):
            return ColouredImage(image, is_display_p3=True)
        if _is_same_space(profile, _srgb()):
            return ColouredImage(image, is_display_p3=False)
    transform = ImageCms.buildTransform(profile, _srgb(), mode, "RGB")
    return ColouredImage(_applied(image, transform), is_display_p3=False)


def _without_profile(image: Image.Image) -> Image.Image:
    return image.convert("RGB") if image.mode == "CMYK" else image


def _applied(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    converted = ImageCms.applyTransform(image, transform)
    if converted is None:  # only when converting in place
        raise ImageCms.PyCMSError("no picture came back")
    return converted


def _is_same_space(profile: ImageCms.ImageCmsProfile, known: ImageCms.ImageCmsProfile) -> bool:
    """Tell whether colours go through unchanged, however the profile is written."""
    samples = _samples()
    # Unoptimised transforms are built five times faster, and 216 pixels need no speed.
    transform = ImageCms.buildTransform(
        profile, known, "RGB", "RGB", flags=ImageCms.Flags.NOOPTIMIZE
    )
    moved = _applied(samples, transform).tobytes()
    return max(abs(a - b) for a, b in zip(moved, samples.tobytes(), strict=True)) <= _TOLERANCE


@cache
def _samples() -> Image.Image:
    steps = (0, 10, 40, 110, 190, 255)
    pixels = bytes(
        value for red in steps for green in steps for blue in steps for value in (red, green, blue)
    )
    return Image.frombytes("RGB", (len(pixels) // 3, 1), pixels)


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@cache
def _p3() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(BytesIO(display_p3_profile()))


@cache
def _p3_to_srgb() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(_p3(), _srgb(), "RGB", "RGB")
