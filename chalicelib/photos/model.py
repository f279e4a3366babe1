"""Rules of photos: states, limits, quotas. No I/O."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field

from chalicelib.ids import EditId, LeaseId, PhotoId, UserId
from chalicelib.photos.ports import Output
from chalicelib.retention.schedule import REQUESTS

ACCEPTED_TYPES = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "image/heic",
    "image/avif",
    "image/tiff",
    "image/bmp",
)
RENDITION_TYPE = "image/jpeg"
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
MAX_BATCH = 50
"""Photos in one grant: with the quota and the grant's own row, half of a transaction's 100 writes.
"""
MAX_DELETED_AT_ONCE = 25
"""Photos one deletion request destroys: about nine calls each must end within the API's 29 seconds.
"""
MAX_MOVED_AT_ONCE = 20
"""Photos of a guest one request brings to an account: about 15 calls each, within the same 29
seconds.
"""
UPLOAD_LIFETIME = timedelta(minutes=10)
DOWNLOAD_LIFETIME = timedelta(minutes=5)
GRANT_REMEMBERED = REQUESTS.period
LEASE = timedelta(seconds=90)
"""Longer than the worker function may live (60 s), so a lease that is over has no worker behind it.
"""
MAX_WAIT = timedelta(seconds=20)
"""Longest poll: it must end before API Gateway gives up at 29 seconds."""
RENDER_TIME = timedelta(seconds=15)
"""What one photo may take to decode and render, or to edit; the largest accepted ones take 5 s, the
heaviest recipe 8.
"""
FINISH_TIME = timedelta(seconds=15)
"""Left of a function's time after a photo was rendered, to store it and to delete its original."""


class Allowance(Struct, frozen=True, kw_only=True):
    """What one account may be granted on one day (Asia/Shanghai)."""

    photos_per_day: int
    bytes_per_day: int


REGISTERED_ALLOWANCE = Allowance(photos_per_day=500, bytes_per_day=5 * 1024**3)
GUEST_ALLOWANCE = Allowance(photos_per_day=30, bytes_per_day=500 * 1024**2)
"""Enough to try everything with an afternoon's photos of 8 MB or so; a guest costs nothing to open.
"""


def allowance_of(guest_until: datetime | None) -> Allowance:
    return GUEST_ALLOWANCE if guest_until else REGISTERED_ALLOWANCE


class PhotoState(StrEnum):
    AWAITING_UPLOAD = "awaiting_upload"
    PROCESSING = "processing"
    READY = "ready"
    REJECTED = "rejected"
    FAILED = "failed"
    DELETING = "deleting"


class PhotoEvent(StrEnum):
    CLAIMED = "claimed"
    RENDERED = "rendered"
    REFUSED = "refused"
    NOT_UPLOADED = "not_uploaded"
    GIVEN_UP = "given_up"
    DELETION = "deletion"


TRANSITIONS: Mapping[tuple[PhotoState, PhotoEvent], PhotoState] = {
    (PhotoState.AWAITING_UPLOAD, PhotoEvent.CLAIMED): PhotoState.PROCESSING,
    (PhotoState.PROCESSING, PhotoEvent.CLAIMED): PhotoState.PROCESSING,
    (PhotoState.PROCESSING, PhotoEvent.RENDERED): PhotoState.READY,
    (PhotoState.PROCESSING, PhotoEvent.REFUSED): PhotoState.REJECTED,
    (PhotoState.PROCESSING, PhotoEvent.NOT_UPLOADED): PhotoState.AWAITING_UPLOAD,
    (PhotoState.AWAITING_UPLOAD, PhotoEvent.GIVEN_UP): PhotoState.FAILED,
    (PhotoState.PROCESSING, PhotoEvent.GIVEN_UP): PhotoState.FAILED,
    **{(state, PhotoEvent.DELETION): PhotoState.DELETING for state in PhotoState},
}
"""Every legal move. A PROCESSING photo is claimed or given up only when its lease is over."""

TERMINAL = frozenset({PhotoState.READY, PhotoState.REJECTED, PhotoState.FAILED})


def moved(state: PhotoState, event: PhotoEvent) -> PhotoState:
    """Return the state after an event; an illegal move is a KeyError, because no caller may try
    one.
    """
    return TRANSITIONS[state, event]


CHECKSUM_MISMATCH = "checksum_mismatch"
TOO_MANY_BYTES = "too_many_bytes"
PROCESSING_FAILED = "processing_failed"

REASON_TITLES: Mapping[str, str] = {
    "unsupported_type": "This kind of file is not a photo that can be edited here",
    "is_video": "This is a video, not a photo",
    "is_document": "This is a document or a drawing, not a photo",
    "is_jpeg_xl": "JPEG XL cannot be read here yet",
    "type_mismatch": "The file is not of the type it was sent as",
    "empty": "The file is empty",
    TOO_MANY_BYTES: "The file has more than 50 MiB",
    "too_many_pixels": "The photo has too many pixels",
    "too_many_frames": "The animation is too long",
    "too_much_memory": "The photo needs more memory than there is",
    "too_much_time": "The photo takes too long to process",
    "corrupt": "The file is damaged",
    CHECKSUM_MISMATCH: "The file changed on its way here",
    PROCESSING_FAILED: "The photo could not be processed; please upload it again",
}
"""Why a photo ended `rejected` or `failed`: a stable code and a sentence for people."""


class FirstEdit(Struct, frozen=True, kw_only=True):
    """The edit that a photo shall have as soon as it is ready, as judged when it was asked for.

    Attributes:
        recipe: canonical JSON that needs no other photo; `recipe_hash` is its SHA-256, in hex.
    """

    recipe: str
    recipe_hash: str
    output: Output


class UploadRequest(Struct, frozen=True, kw_only=True):
    content_type: str
    size_bytes: int
    sha256: bytes | None
    first_edit: FirstEdit | None = None
    from_camera: bool = False
    """Taken by the app with the camera, and not chosen from the person's own library (2.2)."""


class Rendition(Struct, frozen=True, kw_only=True):
    width_px: int
    height_px: int
    size_bytes: int


class CurrentEdit(Struct, frozen=True, kw_only=True):
    """The edit as which a photo is shown."""

    id: EditId
    media_type: str
    expires_at: datetime
    renditions: Mapping[str, Rendition]


class Photo(Struct, frozen=True, kw_only=True):
    user_id: UserId
    id: PhotoId
    state: PhotoState
    content_type: str
    max_bytes: int
    sha256: bytes | None
    created_at: datetime
    expires_at: datetime
    lease_until: datetime | None = None
    reason: str | None = None
    original_bytes: int | None = None
    frame_count: int | None = None
    original_deleted_at: datetime | None = None
    renditions: Mapping[str, Rendition] = field(default_factory=dict)
    moving_to: UserId | None = None
    """The account that gets this photo of a guest; its row there exists, or its owner deleted it.
    """
    first_edit: FirstEdit | None = None
    """Waits for the photo to be ready; at its end, whichever it is, this goes."""
    edits: tuple[EditId, ...] = ()
    """Oldest first; whatever edit is not named here is gone."""
    edits_version: int = 0
    """Counts the changes of `edits` and of what is shown; each change names the one before."""
    wanted_edit: EditId | None = None
    """What its owner chose or asked for last; shown as soon as it is ready."""
    current_edit: CurrentEdit | None = None
    deletion_wanted_at: datetime | None = None
    """When its owner asked to delete it and a hold kept it; it goes with the hold."""

    def shown_edit(self, now: datetime) -> CurrentEdit | None:
        """The edit to show; None for the photo as it was uploaded."""
        edit = self.current_edit
        return edit if edit and now < edit.expires_at else None

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will happen by itself: the end is there, the original gone."""
        return self.state in TERMINAL and self.original_deleted_at is not None

    def is_visible(self, now: datetime) -> bool:
        """Whether its owner can still see it: past `expires_at` it is gone, swept or not (FD.4)."""
        return self.state is not PhotoState.DELETING and now < self.expires_at


class Lease(Struct, frozen=True, kw_only=True):
    """A worker's right to finish a photo; whoever holds a later one has taken it over."""

    id: LeaseId
    until: datetime


class Usage(Struct, frozen=True, kw_only=True):
    """What a user has been granted on one day (Asia/Shanghai)."""

    photos: int = 0
    size_bytes: int = 0
    edits: int = 0


class Limits(Struct, frozen=True, kw_only=True):
    """What a user may upload, beside what they were granted today."""

    used_photos: int
    used_bytes: int
    photos_per_day: int
    bytes_per_day: int
    max_upload_bytes: int = MAX_UPLOAD_BYTES
    accepted_types: tuple[str, ...] = ACCEPTED_TYPES


class Destroyed(Struct, frozen=True, kw_only=True):
    """What a deletion removed for good."""

    photos: int = 0
    objects: int = 0
    size_bytes: int = 0
    held: int = 0
    """Photos that should have gone and are kept by a hold."""

    def __add__(self, other: "Destroyed") -> "Destroyed":
        return Destroyed(
            photos=self.photos + other.photos,
            objects=self.objects + other.objects,
            size_bytes=self.size_bytes + other.size_bytes,
            held=self.held + other.held,
        )
