"""Finding what is due, at a cost that grows with what expired and never with what is stored.

Every photo's row lies in the index `by_due` under the hour it falls due in, in one of DUE_SHARDS
shards; so does one mark for each guest who has photos, and each edit that ends before its photo. A
cursor for each shard remembers the hour up to which everything is gone, so a run that was missed or
killed is made up for, and shards can be swept apart from each other.

Nothing here destroys anything, and nothing that is not destroyed may stay behind the cursor: what
is kept beyond its time must be moved in the index, to when it is to be looked at again.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.clock import from_iso, to_iso
from chalicelib.ids import EditId, PhotoId, UserId
from chalicelib.keys import (
    BY_DUE,
    DUE_SHARDS,
    EDIT_PREFIX,
    GUEST_MARK,
    PHOTO_PREFIX,
    due_bucket,
    sweep_cursor_key,
)
from chalicelib.storage import Absent, AnyOf, Compare, ConditionFailed, Table, Update

HOUR = timedelta(hours=1)
OVERLAP = timedelta(hours=2)
"""How far behind the present a cursor stays: an index lags, and clocks differ by seconds."""
PAGE = 200


class Due(Struct, frozen=True):
    """A photo that is due, or one edit of it alone, or, without a photo, a guest."""

    user_id: UserId
    photo_id: PhotoId | None
    edit_id: EditId | None = None
    expires_at: str = ""


class Stretch(Struct, frozen=True):
    """What one shard may still hold: everything that fell due since an hour."""

    shard: int
    since: datetime
    is_noted: bool = True
    """False where no cursor says so yet: one that is never written would begin at the present of
    each run, and miss what an outage left.
    """


class DuePhotos:
    def __init__(self, photos: Table) -> None:
        self._photos = photos

    def list_stretches(self, now: datetime) -> list[Stretch]:
        """Return every shard with its cursor, the furthest behind first; one read."""
        row = self._photos.get(sweep_cursor_key()) or {}
        # The first run of a new stack: nothing falls due sooner than a day after it is written.
        fallback = row.get("swept_until", to_iso(_hour_of(now - OVERLAP)))
        stretches = [
            Stretch(shard, from_iso(row.get(cursor, fallback)), cursor in row)
            for shard, cursor in enumerate(map(_cursor_of, range(DUE_SHARDS)))
        ]
        return sorted(stretches, key=lambda stretch: stretch.since)

    def list_due(self, stretch: Stretch, now: datetime) -> Iterator[Due]:
        """Yield what is due at `now` of a shard, hour by hour, oldest first."""
        hour = stretch.since
        while hour <= now:
            yield from self._due_in(due_bucket(hour, stretch.shard), now)
            hour += HOUR

    def _due_in(self, bucket: str, now: datetime) -> Iterator[Due]:
        until, after = to_iso(now), None
        while True:
            page = self._photos.query(bucket, index=BY_DUE, up_to=until, limit=PAGE, after=after)
            for row in page.items:
                yield _due(UserId(row["pk"].removeprefix("USER#")), row["sk"], row["expires_at"])
            after = page.next_key
            if after is None:
                return

    def advance(self, stretch: Stretch, oldest_left: str | None, now: datetime) -> None:
        """Remember the hour before which all of a shard is gone; repeatable, never backwards.

        A run that dies before it costs the next one empty reads, and nothing else.
        """
        hour = _hour_of(now - OVERLAP)
        if oldest_left:
            hour = min(hour, _hour_of(from_iso(oldest_left)))
        if hour <= stretch.since and stretch.is_noted:
            return
        cursor, reached = _cursor_of(stretch.shard), to_iso(hour)
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


def _cursor_of(shard: int) -> str:
    return f"swept_until_{shard:02}"


def _due(user_id: UserId, sort_key: str, expires_at: str) -> Due:
    if sort_key == GUEST_MARK:
        return Due(user_id, None, None, expires_at)
    if sort_key.startswith(EDIT_PREFIX):
        _, photo_id, edit_id = sort_key.split("#")
        return Due(user_id, PhotoId(photo_id), EditId(edit_id), expires_at)
    return Due(user_id, PhotoId(sort_key.removeprefix(PHOTO_PREFIX)), None, expires_at)


def _hour_of(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)
