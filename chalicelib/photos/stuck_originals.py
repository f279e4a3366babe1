"""Use case: no original stays behind, whatever was lost on its way (FD.1).

A worker destroys an original as soon as its photo has an end, and every later delivery does so
again. This is for what no delivery comes for: an event that was lost, a worker that died for good,
an upload into a photo that had its end. The bucket holds only what is on its way, so listing all of
it every few minutes costs what is in work and nothing more.
"""

from collections import Counter
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from chalicelib.clock import Clock
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import owner_of_original
from chalicelib.observability import EventLog, Level, where
from chalicelib.photos.model import TERMINAL
from chalicelib.photos.ports import JobQueue
from chalicelib.photos.store import PhotoStore
from chalicelib.photos.worker import write_notification
from chalicelib.retention.schedule import CLEAR_EVERY
from chalicelib.storage import Objects, Stored

SETTLED_AFTER = timedelta(minutes=5)
"""A younger original has a worker, or its event on the way."""
STUCK_AFTER = timedelta(minutes=15)
"""Then its event is sent again: a worker that is killed twice costs twelve minutes."""
ASKED_EVERY = timedelta(hours=1)
"""And again each hour, in the run that falls into it; more would feed a backlog with copies."""


class Fate(StrEnum):
    """What a run made of one original."""

    LEFT = "left"
    CLEARED = "cleared"
    ASKED_AGAIN = "asked_again"


class Checked(Struct, frozen=True, kw_only=True):
    """The originals that there were, by what became of them, and the age of the oldest left."""

    fates: Counter[Fate]
    oldest: timedelta


class OriginalsService:
    def __init__(
        self,
        *,
        store: PhotoStore,
        originals: Objects,
        queue: JobQueue,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._store = store
        self._originals = originals
        self._queue = queue
        self._clock = clock
        self._log = log

    def clear_originals(self, *, within: timedelta) -> Checked:
        """Destroy originals of photos that have their end or are gone, and have the others worked
        on; repeatable. What one run has no time for the next one meets.
        """
        now = self._clock.now()
        fates: Counter[Fate] = Counter()
        oldest = timedelta()
        for stored in self._originals.list_stored():
            has_time = self._clock.now() < now + within
            fate = self._settle(stored, now) if has_time else Fate.LEFT
            fates[fate] += 1
            if fate is not Fate.CLEARED:
                oldest = max(oldest, now - stored.stored_at)
        age_s = int(oldest.total_seconds())
        self._log.record("originals_checked", count=fates.total(), age_s=age_s)
        return Checked(fates=fates, oldest=oldest)

    def _settle(self, stored: Stored, now: datetime) -> Fate:
        age = now - stored.stored_at
        if age < SETTLED_AFTER:
            return Fate.LEFT
        try:
            if self._is_left_behind(stored.key, now):
                self._destroy(stored.key, now)
                self._log.record("original_left_behind", age_s=int(age.total_seconds()))
                return Fate.CLEARED
            if age >= STUCK_AFTER and (age - STUCK_AFTER) % ASKED_EVERY < CLEAR_EVERY:
                self._queue.send(write_notification(stored.key))
                return Fate.ASKED_AGAIN
        except Exception as error:
            kind, place = type(error).__name__, where(error)
            self._log.record("original_not_cleared", level=Level.ERROR, error=kind, location=place)
        return Fate.LEFT

    def _is_left_behind(self, key: str, now: datetime) -> bool:
        owner = _owner_of(key)
        photo = self._store.find(*owner) if owner else None
        return photo is None or not photo.is_visible(now) or photo.state in TERMINAL

    def _destroy(self, key: str, now: datetime) -> None:
        self._originals.destroy(key)
        if owner := _owner_of(key):
            self._store.note_original_deleted(*owner, now)


def _owner_of(key: str) -> tuple[UserId, PhotoId] | None:
    """Read whose original it is; None for a key that nothing of ours writes."""
    try:
        return owner_of_original(key)
    except ValueError:
        return None
