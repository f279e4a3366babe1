"""What may be written about photos, quotas and grants, each write with its condition."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.clock import to_epoch_s, to_iso
from chalicelib.errors import IdempotencyKeyReused, QuotaExceeded
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import (
    PHOTO_PREFIX,
    grant_key,
    photo_key,
    quota_key,
    user_partition,
)
from chalicelib.photos.items import (
    photo_from_item,
    photo_to_item,
    usage_from_item,
)
from chalicelib.photos.model import (
    GRANT_REMEMBERED,
    Allowance,
    Lease,
    Photo,
    PhotoState,
    Usage,
)
from chalicelib.photos.writes import (
    ending,
    is_abandoned,
    is_held,
    state_is,
    taking_quota,
)
from chalicelib.retention.model import china_day, until_next_china_day
from chalicelib.storage import (
    Absent,
    AllOf,
    AnyOf,
    Compare,
    ConditionFailed,
    Exists,
    Item,
    Put,
    Table,
    Update,
    Write,
    delete_rows,
    read_partition,
)


@dataclass(frozen=True, slots=True)
class PhotoPage:
    photos: tuple[Photo, ...]
    has_more: bool


class PhotoStore:
    def __init__(self, photos: Table) -> None:
        self._photos = photos

    def put_grant(
        self,
        user_id: UserId,
        photos: Sequence[Photo],
        *,
        idempotency_key: str,
        fingerprint: str,
        allowance: Allowance,
        also: Sequence[Write] = (),
        now: datetime,
    ) -> tuple[PhotoId, ...] | None:
        """Take the quota and write the rows, once for a key: all or nothing, in one call.

        Args:
            also: what else must be true or written when something is granted.
        Returns:
            None when this call granted; the ids of the earlier grant when the key came before.
        Raises:
            IdempotencyKeyReused: the key came before with another request.
            QuotaExceeded: the day's photos, bytes or edits would be more than allowed.
        """
        grant = {
            "fingerprint": fingerprint,
            "photo_ids": [photo.id for photo in photos],
            "ttl": to_epoch_s(now + GRANT_REMEMBERED),
        }
        rows = (
            Put(key=photo_key(user_id, photo.id), item=photo_to_item(photo), when=Absent())
            for photo in photos
        )
        try:
            self._photos.write(
                Put(key=grant_key(user_id, idempotency_key), item=grant, when=Absent()),
                taking_quota(user_id, photos, allowance, now),
                *rows,
                *also,
            )
        except ConditionFailed as failure:
            if failure.index == 0 and failure.item:
                return _earlier_grant(failure.item, fingerprint)
            if failure.index == 1:
                used = usage_from_item(failure.item)
                raise _full_day(used, photos, allowance, now) from None
            raise
        return None

    def get_usage(self, user_id: UserId, now: datetime) -> Usage:
        return usage_from_item(self._photos.get(quota_key(user_id, china_day(now))))

    def find(self, user_id: UserId, photo_id: PhotoId) -> Photo | None:
        row = self._photos.get(photo_key(user_id, photo_id))
        return photo_from_item(user_id, photo_id, row) if row else None

    def list_page(self, user_id: UserId, *, limit: int, after: PhotoId | None) -> PhotoPage:
        """Read one page of rows, newest first, whatever their state."""
        start = photo_key(user_id, after) if after else None
        page = self._photos.query(
            user_partition(user_id),
            prefix=PHOTO_PREFIX,
            limit=limit,
            after={"pk": start.pk, "sk": start.sk} if start else None,
            newest_first=True,
        )
        photos = tuple(
            photo_from_item(user_id, row["sk"].removeprefix(PHOTO_PREFIX), row)
            for row in page.items
        )
        return PhotoPage(photos, page.next_key is not None)

    def list_all(
        self, user_id: UserId, *, page_size: int, after: PhotoId | None = None
    ) -> Iterator[Photo]:
        """Yield every photo, newest first, whatever its state."""
        while True:
            page = self.list_page(user_id, limit=page_size, after=after)
            yield from page.photos
            if not page.has_more:
                return
            after = page.photos[-1].id

    def claim(self, user_id: UserId, photo_id: PhotoId, lease: Lease, now: datetime) -> Photo:
        """Give a worker the photo: one that waits for its upload, or whose worker is gone.

        Raises:
            ConditionFailed: anything else; it carries the row.
        """
        waiting = AllOf(
            (
                state_is(PhotoState.AWAITING_UPLOAD),
                Compare("expires_at", ">", to_iso(now)),
            )
        )
        row = self._photos.write(
            Update(
                key=photo_key(user_id, photo_id),
                set={
                    "state": PhotoState.PROCESSING,
                    "lease_id": lease.id,
                    "lease_until": to_iso(lease.until),
                },
                when=AnyOf((waiting, is_abandoned(now))),
            )
        )
        assert row is not None  # noqa: S101 - a lone Update returns its row
        return photo_from_item(user_id, photo_id, row)

    def release(self, user_id: UserId, photo_id: PhotoId, lease: Lease, now: datetime) -> None:
        """Let the next delivery take over at once; does nothing where the lease is another's."""
        self._write_quietly(
            Update(
                key=photo_key(user_id, photo_id),
                set={"lease_until": to_iso(now)},
                when=is_held(lease),
            )
        )

    def finish(self, photo: Photo, lease: Lease) -> None:
        """Write the end of a photo, if the lease still holds.

        Raises:
            ConditionFailed: the photo was deleted or taken over meanwhile; it carries the row.
        """
        self._photos.write(ending(photo, when=is_held(lease)))

    def give_up(self, photo: Photo, now: datetime) -> None:
        """Write that a photo failed, unless it has an end already or a worker holds it.

        Raises:
            ConditionFailed: it carries the row.
        """
        unfinished = AnyOf((state_is(PhotoState.AWAITING_UPLOAD), is_abandoned(now)))
        self._photos.write(ending(photo, when=unfinished))

    def note_original_deleted(self, user_id: UserId, photo_id: PhotoId, now: datetime) -> None:
        """Note the first time that the original was gone; a repeat leaves it."""
        self._write_quietly(
            Update(
                key=photo_key(user_id, photo_id),
                set={"original_deleted_at": to_iso(now)},
                when=AllOf((Exists(), Absent("original_deleted_at"))),
            )
        )

    def list_rows(self, user_id: UserId) -> Iterator[Item]:
        """Yield every row about a user: photos, quotas, grants."""
        return read_partition(self._photos, user_partition(user_id))

    def erase_rows(self, user_id: UserId) -> int:
        return delete_rows(self._photos, self.list_rows(user_id))

    def _write_quietly(self, write: Update) -> bool:
        try:
            self._photos.write(write)
        except ConditionFailed:
            return False
        return True


def _earlier_grant(row: Item, fingerprint: str) -> tuple[PhotoId, ...]:
    if row["fingerprint"] != fingerprint:
        raise IdempotencyKeyReused
    return tuple(row["photo_ids"])


def _full_day(
    used: Usage, more: Sequence[Photo], allowance: Allowance, now: datetime
) -> QuotaExceeded:
    retry_after_s = int(until_next_china_day(now).total_seconds()) + 1
    if used.photos + len(more) > allowance.photos_per_day:
        return QuotaExceeded("photos_per_day", retry_after_s)
    more_bytes = sum(photo.max_bytes for photo in more)
    has_room = used.size_bytes + more_bytes <= allowance.bytes_per_day
    return QuotaExceeded("edits_per_day" if has_room else "bytes_per_day", retry_after_s)
