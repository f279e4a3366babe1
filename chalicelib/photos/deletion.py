"""Use case: destroying photos for good, by their owner's wish (FD.3) or because their time is over
(FD.4).

Mark, destroy every object, look again, delete the rows. The mark fences workers off and makes the
photo due for the sweeper, so a deletion that dies half-way is finished by the next run.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.clock import Clock
from chalicelib.errors import NotFound
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import edit_objects_prefix, original_object, renditions_prefix
from chalicelib.observability import EventLog
from chalicelib.photos.edits.model import EditJob
from chalicelib.photos.edits.store import EditStore
from chalicelib.photos.model import MAX_DELETED_AT_ONCE, Destroyed
from chalicelib.photos.store import PhotoStore
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
        edits: EditStore,
        originals: Objects,
        renditions: Objects,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._store = store
        self._edits = edits
        self._originals = originals
        self._renditions = renditions
        self._clock = clock
        self._log = log

    def delete_photo(self, user_id: UserId, photo_id: PhotoId) -> Destroyed:
        """Destroy a photo of the user's own; repeating it finishes what was begun.

        Raises:
            NotFound: there is no such photo, or it is somebody else's.
        """
        destroyed = self._destroy(user_id, photo_id, only_expired=False)
        if destroyed is None:
            raise NotFound
        return destroyed

    def delete_photos(self, user_id: UserId, photo_ids: Sequence[PhotoId]) -> DeletedBatch:
        """Destroy those of the photos that are the user's own; the others count as done."""
        destroyed = Destroyed()
        for photo_id in photo_ids:
            destroyed += self._destroy(user_id, photo_id, only_expired=False) or Destroyed()
        return DeletedBatch(destroyed=destroyed, has_more=False)

    def delete_all(self, user_id: UserId) -> DeletedBatch:
        """Destroy MAX_DELETED_AT_ONCE of the user's photos; `has_more` asks for another call."""
        page = self._store.list_page(user_id, limit=MAX_DELETED_AT_ONCE, after=None)
        batch = self.delete_photos(user_id, [photo.id for photo in page.photos])
        return DeletedBatch(destroyed=batch.destroyed, has_more=page.has_more)

    def expire_photo(self, user_id: UserId, photo_id: PhotoId) -> Destroyed:
        """Destroy a photo if its time is over, or finish a deletion that died."""
        return self._destroy(user_id, photo_id, only_expired=True) or Destroyed()

    def expire_edit(self, job: EditJob) -> Destroyed:
        """Destroy an edit that ends before its photo does: one made of photos that end earlier."""
        edit = self._edits.find(job)
        if edit is None or self._clock.now() < edit.expires_at:
            return Destroyed()
        tally = self._renditions.destroy(
            edit_objects_prefix(job.user_id, job.photo_id, job.edit_id)
        )
        self._edits.delete(job)
        self._log.record("edit_expired", photo_id=job.photo_id, edit_id=job.edit_id)
        return Destroyed(objects=tally.objects, size_bytes=tally.size_bytes)

    def _destroy(
        self, user_id: UserId, photo_id: PhotoId, *, only_expired: bool
    ) -> Destroyed | None:
        if not self._store.mark_deleting(
            user_id, photo_id, self._clock.now(), only_expired=only_expired
        ):
            return None
        tally = self._originals.destroy(original_object(user_id, photo_id))
        tally += self._renditions.destroy(renditions_prefix(user_id, photo_id))
        self._edits.delete_all(user_id, photo_id)
        self._store.delete_row(user_id, photo_id)
        self._log.record("photo_destroyed", photo_id=photo_id, objects=tally.objects)
        return Destroyed(photos=1, objects=tally.objects, size_bytes=tally.size_bytes)
