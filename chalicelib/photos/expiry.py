"""Use case: what is past its time is destroyed, photos (FD.4) and guests (ST.0) alike.

One run sweeps every shard. What it has no time for it hands to the queue, a message a shard, and as
many workers go on side by side until the next run. Any of them may be killed, repeated or late:
destroying is repeatable, and a cursor moves only past an hour of which everything is gone. What
cannot be destroyed keeps nothing else waiting; the next run meets it again.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from chalicelib.clock import Clock, from_iso
from chalicelib.observability import EventLog, Level, where
from chalicelib.photos.deletion import DeletionService
from chalicelib.photos.edits.model import EditJob
from chalicelib.photos.guest_ending import GuestEndingService
from chalicelib.photos.model import Destroyed
from chalicelib.photos.ports import JobQueue
from chalicelib.photos.retrying import each_message
from chalicelib.photos.sweep import Due, DuePhotos, Stretch


class Swept(Struct, frozen=True, kw_only=True):
    """What a sweep of a shard has done, and what it left.

    Attributes:
        oldest_left: when the oldest fell due that is still there.
        is_finished: False if time ran out.
    """

    destroyed: Destroyed = Destroyed()
    oldest_left: str | None = None
    is_finished: bool = True


class ExpiryService:
    def __init__(
        self,
        *,
        due: DuePhotos,
        deletion: DeletionService,
        guests: GuestEndingService,
        queue: JobQueue,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._due = due
        self._deletion = deletion
        self._guests = guests
        self._queue = queue
        self._clock = clock
        self._log = log

    def expire_photos(self, *, within: timedelta) -> Destroyed:
        """Destroy what is past its time, the furthest behind first; hand over what time is short
        for.
        """
        now = self._clock.now()
        swept = []
        for stretch in self._due.list_stretches(now):
            swept.append(self._sweep(stretch, now, now + within))
            if not swept[-1].is_finished:
                self._queue.send(json.dumps({"shard": stretch.shard}))
        return self._record(swept, now)

    def expire_shards(self, event: dict[str, Any], *, within: timedelta) -> Mapping[str, Any]:
        """Go on with the shards that messages name; what stays undone the next run hands over."""

        def expire(record: Any) -> None:
            shard = int(json.loads(record.body)["shard"])
            now = self._clock.now()
            [stretch] = [one for one in self._due.list_stretches(now) if one.shard == shard]
            self._record([self._sweep(stretch, now, now + within)], now)

        return each_message(event, expire)

    def _sweep(self, stretch: Stretch, now: datetime, until: datetime) -> Swept:
        destroyed, oldest_left = Destroyed(), None
        for due in self._due.list_due(stretch, now):
            if self._clock.now() >= until:
                left = oldest_left or due.expires_at
                self._due.advance(stretch, left, now)
                return Swept(destroyed=destroyed, oldest_left=left, is_finished=False)
            try:
                destroyed += self._expire(due)
            except Exception as error:
                oldest_left = oldest_left or due.expires_at
                self._record_failure(due, error)
        self._due.advance(stretch, oldest_left, now)
        return Swept(destroyed=destroyed, oldest_left=oldest_left)

    def _expire(self, due: Due) -> Destroyed:
        if due.photo_id is None:
            self._guests.end_guest(due.user_id)
            return Destroyed()
        if due.edit_id is not None:
            job = EditJob(user_id=due.user_id, photo_id=due.photo_id, edit_id=due.edit_id)
            return self._deletion.expire_edit(job)
        return self._deletion.expire_photo(due.user_id, due.photo_id)

    def _record_failure(self, due: Due, error: Exception) -> None:
        self._log.record(
            "expiry_failed",
            level=Level.ERROR,
            photo_id=due.photo_id,
            error=type(error).__name__,
            location=where(error),
        )

    def _record(self, swept: list[Swept], now: datetime) -> Destroyed:
        destroyed = sum((one.destroyed for one in swept), Destroyed())
        left = min((one.oldest_left for one in swept if one.oldest_left), default=None)
        self._log.record(
            "photos_expired",
            count=destroyed.photos,
            objects=destroyed.objects,
            size_bytes=destroyed.size_bytes,
        )
        age = now - from_iso(left) if left else timedelta()
        self._log.record("sweep_ended", age_s=int(age.total_seconds()))
        return destroyed
