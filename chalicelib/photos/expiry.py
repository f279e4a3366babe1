"""Use case: what is past its time is destroyed, photos (FD.4) and guests (ST.0) alike."""

from datetime import timedelta

from chalicelib.clock import Clock
from chalicelib.observability import EventLog
from chalicelib.photos.deletion import DeletionService
from chalicelib.photos.edits.model import EditJob
from chalicelib.photos.guest_ending import GuestEndingService
from chalicelib.photos.model import Destroyed
from chalicelib.photos.sweep import DuePhotos


class ExpiryService:
    def __init__(
        self,
        *,
        due: DuePhotos,
        deletion: DeletionService,
        guests: GuestEndingService,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._due = due
        self._deletion = deletion
        self._guests = guests
        self._clock = clock
        self._log = log

    def expire_photos(self, *, within: timedelta) -> Destroyed:
        """Destroy what is past its time, oldest first, until done or out of time; the next run goes
        on.
        """
        now = self._clock.now()
        until = now + within
        destroyed = Destroyed()
        for due in self._due.sweep(now):
            if self._clock.now() >= until:
                break
            if due.photo_id is None:
                self._guests.end_guest(due.user_id)
            elif due.edit_id is not None:
                job = EditJob(user_id=due.user_id, photo_id=due.photo_id, edit_id=due.edit_id)
                destroyed += self._deletion.expire_edit(job)
            else:
                destroyed += self._deletion.expire_photo(due.user_id, due.photo_id)
        self._log.record(
            "photos_expired",
            count=destroyed.photos,
            objects=destroyed.objects,
            size_bytes=destroyed.size_bytes,
        )
        return destroyed
