"""Use case: destroying photos for good, by their owner's wish (FD.3) or because their time is over
(FD.4), unless a legal hold keeps them (ST.2, ST.3).

Mark, destroy every object, look again, delete the rows. The mark fences workers off and makes the
photo due for the sweeper, so a deletion that dies half-way is finished by the next run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.clock import Clock
from chalicelib.errors import NotFound
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import edit_objects_prefix, original_object, renditions_prefix
from chalicelib.observability import EventLog
from chalicelib.photos.edits.model import EditJob
from chalicelib.photos.edits.store import EditStore
from chalicelib.photos.ending_store import EndingStore
from chalicelib.photos.errors import DeletionOnHold
from chalicelib.photos.holds.model import PUT_OFF, PhotoHeld
from chalicelib.photos.model import MAX_DELETED_AT_ONCE, Destroyed
from chalicelib.photos.store import PhotoStore
from chalicelib.photos.tombstones import Tombstones
from chalicelib.retention.model import Backstop
from chalicelib.storage import Objects


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedBatch:
    destroyed: Destroyed
    has_more: bool


class DeletionService:
    def __init__(
        self,
        *,
        store: PhotoStore,
        endings: EndingStore,
        tombstones: Tombstones,
        edits: EditStore,
        originals: Objects,
        renditions: Objects,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._store = store
        self._endings = endings
        self._tombstones = tombstones
        self._edits = edits
        self._originals = originals
        self._renditions = renditions
        self._clock = clock
        self._log = log

    def delete_photo(self, user_id: UserId, photo_id: PhotoId) -> Destroyed:
        """Destroy a photo of the user's own; repeating it finishes what was begun.

        Raises:
            NotFound: there is no such photo, or it is somebody else's.
            DeletionOnHold: the wish is noted; the photo goes with the hold.
        """
        try:
            destroyed = self._destroy(user_id, photo_id, only_expired=False)
        except PhotoHeld as held:
            raise DeletionOnHold.of(held.until) from None
        if destroyed is None:
            raise NotFound
        return destroyed

    def delete_photos(self, user_id: UserId, photo_ids: Sequence[PhotoId]) -> DeletedBatch:
        """Destroy those of the photos that are the user's own; the others count as done.

        A photo that a hold keeps is counted as such, and goes with the hold.
        """
        destroyed = Destroyed()
        for photo_id in photo_ids:
            destroyed += self._try(user_id, photo_id, only_expired=False)
        return DeletedBatch(destroyed=destroyed, has_more=False)

    def delete_all(self, user_id: UserId) -> DeletedBatch:
        """Destroy MAX_DELETED_AT_ONCE of the user's photos; `has_more` asks for another call.

        Photos whose owner asked before, and that a hold keeps, are counted and cost no write, so
        that the calls come to an end.
        """
        destroyed, tried = Destroyed(), 0
        for photo in self._store.list_all(user_id, page_size=MAX_DELETED_AT_ONCE + 1):
            if photo.deletion_wanted_at:
                destroyed += Destroyed(held=1)
                continue
            if tried == MAX_DELETED_AT_ONCE:
                return DeletedBatch(destroyed=destroyed, has_more=True)
            destroyed += self._try(user_id, photo.id, only_expired=False)
            tried += 1
        return DeletedBatch(destroyed=destroyed, has_more=False)

    def expire_photo(self, user_id: UserId, photo_id: PhotoId) -> Destroyed:
        """Destroy a photo if its time is over, or finish a deletion that died."""
        return self._try(user_id, photo_id, only_expired=True)

    def expire_edit(self, job: EditJob) -> Destroyed:
        """Destroy an edit that ends before its photo does: one made of photos that end earlier."""
        now = self._clock.now()
        edit = self._edits.find(job)
        if edit is None or now < edit.expires_at:
            return Destroyed()
        prefix = edit_objects_prefix(job.user_id, job.photo_id, job.edit_id)
        try:
            self._endings.mark_edit_going(job, now)
        except PhotoHeld as held:
            self._renditions.retag(prefix, backstop=Backstop.HELD)
            self._endings.put_edit_off(job, min(held.until, now + PUT_OFF))
            return Destroyed(held=1)
        tally = self._renditions.destroy(prefix)
        self._edits.delete(job)
        self._log.record("edit_expired", photo_id=job.photo_id, edit_id=job.edit_id)
        return Destroyed(objects=tally.objects, size_bytes=tally.size_bytes)

    def _try(self, user_id: UserId, photo_id: PhotoId, *, only_expired: bool) -> Destroyed:
        try:
            return self._destroy(user_id, photo_id, only_expired=only_expired) or Destroyed()
        except PhotoHeld:
            return Destroyed(held=1)

    def _destroy(
        self, user_id: UserId, photo_id: PhotoId, *, only_expired: bool
    ) -> Destroyed | None:
        now = self._clock.now()
        try:
            if not self._endings.mark_deleting(user_id, photo_id, now, only_expired=only_expired):
                return None
        except PhotoHeld as held:
            self._put_off(user_id, photo_id, held.until, now, is_wish=not only_expired)
            raise
        tally = self._originals.destroy(original_object(user_id, photo_id))
        tally += self._renditions.destroy(renditions_prefix(user_id, photo_id))
        # Before the row goes: from here on no restored backup brings the photo back.
        self._tombstones.bury(user_id, photo_id)
        self._edits.delete_all(user_id, photo_id)
        self._endings.delete_row(user_id, photo_id)
        self._log.record("photo_destroyed", photo_id=photo_id, objects=tally.objects)
        return Destroyed(photos=1, objects=tally.objects, size_bytes=tally.size_bytes)

    def _put_off(
        self, user_id: UserId, photo_id: PhotoId, until: datetime, now: datetime, *, is_wish: bool
    ) -> None:
        """Have the sweeper come back for what is held, before any backstop takes it."""
        again_at = min(until, now + PUT_OFF)
        if is_wish:
            self._endings.note_wish(user_id, photo_id, again_at, now)
            return
        prefix = renditions_prefix(user_id, photo_id)
        self._renditions.retag(prefix, backstop=Backstop.HELD)
        self._endings.put_off(user_id, photo_id, again_at, now)
