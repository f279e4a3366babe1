"""Use case: a guest's time is over. Nothing is left of one, and nothing is taken from anyone else.

The account says who is still a guest, and reads refuse one whose time is over at that moment; this
clears away behind them, GUEST_MARGIN later, when no request and no upload can still write.
"""

from datetime import datetime, timedelta
from typing import assert_never

from chalicelib.clock import Clock
from chalicelib.ids import UserId
from chalicelib.keys import user_prefix
from chalicelib.observability import EventLog
from chalicelib.photos.arrivals import ArrivalService
from chalicelib.photos.guest_store import GuestPhotoStore
from chalicelib.photos.holds.model import PUT_OFF, PhotoHeld
from chalicelib.photos.holds.store import HoldsChanged, HoldStore
from chalicelib.photos.ports import GuestRegister, Joined, Over, Registered, StillGuest
from chalicelib.photos.tombstones import Tombstones
from chalicelib.retention.model import GUEST_MARGIN
from chalicelib.storage import Objects

MOVED_IN_A_SWEEP = 50
NEXT_TRY = timedelta(minutes=15)


class GuestEndingService:
    def __init__(
        self,
        *,
        guest_store: GuestPhotoStore,
        holds: HoldStore,
        tombstones: Tombstones,
        register: GuestRegister,
        arrivals: ArrivalService,
        originals: Objects,
        renditions: Objects,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._guest_store = guest_store
        self._holds = holds
        self._tombstones = tombstones
        self._register = register
        self._arrivals = arrivals
        self._buckets = (originals, renditions)
        self._clock = clock
        self._log = log

    def end_guest(self, guest_id: UserId) -> None:
        """Do what a guest's mark asks for: nothing for one who registered, their photos to the
        account for one who logged in to it, the end for everybody else. Repeatable.
        """
        now = self._clock.now()
        match self._register.get_standing(guest_id):
            case Registered():
                self._guest_store.unmark(guest_id)
            case StillGuest(until):
                self._end_after(guest_id, until, now)
            case Joined(account_id, since):
                brought = self._arrivals.bring_from(guest_id, account_id, at_most=MOVED_IN_A_SWEEP)
                if brought.waiting or brought.has_more:
                    self._guest_store.mark_due(guest_id, now + NEXT_TRY)
                else:
                    self._end_after(guest_id, since, now)
            case Over():
                self._destroy(guest_id)
            case unknown:
                assert_never(unknown)

    def _end_after(self, guest_id: UserId, ended_at: datetime, now: datetime) -> None:
        """Destroy what is left once nothing can be written; until then, come again."""
        if now >= ended_at + GUEST_MARGIN:
            self._destroy(guest_id)
        else:
            self._guest_store.mark_due(guest_id, ended_at + GUEST_MARGIN)

    def _destroy(self, guest_id: UserId) -> None:
        now = self._clock.now()
        try:
            self._holds.close(guest_id, now)
        except PhotoHeld as held:
            self._guest_store.mark_due(guest_id, min(held.until, now + PUT_OFF))
            return
        except HoldsChanged:
            return  # the next sweep comes back
        self._tombstones.bury(guest_id)
        # Rows first: without its row no worker can finish a photo, and what it wrote it removes.
        # The mark goes last: until then every sweep comes back to finish.
        rows = self._guest_store.erase_rows(guest_id)
        objects = sum(bucket.destroy(user_prefix(guest_id)).objects for bucket in self._buckets)
        self._register.forget(guest_id)
        self._guest_store.unmark(guest_id)
        self._log.record("guest_ended", count=rows, objects=objects)
