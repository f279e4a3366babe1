"""Use case: an edit that was asked for is made from the stored photo.

The order survives a crash after any step: claim → fetch → edit → store the pictures → commit →
clear away what made room. Until the commit nobody is shown anything new, and the next delivery
writes the same bytes under the same keys; a worker that lost its edit, or finds its photo gone,
removes what it wrote.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import BinaryIO

from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.ids import Entropy, LeaseId, PhotoId, uuid7
from chalicelib.keys import edit_objects_prefix, rendition_object
from chalicelib.observability import EventLog
from chalicelib.photos.edits.items import edit_from_item
from chalicelib.photos.edits.model import (
    EDITS_KEPT,
    ENDED,
    PHOTO_GONE,
    Edit,
    EditEvent,
    EditJob,
    EditState,
    edit_moved,
    is_editable,
)
from chalicelib.photos.edits.pictures import put_pictures
from chalicelib.photos.edits.store import AlsoRefused, EditStore, PhotoChanged
from chalicelib.photos.jobs import JobKind, JobMeter
from chalicelib.photos.model import (
    LEASE,
    PROCESSING_FAILED,
    RENDER_TIME,
    Lease,
    Photo,
    PhotoState,
)
from chalicelib.photos.ports import Charges, Darkroom, ImageRefused
from chalicelib.photos.processing import Outcome, PhotoBusy, require_time
from chalicelib.photos.store import PhotoStore
from chalicelib.retention.model import Backstop, backstop_of
from chalicelib.storage import ConditionFailed, Elsewhere, ObjectMissing, Objects

MAX_SOURCE_BYTES = 64 * 1024 * 1024
"""More than any rendition of ours: 2048 px square, uncompressed."""
COMMIT_TRIES = 5
"""Against other changes of the same photo; each takes milliseconds."""


class EditProcessingService:
    def __init__(
        self,
        *,
        photos: PhotoStore,
        store: EditStore,
        renditions: Objects,
        darkroom: Darkroom,
        charges: Charges,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._photos = photos
        self._store = store
        self._renditions = renditions
        self._darkroom = darkroom
        self._charges = charges
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def process(self, job: EditJob, *, within: timedelta) -> Outcome:
        """Bring an edit to its end. May be called twice, late and in any order.

        Args:
            job: which edit.
            within: how long the calling function may still run.
        Raises:
            PhotoBusy: another worker is at it.
            Exception: our own failure; the lease is given back and the message must come again.
        """
        now = self._clock.now()
        lease = Lease(id=LeaseId(uuid7(now, self._entropy)), until=now + LEASE)
        try:
            edit = self._store.claim(job, lease, now)
        except ConditionFailed as refusal:
            return self._clean_up(job, refusal)
        with self._released_on_failure(job, lease):
            photo = self._find_photo(edit)
            if photo is None:
                return self._destroy_leftovers(job)
            meter = JobMeter(JobKind.EDIT, now)
            ended = self._end_of(edit, photo, deadline=now + within, meter=meter)
            try:
                photo = self._commit(ended, photo, lease)
            except ConditionFailed as refusal:
                return self._stand_back(job, refusal)
        if photo is None:
            return self._destroy_leftovers(job)
        self._make_room(photo)
        meter.record(
            self._log,
            self._clock.now(),
            photo_id=job.photo_id,
            edit_id=job.edit_id,
            reason=ended.reason,
            bytes_out=sum(one.size_bytes for one in ended.renditions.values()),
        )
        return Outcome.FINISHED

    def give_up(self, job: EditJob) -> Outcome:
        """End an edit whose every delivery failed, and destroy what there is of it.

        Raises:
            PhotoBusy: a worker is at it after all.
        """
        edit = self._store.find(job)
        if edit is None or self._find_photo(edit) is None:
            return self._destroy_leftovers(job)
        return self._fail(edit)

    def _fail(self, edit: Edit) -> Outcome:
        failed = replace(edit, state=EditState.FAILED, reason=PROCESSING_FAILED)
        try:
            self._write_failure(failed)
        except ConditionFailed as refusal:
            return self._clean_up(edit.job, refusal)
        self._destroy_objects(edit.job)
        self._log.record(
            "edit_failed", photo_id=edit.photo_id, edit_id=edit.id, reason=failed.reason
        )
        return Outcome.FINISHED

    def _end_of(self, edit: Edit, photo: Photo, *, deadline: datetime, meter: JobMeter) -> Edit:
        """Make the edit, or find out why not, and return it in the state that follows."""
        try:
            with ExitStack() as files:
                source = files.enter_context(self._fetched(photo, meter))
                others: dict[str, BinaryIO] = {
                    one: files.enter_context(self._fetched(self._get_source(edit, one), meter))
                    for one in edit.sources
                }
                require_time(self._clock.now(), deadline)
                edited = self._darkroom.edit(
                    source, edit.recipe, edit.output, others, within=RENDER_TIME
                )
        except ImageRefused as refusal:
            meter.note(refusal)
            self._log.record(
                "edit_rejected", photo_id=edit.photo_id, edit_id=edit.id, reason=refusal.code
            )
            state = edit_moved(edit.state, EditEvent.REFUSED)
            return replace(edit, state=state, reason=refusal.code)
        meter.note(edited)
        return replace(
            edit,
            state=edit_moved(edit.state, EditEvent.RENDERED),
            engine=edited.engine,
            media_type=edited.media_type,
            quality=edited.quality,
            renditions=put_pictures(self._renditions, edit.job, edited, _backstop_of(photo)),
        )

    def _commit(self, ended: Edit, photo: Photo, lease: Lease) -> Photo | None:
        """Write the end; returns the photo that it was written for, or None if that is gone.

        Raises:
            ConditionFailed: another worker has taken the edit over.
        """
        for _ in range(COMMIT_TRIES):
            now = self._clock.now()
            try:
                self._store.finish(ended, photo, lease, now, also=self._said_of(ended, now))
            except PhotoChanged:
                found, edit = self._find_photo(ended), self._store.find(ended.job)
                if found is None or edit is None:
                    return None
                photo, ended = found, replace(ended, expires_at=edit.expires_at)
                # Its owner may have chosen a later end since the pictures were put.
                self._renditions.retag(_prefix_of(ended.job), backstop=_backstop_of(photo))
            else:
                return photo
        raise PhotoChanged

    def _write_failure(self, failed: Edit) -> None:
        now = self._clock.now()
        try:
            self._store.give_up(failed, now, also=self._said_of(failed, now))
        except AlsoRefused:
            # Its credits went back already: nobody had heard of it for too long.
            self._store.give_up(failed, now)

    def _said_of(self, ended: Edit, now: datetime) -> Sequence[Elsewhere]:
        if not ended.credits:
            return ()
        is_made = ended.state is EditState.READY
        return (self._charges.marking(ended.id, now, is_made=is_made),)

    def _find_photo(self, edit: Edit) -> Photo | None:
        """Return the edit's photo, if it can be edited and still names the edit."""
        photo = self._photos.find(edit.user_id, edit.photo_id)
        is_kept = photo and is_editable(photo, self._clock.now()) and edit.id in photo.edits
        return photo if is_kept else None

    def _is_over(self, edit: Edit) -> bool:
        """Whether the photo is past its time, and so the sweeper's, who knows what is held."""
        photo = self._photos.find(edit.user_id, edit.photo_id)
        return photo is not None and photo.state is PhotoState.READY and edit.id in photo.edits

    def _get_source(self, edit: Edit, photo_id: PhotoId) -> Photo:
        photo = self._photos.find(edit.user_id, photo_id)
        if photo is None or not is_editable(photo, self._clock.now()):
            raise ImageRefused(PHOTO_GONE)
        return photo

    @contextmanager
    def _fetched(self, photo: Photo, meter: JobMeter) -> Iterator[BinaryIO]:
        with tempfile.TemporaryFile() as file:
            key = rendition_object(photo.user_id, photo.id, "full")
            try:
                meter.fetched(self._renditions.fetch(key, file, max_bytes=MAX_SOURCE_BYTES))
            except ObjectMissing:
                raise ImageRefused(PHOTO_GONE) from None
            yield file

    def _clean_up(self, job: EditJob, refusal: ConditionFailed) -> Outcome:
        """An edit could not be claimed: finish what its end, or its absence, asks for."""
        now = self._clock.now()
        edit = edit_from_item(job.user_id, job.photo_id, refusal.item) if refusal.item else None
        photo = self._find_photo(edit) if edit else None
        if edit is None or photo is None:
            is_over = edit is not None and self._is_over(edit)
            return Outcome.REPEATED if is_over else self._destroy_leftovers(job)
        if edit.state in ENDED:
            if edit.state is not EditState.READY:
                self._destroy_objects(job)
            self._make_room(photo)
            return Outcome.REPEATED
        if edit.lease_until and now < edit.lease_until:
            raise PhotoBusy(edit.lease_until - now)
        return self._fail(edit)

    def _stand_back(self, job: EditJob, refusal: ConditionFailed) -> Outcome:
        """The lease was lost while working; whoever has it writes the same bytes."""
        if refusal.item is None:
            return self._destroy_leftovers(job)
        if refusal.item["state"] in (EditState.REJECTED, EditState.FAILED):
            self._destroy_objects(job)
        return Outcome.TAKEN_OVER

    def _make_room(self, photo: Photo) -> None:
        """Destroy the edits that the photo does not name any more.

        The rows are read before the photo: a row comes with its name, in one write, so one that is
        not named afterwards was dropped, and no edit comes back.
        """
        if len(photo.edits) < EDITS_KEPT:
            return
        rows = self._store.list_edits(photo.user_id, photo.id)
        present = self._photos.find(photo.user_id, photo.id)
        for edit in rows:
            if present is None or edit.id not in present.edits:
                self._destroy_leftovers(edit.job)

    def _destroy_leftovers(self, job: EditJob) -> Outcome:
        self._destroy_objects(job)
        self._charges.give_back(job.edit_id, self._clock.now())
        self._store.delete(job)
        self._log.record("leftovers_destroyed", photo_id=job.photo_id, edit_id=job.edit_id)
        return Outcome.GONE

    def _destroy_objects(self, job: EditJob) -> None:
        self._renditions.destroy(_prefix_of(job))

    @contextmanager
    def _released_on_failure(self, job: EditJob, lease: Lease) -> Iterator[None]:
        try:
            yield
        except Exception:
            self._store.release(job, lease, self._clock.now())
            raise


def _prefix_of(job: EditJob) -> str:
    return edit_objects_prefix(job.user_id, job.photo_id, job.edit_id)


def _backstop_of(photo: Photo) -> Backstop:
    return backstop_of(photo.created_at, photo.expires_at)
