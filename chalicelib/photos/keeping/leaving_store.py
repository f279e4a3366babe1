"""Reading what leaves soon, and remembering how far that was told."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import (
    BY_DUE,
    DUE_SHARDS,
    PHOTO_PREFIX,
    due_bucket,
    sweep_cursor_key,
    told_key,
)
from chalicelib.retention.model import TOLD_REMEMBERED, end_of_china_day
from chalicelib.storage import Absent, AnyOf, Compare, ConditionFailed, Put, Table, Update

PAGE = 200


class LeavingStore:
    def __init__(self, photos: Table) -> None:
        self._photos = photos

    def list_leaving(self, hour: datetime) -> Iterator[tuple[UserId, PhotoId]]:
        """Yield every photo that falls due within an hour."""
        for shard in range(DUE_SHARDS):
            after = None
            while True:
                page = self._photos.query(
                    due_bucket(hour, shard), index=BY_DUE, limit=PAGE, after=after
                )
                for row in page.items:
                    if row["sk"].startswith(PHOTO_PREFIX):
                        user_id = UserId(row["pk"].removeprefix("USER#"))
                        yield user_id, PhotoId(row["sk"].removeprefix(PHOTO_PREFIX))
                after = page.next_key
                if after is None:
                    break

    def get_reached(self, lead: timedelta, fallback: datetime) -> datetime:
        """Return the first hour of leaving that nobody was told of yet."""
        row = self._photos.get(sweep_cursor_key()) or {}
        reached = row.get(_cursor_of(lead))
        instant = from_iso(reached) if reached else fallback
        return instant.replace(minute=0, second=0, microsecond=0)

    def note_reached(self, lead: timedelta, hour: datetime) -> None:
        cursor, reached = _cursor_of(lead), to_iso(hour)
        try:
            self._photos.write(
                Update(
                    key=sweep_cursor_key(),
                    set={cursor: reached},
                    # Two runs at once: the later hour stays.
                    when=AnyOf((Absent(cursor), Compare(cursor, "<", reached))),
                )
            )
        except ConditionFailed:
            return

    def is_told(self, user_id: UserId, lead: timedelta, day: date) -> bool:
        return self._photos.get(told_key(user_id, lead.days, day)) is not None

    def note_told(self, user_id: UserId, lead: timedelta, day: date) -> None:
        item = {"ttl": to_epoch_s(end_of_china_day(day) + TOLD_REMEMBERED)}
        try:
            self._photos.write(Put(key=told_key(user_id, lead.days, day), item=item, when=Absent()))
        except ConditionFailed:
            return


def _cursor_of(lead: timedelta) -> str:
    return f"told_until_{lead.days:02}"
