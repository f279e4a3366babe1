"""Use case: permission to upload. The row exists before the permission does (crash window 1)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.clock import Clock
from chalicelib.errors import Conflict
from chalicelib.ids import Entropy, PhotoId, UserId, uuid7
from chalicelib.keys import original_object
from chalicelib.observability import EventLog
from chalicelib.photos.guest_store import marking_guest
from chalicelib.photos.model import (
    UPLOAD_LIFETIME,
    Limits,
    Photo,
    PhotoState,
    UploadRequest,
    allowance_of,
)
from chalicelib.photos.store import PhotoStore
from chalicelib.privacy.ports import Consents, Purpose
from chalicelib.retention.model import UPLOAD_WAIT
from chalicelib.storage import Objects, UploadForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One granted photo; `form` is None when a repeat finds the photo uploaded already."""

    photo: Photo
    form: UploadForm | None
    form_expires_at: datetime


class GrantingService:
    def __init__(
        self,
        *,
        store: PhotoStore,
        originals: Objects,
        consents: Consents,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._store = store
        self._originals = originals
        self._consents = consents
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def grant_uploads(
        self,
        user_id: UserId,
        requests: Sequence[UploadRequest],
        *,
        idempotency_key: str,
        guest_until: datetime | None = None,
    ) -> tuple[Upload, ...]:
        """Reserve photos and sign one upload form for each; one call to the database.

        The same key with the same requests gives the same photos, with their forms signed anew. A
        photo's first edit counts towards the day at once.

        Args:
            guest_until: when the user ends, for a guest; they may upload less.
        Raises:
            ConsentRequired: a photo comes from the camera, and the person did not agree to that.
            IdempotencyKeyReused: the key came before with other requests.
            QuotaExceeded: the user's day is full; nothing was reserved.
            Conflict: a photo of the earlier grant was deleted since.
        """
        if any(request.from_camera for request in requests):
            self._consents.demand(user_id, Purpose.CAMERA_UPLOAD)
        now = self._clock.now()
        photos = tuple(self._draw_photo(user_id, request, now) for request in requests)
        earlier = self._store.put_grant(
            user_id,
            photos,
            idempotency_key=idempotency_key,
            fingerprint=_fingerprint(requests),
            allowance=allowance_of(guest_until),
            also=[marking_guest(user_id, guest_until)] if guest_until else [],
            now=now,
        )
        if earlier is None:
            self._log.record("uploads_granted", count=len(photos))
        else:
            photos = tuple(self._get_granted(user_id, photo_id, now) for photo_id in earlier)
        return tuple(self._sign(photo, now) for photo in photos)

    def get_limits(self, user_id: UserId, guest_until: datetime | None = None) -> Limits:
        """Return what the user may upload, and what was granted today (Asia/Shanghai)."""
        used = self._store.get_usage(user_id, self._clock.now())
        allowance = allowance_of(guest_until)
        return Limits(
            used_photos=used.photos,
            used_bytes=used.size_bytes,
            photos_per_day=allowance.photos_per_day,
            bytes_per_day=allowance.bytes_per_day,
        )

    def _draw_photo(self, user_id: UserId, request: UploadRequest, now: datetime) -> Photo:
        return Photo(
            user_id=user_id,
            id=PhotoId(uuid7(now, self._entropy)),
            state=PhotoState.AWAITING_UPLOAD,
            content_type=request.content_type,
            max_bytes=request.size_bytes,
            sha256=request.sha256,
            first_edit=request.first_edit,
            created_at=now,
            expires_at=now + UPLOAD_WAIT,
        )

    def _get_granted(self, user_id: UserId, photo_id: PhotoId, now: datetime) -> Photo:
        photo = self._store.find(user_id, photo_id)
        if photo is None or not photo.is_visible(now):
            raise Conflict("A photo of this grant was deleted; use a new Idempotency-Key.")
        return photo

    def _sign(self, photo: Photo, now: datetime) -> Upload:
        expires_at = now + UPLOAD_LIFETIME
        if photo.state is not PhotoState.AWAITING_UPLOAD:
            return Upload(photo=photo, form=None, form_expires_at=expires_at)
        form = self._originals.presign_upload(
            original_object(photo.user_id, photo.id),
            content_type=photo.content_type,
            max_bytes=photo.max_bytes,
            sha256=photo.sha256,
            lifetime=UPLOAD_LIFETIME,
        )
        return Upload(photo=photo, form=form, form_expires_at=expires_at)


def _fingerprint(requests: Sequence[UploadRequest]) -> str:
    """Return a digest of what was asked, to tell a repeat from another request."""
    lines = "\n".join(_line(request) for request in requests)
    return hashlib.sha256(lines.encode()).hexdigest()


def _line(request: UploadRequest) -> str:
    line = f"{request.content_type} {request.size_bytes} {(request.sha256 or b'').hex()}"
    edit = request.first_edit
    if edit is None:
        return line
    output = edit.output
    asked = f"{edit.recipe_hash} {output.media_type} {output.quality} {output.max_bytes}"
    return f"{line} {asked}"
