"""Use case: the edit that was asked for with the upload. It begins with its photo, in one write.

Its message follows that write. A worker that died in between is answered by the message of the
upload, which comes again and sends it, as long as nobody took the edit; after an hour it has failed
like any other.
"""

from chalicelib.clock import Clock
from chalicelib.ids import EditId, Entropy, uuid7
from chalicelib.observability import EventLog
from chalicelib.photos.edits.items import job_to_message
from chalicelib.photos.edits.model import EDIT_WAIT, Edit, EditJob, EditState
from chalicelib.photos.edits.store import EditStore
from chalicelib.photos.model import FirstEdit, Lease, Photo, PhotoState
from chalicelib.photos.ports import JobQueue


class FirstEdits:
    def __init__(
        self,
        *,
        store: EditStore,
        queue: JobQueue,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._store = store
        self._queue = queue
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def begin(self, photo: Photo, lease: Lease) -> Edit | None:
        """Commit a photo that is ready with the edit it shall have; None, and nothing, without one.

        Raises:
            ConditionFailed: as `PhotoStore.finish`.
        """
        if photo.state is not PhotoState.READY or photo.first_edit is None:
            return None
        edit = self._draw(photo, photo.first_edit)
        self._store.begin(edit, photo, lease)
        self._log.record("edit_requested", photo_id=photo.id, edit_id=edit.id)
        return edit

    def send(self, edit: Edit) -> None:
        self._queue.send(job_to_message(edit.job))

    def send_again(self, photo: Photo) -> None:
        """Send what a worker that died may not have sent; one message too many does nothing."""
        if not photo.edits:
            return
        job = EditJob(user_id=photo.user_id, photo_id=photo.id, edit_id=photo.edits[0])
        edit = self._store.find(job)
        if edit and edit.state_at(self._clock.now()) is EditState.QUEUED:
            self.send(edit)

    def _draw(self, photo: Photo, wanted: FirstEdit) -> Edit:
        now = self._clock.now()
        return Edit(
            user_id=photo.user_id,
            photo_id=photo.id,
            id=EditId(uuid7(now, self._entropy)),
            state=EditState.QUEUED,
            recipe=wanted.recipe,
            recipe_hash=wanted.recipe_hash,
            sources=(),
            output=wanted.output,
            created_at=now,
            give_up_at=now + EDIT_WAIT,
            expires_at=photo.expires_at,
        )
