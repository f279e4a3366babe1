"""Finding what is due, at a cost that grows with what expired and never with what is stored.

Every photo's row lies in the index `by_due` under the hour it falls due in, spread over shards; so
does one mark for each guest who has photos, and each edit that ends before its photo. A cursor
remembers the hour up to which everything is gone, so a run that was missed or killed is made up
for.
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
"""How far behind the present the cursor stays: an index lags, and clocks differ by seconds."""
PAGE = 200


class Due(Struct, frozen=True):
    """A photo that is due, or one edit of it alone, or, without a photo, a guest."""

    user_id: UserId
    photo_id: PhotoId | None
    edit_id: EditId | None = None


class DuePhotos:
    def __init__(self, photos: Table) -> None:
        self._photos = photos

    def sweep(self, now: datetime) -> Iterator[Due]:
        """Yield everything due at `now`; move the cursor as hours are done.

        An hour counts as done when its every photo was taken from the iterator: a caller that stops
        early, or dies, meets the same hour again.
        """
        swept_until = hour = self._read_cursor(now)
        while hour <= now:
            for shard in range(DUE_SHARDS):
                yield from self._due_in(due_bucket(hour, shard), now)
            hour += HOUR
            if swept_until < hour <= now - OVERLAP:
                swept_until = hour
                self._advance_cursor(swept_until)

    def _due_in(self, bucket: str, now: datetime) -> Iterator[Due]:
        after = None
        while True:
            page = self._photos.query(
                bucket, index=BY_DUE, up_to=to_iso(now), limit=PAGE, after=after
            )
            for row in page.items:
                yield _due(UserId(row["pk"].removeprefix("USER#")), row["sk"])
            after = page.next_key
            if after is None:
                return

    def _read_cursor(self, now: datetime) -> datetime:
        row = self._photos.get(sweep_cursor_key())
        # The first run of a new stack: nothing falls due sooner than a day after it is written.
        return from_iso(row["swept_until"]) if row else _hour_of(now - OVERLAP)

    def _advance_cursor(self, hour: datetime) -> None:
        try:
            self._photos.write(
                Update(
                    key=sweep_cursor_key(),
                    set={"swept_until": to_iso(hour)},
                    # Two runs at once: the later hour stays.
                    when=AnyOf((Absent(), Compare("swept_until", "<", to_iso(hour)))),
                )
            )
        except ConditionFailed:
            return


def _due(user_id: UserId, sort_key: str) -> Due:
    if sort_key == GUEST_MARK:
        return Due(user_id, None)
    if sort_key.startswith(EDIT_PREFIX):
        _, photo_id, edit_id = sort_key.split("#")
        return Due(user_id, PhotoId(photo_id), EditId(edit_id))
    return Due(user_id, PhotoId(sort_key.removeprefix(PHOTO_PREFIX)))


def _hour_of(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)
