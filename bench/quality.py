"""How near a rendition is to what could have been: luma SSIM beside a picture made without haste.

The reference is decoded in full, brought to the rendition's colour space and shrunk once with
LANCZOS, never compressed. SSIM is Wang's of 2004 (IEEE Trans. Image Processing 13, 4): windows of
11 pixels, bell-shaped with a deviation of 1.5.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps

_DEVIATION_PX = 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim_of(rendition: Path, photo: Path) -> float:
    """Compare a rendition with its photo: 1 is the same picture."""
    with Image.open(rendition) as image:
        image.load()
        return ssim(image, _reference(photo, image))


def ssim(one: Image.Image, other: Image.Image) -> float:
    """Return the mean structural similarity of brightness."""
    x, y = _light(one), _light(other)
    mean_x, mean_y = _soft(x), _soft(y)
    mean_xx, mean_yy, mean_xy = mean_x * mean_x, mean_y * mean_y, mean_x * mean_y
    spread = _soft(x * x) - mean_xx + _soft(y * y) - mean_yy
    shared = _soft(x * y) - mean_xy
    similar = (mean_xy * 2 + _C1) * (shared * 2 + _C2)
    return float((similar / ((mean_xx + mean_yy + _C1) * (spread + _C2))).avg())


def _reference(photo: Path, like: Image.Image) -> Image.Image:
    with Image.open(photo) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
        theirs = opened.info.get("icc_profile")
    if theirs and not like.info.get("icc_profile"):
        ImageCms.profileToProfile(
            upright, ImageCms.ImageCmsProfile(BytesIO(theirs)), ImageCms.createProfile("sRGB"),
            inPlace=True,
        )  # fmt: skip
    return upright.resize(like.size, Image.Resampling.LANCZOS)


def _light(image: Image.Image) -> Any:
    import pyvips

    grey = image.convert("L")
    return pyvips.Image.new_from_memory(grey.tobytes(), *grey.size, 1, "uchar").cast("double")


def _soft(image: Any) -> Any:
    return image.gaussblur(_DEVIATION_PX, precision="float")
