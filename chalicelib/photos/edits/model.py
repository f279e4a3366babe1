"""Rules of edits: states, limits, what is kept. No I/O.

An edit is made from the photo's own `full` rendition and from nothing older: the original is gone
(FD.1). It belongs to its photo and ends with it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field

from chalicelib.ids import EditId, PhotoId, UserId
from chalicelib.photos.model import PROCESSING_FAILED, Photo, PhotoState, Rendition
from chalicelib.photos.ports import Output
from chalicelib.retention.schedule import EDIT_MESSAGES, REQUESTS

EDITS_KEPT = 10
"""Edits of one photo that can be gone back to; the oldest makes room for the eleventh."""
EDITS_PER_DAY = 500
EDIT_WAIT = EDIT_MESSAGES.period
"""An edit that is not made by then never will be: its message was lost, or nobody still waits."""
REQUEST_REMEMBERED = REQUESTS.period
CREDITS_WAIT = EDIT_WAIT + timedelta(minutes=10)
"""Credits of an edit that nobody made go back then: no worker can still be at it."""

PHOTO_GONE = "photo_gone"
EDIT_REASON_TITLES: Mapping[str, str] = {
    "cannot_fit": "The result does not fit into that many bytes",
    "corrupt": "The photo could not be read",
    "too_much_memory": "The edit needs more memory than there is",
    "too_much_time": "The edit takes too long to make",
    PHOTO_GONE: "A photo that the edit needs is gone",
    PROCESSING_FAILED: "The edit could not be made; please try again",
}
"""Why an edit ended `rejected` or `failed`: a stable code and a sentence for people."""

EXTENSIONS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
}


class EditState(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    REJECTED = "rejected"
    FAILED = "failed"


class EditEvent(StrEnum):
    CLAIMED = "claimed"
    RENDERED = "rendered"
    REFUSED = "refused"
    GIVEN_UP = "given_up"


EDIT_TRANSITIONS: Mapping[tuple[EditState, EditEvent], EditState] = {
    (EditState.QUEUED, EditEvent.CLAIMED): EditState.PROCESSING,
    (EditState.PROCESSING, EditEvent.CLAIMED): EditState.PROCESSING,
    (EditState.PROCESSING, EditEvent.RENDERED): EditState.READY,
    (EditState.PROCESSING, EditEvent.REFUSED): EditState.REJECTED,
    (EditState.QUEUED, EditEvent.GIVEN_UP): EditState.FAILED,
    (EditState.PROCESSING, EditEvent.GIVEN_UP): EditState.FAILED,
}
"""Every legal move. A PROCESSING edit is claimed or given up only when its lease is over."""

ENDED = frozenset({EditState.READY, EditState.REJECTED, EditState.FAILED})


def edit_moved(state: EditState, event: EditEvent) -> EditState:
    """Return the state after an event; an illegal move is a KeyError, as no caller may try one."""
    return EDIT_TRANSITIONS[state, event]


class OutputWish(Struct, frozen=True, kw_only=True):
    """How a client would like the result; the first of type and accept that is there decides."""

    media_type: str | None = None
    accept: str | None = None
    quality: int | None = None
    max_bytes: int | None = None


class EditJob(Struct, frozen=True, kw_only=True):
    """Names one edit to a worker; what is to be done stands in the edit's row."""

    user_id: UserId
    photo_id: PhotoId
    edit_id: EditId


class Edit(Struct, frozen=True, kw_only=True):
    """What was asked of a photo, and what became of it.

    Attributes:
        recipe: canonical JSON; `recipe_hash` is its SHA-256, in hex.
        sources: other photos of the same person that the recipe uses.
        credits: what it costs; they are spent once it is ready, and go back at any other end.
        give_up_at: when it counts as failed, if it is not made by then.
        expires_at: with its photo, or with the first of its sources.
        engine: which version of ours made it; the same recipe, photo and engine give the same
            bytes.
        media_type, quality: what the pictures are, after it is made.
    """

    user_id: UserId
    photo_id: PhotoId
    id: EditId
    state: EditState
    recipe: str
    recipe_hash: str
    sources: tuple[PhotoId, ...]
    output: Output
    created_at: datetime
    give_up_at: datetime
    expires_at: datetime
    credits: int = 0
    lease_until: datetime | None = None
    reason: str | None = None
    engine: str | None = None
    media_type: str | None = None
    quality: int | None = None
    renditions: Mapping[str, Rendition] = field(default_factory=dict)

    @property
    def job(self) -> EditJob:
        return EditJob(user_id=self.user_id, photo_id=self.photo_id, edit_id=self.id)

    def state_at(self, now: datetime) -> EditState:
        """What its owner is told: past its time, an edit that was not made has failed."""
        is_late = self.state not in ENDED and now >= self.give_up_at
        return EditState.FAILED if is_late else self.state

    def reason_at(self, now: datetime) -> str | None:
        is_late = self.state_at(now) is not self.state
        return PROCESSING_FAILED if is_late else self.reason


def is_editable(photo: Photo | None, now: datetime) -> bool:
    return photo is not None and photo.state is PhotoState.READY and photo.is_visible(now)


def kept_with(photo: Photo, edit_id: EditId) -> tuple[EditId, ...]:
    """Return the edits that a photo keeps when one more is asked for, oldest first.

    The one that is shown, or is to be shown, is not taken away to make room.
    """
    held = {photo.wanted_edit, photo.current_edit.id if photo.current_edit else None}
    surplus = len(photo.edits) + 1 - EDITS_KEPT
    dropped = [one for one in photo.edits if one not in held][: max(0, surplus)]
    return (*(one for one in photo.edits if one not in dropped), edit_id)
