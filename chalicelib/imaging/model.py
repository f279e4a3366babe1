"""The words and numbers of imaging: accepted types, limits, refusals and what comes out.

Pure values. Knows no decoder, so the API may import it without paying for one.
"""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.imaging.usage import Usage

MAX_UPLOAD_BYTES = 50 * 1024 * 1024

MAX_JPEG_PIXELS = 120_000_000
"""JPEG decodes at 1/2, 1/4 or 1/8 size: the largest phone sensors (108 MP) fit in little memory."""

MAX_PIXELS = 50_000_000
"""For formats without a scaled decode: 4 bytes a pixel in Pillow, plus the codec's own copy.

Peak memory measured at this limit: GIF 270 MB, HEIC 410, PNG with alpha 460, AVIF 470, WebP with
alpha 850.
"""

MAX_SIDE_PX = 30_000
"""Phone panoramas reach about 16,000 px; a longer line is a mistake or an attack."""

MAX_COEFFICIENT_BYTES = 512 * 1024 * 1024
"""Progressive and multi-scan JPEGs hold every DCT coefficient (2 bytes each) until the last scan.

Counted exactly from the header; above it is too much memory. It lets 120 megapixels pass at 4:2:0
(360 MB) and 89 at 4:4:4, well inside the worker's 1769 MB.
"""

MAX_SCANS = 64
"""A scan costs a pass over all coefficients yet may be 150 bytes long; encoders write about 10."""

MAX_FRAMES = 1_000
MAX_ANIMATION_PIXELS = 500_000_000
"""Canvas times frames. Only the first frame is used, but a bomb is not a photo."""


FULL_PX = 2048
"""The longest side that a photo has here, edited or not."""


class MediaType(StrEnum):
    """The accepted types, as a client declares them. HEIC covers every HEVC-coded HEIF brand."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"
    HEIC = "image/heic"
    AVIF = "image/avif"
    TIFF = "image/tiff"
    BMP = "image/bmp"


class RejectionReason(StrEnum):
    """Why a file can never become a photo here. Stable: clients show words chosen by it."""

    UNSUPPORTED_TYPE = "unsupported_type"
    IS_VIDEO = "is_video"
    IS_DOCUMENT = "is_document"
    IS_JPEG_XL = "is_jpeg_xl"
    TYPE_MISMATCH = "type_mismatch"
    EMPTY = "empty"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_FRAMES = "too_many_frames"
    TOO_MUCH_MEMORY = "too_much_memory"
    TOO_MUCH_TIME = "too_much_time"
    CORRUPT = "corrupt"


class ImageRejected(Exception):
    """The file itself is refused; trying again cannot help. Carries no byte of the file.

    Attributes:
        usage: what it took to find out; None if its header was enough.
    """

    def __init__(self, reason: RejectionReason, usage: Usage | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.usage = usage


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """What a file claims, read without decoding.

    Attributes:
        width_px: stored width, before orientation is applied; so is `height_px`.
        frame_count: 1 for a still picture.
        coefficient_bytes: memory a JPEG decoder must hold at once; 0 when it works row by row.
        has_p3_code: Display-P3 is declared by code point (ITU-T H.273) rather than by a profile.
        profile_at: where a colour profile stands that the decoder does not hand over (GIF, BMP);
            0 for none.
    """

    media_type: MediaType
    width_px: int
    height_px: int
    frame_count: int = 1
    coefficient_bytes: int = 0
    has_p3_code: bool = False
    profile_at: int = 0

    @property
    def pixel_count(self) -> int:
        """Pixels of one frame."""
        return self.width_px * self.height_px


@dataclass(frozen=True, slots=True)
class Rendition:
    """One picture of the ladder: JPEG bytes, upright, without metadata.

    Attributes:
        name: `full`, `preview` or `thumb`.
    """

    name: str
    width_px: int
    height_px: int
    data: bytes
