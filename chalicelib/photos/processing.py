"""Use case: an uploaded original becomes renditions and is destroyed (FD.1).

The order survives a crash after any step: claim → render → store renditions → commit → delete the
original → note it → send the message of the edit that came with the upload. Until the commit
nothing is lost, because the original is there; after it nothing is left, because every later
delivery of the message deletes the original again, and sends what was not sent.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import BinaryIO

from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.ids import Entropy, LeaseId, PhotoId, UserId, uuid7
from chalicelib.keys import original_object, rendition_object, renditions_prefix
from chalicelib.observability import EventLog
from chalicelib.photos.edits.beginning import FirstEdits
from chalicelib.photos.items import photo_from_item
from chalicelib.photos.jobs import JobKind, JobMeter
from chalicelib.photos.keeping.store import ChoiceStore
from chalicelib.photos.model import (
    CHECKSUM_MISMATCH,
    FINISH_TIME,
    LEASE,
    PROCESSING_FAILED,
    RENDER_TIME,
    RENDITION_TYPE,
    TERMINAL,
    TOO_MANY_BYTES,
    Lease,
    Photo,
    PhotoEvent,
    PhotoState,
    Rendition,
    moved,
)
from chalicelib.photos.ports import ImageRefused, ImageRenderer, Rendered
from chalicelib.photos.store import PhotoStore
from chalicelib.retention.model import REFUSED_KEPT, Backstop, photo_expires_at
from chalicelib.storage import ConditionFailed, ObjectMissing, Objects, ObjectTooLarge


class Outcome(StrEnum):
    FINISHED = "finished"
    REPEATED = "repeated"
    """The photo had its end already; its original was deleted once more."""
    GONE = "gone"
    """There is no such photo any more; whatever was left of it was destroyed."""
    NOT_UPLOADED = "not_uploaded"
    """There is no original yet; the event of its upload will come."""
    TAKEN_OVER = "taken_over"
    """Another delivery finishes the photo."""


class PhotoBusy(Exception):
    """Another worker holds the photo; the message must come again, in `retry_after` at the
    earliest.
    """

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("another worker holds the photo")
        self.retry_after = retry_after


class TooLate(Exception):
    """The function's own time would end before a photo's or an edit's did; it must come again."""


def require_time(now: datetime, deadline: datetime) -> None:
    """Begin nothing that we might be killed in: a photo is refused for its own slowness alone.

    What is done in a child may be tried twice.

    Raises:
        TooLate.
    """
    if now + 2 * RENDER_TIME + FINISH_TIME > deadline:
        raise TooLate


class ProcessingService:
    def __init__(
        self,
        *,
        store: PhotoStore,
        originals: Objects,
        renditions: Objects,
        renderer: ImageRenderer,
        first_edits: FirstEdits,
        choices: ChoiceStore,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._store = store
        self._originals = originals
        self._renditions = renditions
        self._renderer = renderer
        self._first_edits = first_edits
        self._choices = choices
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def process(self, user_id: UserId, photo_id: PhotoId, *, within: timedelta) -> Outcome:
        """Bring an uploaded photo to its end. May be called twice, late and in any order.

        Args:
            user_id: whose photo it is.
            photo_id: which of theirs.
            within: how long the calling function may still run.
        Raises:
            PhotoBusy: another worker is at it.
            Exception: our own failure; the lease is given back and the message must come again.
        """
        now = self._clock.now()
        lease = Lease(id=LeaseId(uuid7(now, self._entropy)), until=now + LEASE)
        try:
            photo = self._store.claim(user_id, photo_id, lease, now)
        except ConditionFailed as refusal:
            return self._clean_up(user_id, photo_id, refusal)
        with self._released_on_failure(photo, lease):
            meter = JobMeter(JobKind.UPLOAD, now)
            ended = self._end_of(photo, now, deadline=now + within, meter=meter)
            try:
                first_edit = self._first_edits.begin(ended, lease)
                if first_edit is None:
                    self._store.finish(ended, lease)
            except ConditionFailed as refusal:
                return self._stand_back(user_id, photo_id, refusal)
        if ended.state not in TERMINAL:
            return Outcome.NOT_UPLOADED
        self._delete_original(user_id, photo_id)
        if first_edit:
            self._first_edits.send(first_edit)
        self._log.record(
            f"photo_{ended.state}",
            photo_id=photo_id,
            reason=ended.reason,
            size_bytes=ended.original_bytes,
        )
        meter.record(
            self._log,
            self._clock.now(),
            photo_id=photo_id,
            reason=ended.reason,
            bytes_out=sum(one.size_bytes for one in ended.renditions.values()),
        )
        return Outcome.FINISHED

    def give_up(self, user_id: UserId, photo_id: PhotoId) -> Outcome:
        """End a photo whose every delivery failed, and destroy what there is of it.

        Raises:
            PhotoBusy: a worker is at it after all.
        """
        now = self._clock.now()
        photo = self._store.find(user_id, photo_id)
        if photo is None or (photo.state not in TERMINAL and not photo.is_visible(now)):
            return self._destroy_leftovers(user_id, photo_id)
        failed = replace(
            photo,
            state=PhotoState.FAILED,
            reason=PROCESSING_FAILED,
            expires_at=now + REFUSED_KEPT,
        )
        try:
            self._store.give_up(failed, now)
        except ConditionFailed as refusal:
            return self._clean_up(user_id, photo_id, refusal)
        self._renditions.destroy(renditions_prefix(user_id, photo_id))
        self._delete_original(user_id, photo_id)
        self._log.record("photo_failed", photo_id=photo_id, reason=failed.reason)
        return Outcome.FINISHED

    def _end_of(self, photo: Photo, now: datetime, *, deadline: datetime, meter: JobMeter) -> Photo:
        """Render the photo, or find out why not, and return it in the state that follows."""
        # The file has no name: even a worker that is killed leaves no copy of the original behind.
        with tempfile.TemporaryFile() as source:
            try:
                key = original_object(photo.user_id, photo.id)
                size_bytes = self._originals.fetch(key, source, max_bytes=photo.max_bytes)
                meter.fetched(size_bytes)
                photo = replace(photo, original_bytes=size_bytes)
                _check_sum(source, photo.sha256)
                require_time(self._clock.now(), deadline)
                rendered = self._renderer.render(source, photo.content_type, within=RENDER_TIME)
            except ObjectMissing:
                # An event ahead of its upload, or a forged one: the upload may still come.
                return replace(photo, state=moved(photo.state, PhotoEvent.NOT_UPLOADED))
            except ObjectTooLarge:
                return _refused(photo, TOO_MANY_BYTES, now)
            except ImageRefused as refusal:
                meter.note(refusal)
                return _refused(photo, refusal.code, now)
        meter.note(rendered)
        return replace(
            photo,
            state=moved(photo.state, PhotoEvent.RENDERED),
            expires_at=photo_expires_at(
                photo.created_at, self._choices.find_default(photo.user_id)
            ),
            frame_count=rendered.frame_count,
            renditions=self._put_all(photo, rendered.renditions),
        )

    def _put_all(self, photo: Photo, rendered: tuple[Rendered, ...]) -> Mapping[str, Rendition]:
        def put(one: Rendered) -> None:
            key = rendition_object(photo.user_id, photo.id, one.name)
            # No default of a person's own is longer than six months.
            self._renditions.put(
                key, one.data, content_type=RENDITION_TYPE, backstop=Backstop.SIX_MONTHS
            )

        # Three round trips in the time of one; S3 is waited for, not worked for.
        with ThreadPoolExecutor(max_workers=len(rendered)) as pool:
            for done in [pool.submit(put, one) for one in rendered]:
                done.result()
        return {
            one.name: Rendition(
                width_px=one.width_px, height_px=one.height_px, size_bytes=len(one.data)
            )
            for one in rendered
        }

    def _clean_up(self, user_id: UserId, photo_id: PhotoId, refusal: ConditionFailed) -> Outcome:
        """A photo could not be claimed: finish what its end, or its absence, asks for."""
        now = self._clock.now()
        photo = photo_from_item(user_id, photo_id, refusal.item) if refusal.item else None
        # A finished photo that is past its time is the sweeper's, who knows what is held.
        if photo is None or (photo.state not in TERMINAL and not photo.is_visible(now)):
            return self._destroy_leftovers(user_id, photo_id)
        if photo.state in TERMINAL:
            if photo.state is PhotoState.FAILED:
                self._renditions.destroy(renditions_prefix(user_id, photo_id))
            self._delete_original(user_id, photo_id)
            self._first_edits.send_again(photo)
            return Outcome.REPEATED
        raise PhotoBusy((photo.lease_until or now) - now)

    def _stand_back(self, user_id: UserId, photo_id: PhotoId, refusal: ConditionFailed) -> Outcome:
        """The lease was lost while working. Renditions of the same original are the same bytes, so
        only those of a photo that is gone must go.
        """
        if refusal.item is None or refusal.item["state"] == PhotoState.DELETING:
            return self._destroy_leftovers(user_id, photo_id)
        return Outcome.TAKEN_OVER

    def _destroy_leftovers(self, user_id: UserId, photo_id: PhotoId) -> Outcome:
        self._originals.destroy(original_object(user_id, photo_id))
        self._renditions.destroy(renditions_prefix(user_id, photo_id))
        self._log.record("leftovers_destroyed", photo_id=photo_id)
        return Outcome.GONE

    def _delete_original(self, user_id: UserId, photo_id: PhotoId) -> None:
        self._originals.delete(original_object(user_id, photo_id))
        self._store.note_original_deleted(user_id, photo_id, self._clock.now())

    @contextmanager
    def _released_on_failure(self, photo: Photo, lease: Lease) -> Iterator[None]:
        try:
            yield
        except Exception:
            self._store.release(photo.user_id, photo.id, lease, self._clock.now())
            raise


def _refused(photo: Photo, reason: str, now: datetime) -> Photo:
    state = moved(photo.state, PhotoEvent.REFUSED)
    return replace(photo, state=state, reason=reason, expires_at=now + REFUSED_KEPT)


def _check_sum(source: BinaryIO, expected: bytes | None) -> None:
    """Compare the bytes with the SHA-256 that the client declared, if it did (SE.6)."""
    if expected is None:
        return
    actual = hashlib.file_digest(source, "sha256").digest()  # type: ignore[arg-type]  # a real file
    source.seek(0)
    if actual != expected:
        raise ImageRefused(CHECKSUM_MISMATCH)
