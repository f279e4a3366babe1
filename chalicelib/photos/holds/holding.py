"""Use case: staff keep photos from being destroyed, and let them go again (ST.2, ST.3)."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, InvalidRequest, NotFound
from chalicelib.ids import HoldId, PhotoId, UserId
from chalicelib.observability import EventLog
from chalicelib.photos.ending_store import EndingStore
from chalicelib.photos.holds.model import MAX_HOLDS, Hold
from chalicelib.photos.holds.store import HoldsChanged, HoldStore, TooLate
from chalicelib.photos.model import Photo
from chalicelib.photos.store import PhotoStore
from chalicelib.retention.model import LONGEST_HOLD
from chalicelib.storage import ROWS_A_PAGE

HOLD_TRIES = 5


class HoldService:
    def __init__(
        self,
        *,
        holds: HoldStore,
        endings: EndingStore,
        store: PhotoStore,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._holds = holds
        self._endings = endings
        self._store = store
        self._clock = clock
        self._log = log

    def place(
        self,
        hold_id: HoldId,
        user_id: UserId,
        photo_id: PhotoId | None,
        *,
        reference: str,
        reviewer: str,
        until: datetime,
    ) -> Hold:
        """Keep one photo, or every photo of an account, from being destroyed until a date.

        What is being destroyed already goes on: it cannot be brought back. Repeating it with the
        same id answers with the hold that is there.

        Args:
            hold_id: drawn by the caller, the same when repeating.
            user_id: whose photos.
            photo_id: which one; None for all, those to come included.
            reference: of the order or request, as its papers say.
            reviewer: who decided that it is founded.
            until: when it ends by itself, LONGEST_HOLD away at most.
        Raises:
            InvalidRequest: the date is over, or too far away.
            NotFound: there is no such photo any more, or the account is being destroyed.
            Conflict: the id is another hold's; too many holds; or they kept changing.
        """
        now = self._clock.now()
        if not now < until <= now + LONGEST_HOLD:
            raise InvalidRequest.at("/until", f"Expected within {LONGEST_HOLD.days} days.")
        hold = Hold(
            id=hold_id,
            user_id=user_id,
            photo_id=photo_id,
            reference=reference,
            reviewer=reviewer,
            placed_at=now,
            until=until,
        )
        for _ in range(HOLD_TRIES):
            earlier = self._holds.find(user_id, hold_id)
            if earlier:
                return _repeated(earlier, hold)
            if self._count_active(user_id, now) >= MAX_HOLDS:
                raise Conflict(f"There are {MAX_HOLDS} holds; hold the account.")
            try:
                self._holds.place(hold, now)
            except HoldsChanged:
                continue
            except TooLate:
                raise NotFound from None
            self._log.record("hold_placed", photo_id=photo_id)
            return hold
        raise Conflict("The holds of this account are changing; repeat.")

    def release(self, user_id: UserId, hold_id: HoldId) -> Hold:
        """End a hold; what was due meanwhile, and no other hold keeps, goes at the next sweep.

        Raises:
            NotFound: there is no such hold.
            Conflict: the account's holds kept changing; repeat.
        """
        for _ in range(HOLD_TRIES):
            now = self._clock.now()
            hold = self._holds.find(user_id, hold_id)
            if hold is None:
                raise NotFound
            if hold.released_at is None:
                try:
                    self._holds.release(hold, now)
                except HoldsChanged:
                    continue
                self._log.record("hold_released", photo_id=hold.photo_id)
            # A repeat does this part again: it may have died in between.
            self._bring_forward(hold, now)
            return self._holds.find(user_id, hold_id) or hold
        raise Conflict("The holds of this account are changing; repeat.")

    def list_holds(self, user_id: UserId) -> Sequence[Hold]:
        """Return an account's holds, the last placed first; those that ended for 30 days more."""
        return self._holds.list_holds(user_id)

    def _bring_forward(self, hold: Hold, now: datetime) -> None:
        for photo in self._named(hold):
            if photo.expires_at <= now:
                self._endings.put_off(photo.user_id, photo.id, now, now)

    def _named(self, hold: Hold) -> Sequence[Photo]:
        if hold.photo_id:
            photo = self._store.find(hold.user_id, hold.photo_id)
            return [photo] if photo else []
        return [*self._store.list_all(hold.user_id, page_size=ROWS_A_PAGE)]

    def _count_active(self, user_id: UserId, now: datetime) -> int:
        return sum(hold.is_active(now) for hold in self._holds.list_holds(user_id))


def _repeated(earlier: Hold, hold: Hold) -> Hold:
    same = (earlier.photo_id, earlier.reference, earlier.reviewer, earlier.until)
    if same != (hold.photo_id, hold.reference, hold.reviewer, hold.until):
        raise Conflict("Another hold has this id.")
    return earlier
