"""What may be written about holds, each write with its condition.

An account's holds are rows; what they keep together is one more row, which every destruction of a
photo of that account checks in its own transaction (`writes.may_go`). So a hold and a destruction
that meet are put in an order by the database: either the hold is there, or it is too late.
"""

from datetime import datetime
from itertools import chain

from chalicelib.clock import to_iso
from chalicelib.ids import HoldId, UserId
from chalicelib.keys import HOLD_PREFIX, held_key, hold_key, photo_key, user_partition
from chalicelib.photos.holds.model import MAX_HOLDS, Held, Hold, PhotoHeld, held_by
from chalicelib.photos.holds.writes import (
    held_from_item,
    held_to_item,
    hold_from_item,
    hold_to_item,
)
from chalicelib.photos.writes import not_deleting
from chalicelib.storage import (
    Absent,
    AllOf,
    AnyOf,
    Check,
    Compare,
    Condition,
    ConditionFailed,
    Exists,
    Put,
    Table,
    Update,
    Write,
)


class HoldsChanged(Exception):
    """Another write about the account's holds came between; read again."""


class TooLate(Exception):
    """What should be held is being destroyed already, or isn't there."""


class HoldStore:
    def __init__(self, photos: Table) -> None:
        self._photos = photos

    def get_held(self, user_id: UserId) -> Held:
        return held_from_item(self._photos.get(held_key(user_id)))

    def list_holds(self, user_id: UserId) -> tuple[Hold, ...]:
        page = self._photos.query(
            user_partition(user_id), prefix=HOLD_PREFIX, limit=10 * MAX_HOLDS, newest_first=True
        )
        return tuple(hold_from_item(user_id, row) for row in page.items)

    def place(self, hold: Hold, now: datetime) -> None:
        """Write a hold, and with it what the account's destructions depend on.

        Raises:
            TooLate: the photo is being destroyed, or is not there; or the whole account is.
            HoldsChanged.
        """
        held = self.get_held(hold.user_id)
        if held.is_closing:
            raise TooLate
        others = (one for one in self.list_holds(hold.user_id) if one.id != hold.id)
        after = held_by(chain(others, [hold]), held, now)
        key = hold_key(hold.user_id, hold.id)
        writes: list[Write] = [
            _replacing(hold.user_id, held, after),
            Put(key=key, item=hold_to_item(hold), when=Absent()),
        ]
        if hold.photo_id:
            writes.append(Check(key=photo_key(hold.user_id, hold.photo_id), when=not_deleting()))
        try:
            self._photos.write(*writes)
        except ConditionFailed as failure:
            raise (TooLate if failure.index == 2 else HoldsChanged) from None

    def release(self, hold: Hold, now: datetime) -> None:
        """End a hold at once; what no other hold keeps may go from here on.

        Raises:
            HoldsChanged.
        """
        held = self.get_held(hold.user_id)
        others = (one for one in self.list_holds(hold.user_id) if one.id != hold.id)
        released = Update(
            key=hold_key(hold.user_id, hold.id),
            set={"released_at": to_iso(now)},
            when=AllOf((Exists(), Absent("released_at"))),
        )
        after = held_by(others, held, now)
        try:
            self._photos.write(_replacing(hold.user_id, held, after), released)
        except ConditionFailed:
            raise HoldsChanged from None

    def close(self, user_id: UserId, now: datetime) -> None:
        """Begin the end of a whole account: from here on no hold can be placed on it.

        Raises:
            PhotoHeld: something of it is held.
            HoldsChanged.
        """
        held = self.get_held(user_id)
        until = held.any_until(now)
        if until:
            raise PhotoHeld(until)
        closing = {**held_to_item(held), "closing": True}
        try:
            self._photos.write(Put(key=held_key(user_id), item=closing, when=_is_as_read(held)))
        except ConditionFailed:
            raise HoldsChanged from None

    def find(self, user_id: UserId, hold_id: HoldId) -> Hold | None:
        row = self._photos.get(hold_key(user_id, hold_id))
        return hold_from_item(user_id, row) if row else None


def _replacing(user_id: UserId, held: Held, after: Held) -> Put:
    return Put(key=held_key(user_id), item=held_to_item(after), when=_is_as_read(held))


def _is_as_read(held: Held) -> Condition:
    # A row that closes has another version only once it is gone, and then there is nothing to hold.
    # One that nothing was ever held by may be absent, or be what an end that died has left: 0.
    unchanged: Condition = Compare("version", "=", held.version)
    if not held.version:
        unchanged = AnyOf((Absent("version"), unchanged))
    return unchanged if held.is_closing else AllOf((unchanged, Absent("closing")))
