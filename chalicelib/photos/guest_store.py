"""What may be written about the photos of guests: when they are due, and their way to an account.

A guest is marked in the index of what is due with the first grant, in its transaction, so no photo
of a guest is ever without the mark that ends it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from chalicelib.clock import to_iso
from chalicelib.ids import UserId
from chalicelib.keys import (
    GUEST_MARK,
    due_bucket,
    due_shard,
    guest_mark_key,
    photo_key,
    user_partition,
)
from chalicelib.photos.edits.model import Edit
from chalicelib.photos.edits.moving import arriving, names_to_item, rows_of
from chalicelib.photos.edits.writes import has_same_edits
from chalicelib.photos.holds.writes import may_go
from chalicelib.photos.items import photo_to_item
from chalicelib.photos.model import Lease, Photo, PhotoState
from chalicelib.photos.writes import counting, ending, is_held, marking, state_is
from chalicelib.retention.model import GUEST_MARGIN, china_day
from chalicelib.storage import (
    ALWAYS,
    Absent,
    AllOf,
    ConditionFailed,
    Delete,
    Exists,
    Put,
    Table,
    Update,
    Write,
    delete_rows,
    read_partition,
)


class GuestPhotoStore:
    def __init__(self, photos: Table) -> None:
        self._photos = photos

    def mark_due(self, guest_id: UserId, due_at: datetime) -> None:
        """Make a guest due at another time; nothing where it has no mark, and so no photos."""
        try:
            self._photos.write(_marking(guest_id, due_at, must_exist=True))
        except ConditionFailed:
            return

    def erase_rows(self, guest_id: UserId) -> int:
        """Delete every row about a guest but the mark, and count them."""
        rows = read_partition(self._photos, user_partition(guest_id))
        return delete_rows(self._photos, (row for row in rows if row["sk"] != GUEST_MARK))

    def unmark(self, guest_id: UserId) -> None:
        # Unconditional: it comes last, and may come twice.
        self._photos.write(Delete(key=guest_mark_key(guest_id), when=ALWAYS))

    def begin_move(self, photo: Photo, account_id: UserId, lease: Lease, now: datetime) -> None:
        """Write the photo's row in the account, and in the guest's that it exists: both at once.

        From here on the absence of the account's row means that its owner deleted the photo. It
        counts towards the account's day if it was granted today, whatever room there is.

        Raises:
            ConditionFailed: the photo is not the guest's to give any more.
        """
        arriving = {
            **photo_to_item(photo),
            "state": PhotoState.PROCESSING,
            "lease_id": lease.id,
            "lease_until": to_iso(lease.until),
        }
        self._photos.write(
            Put(key=photo_key(account_id, photo.id), item=arriving, when=Absent()),
            Update(
                key=photo_key(photo.user_id, photo.id),
                set={"moving_to": account_id},
                when=AllOf((state_is(PhotoState.READY), Absent("moving_to"))),
            ),
            *_counted_today(photo, account_id, now),
        )

    def finish_move(
        self, photo: Photo, edits: Sequence[Edit], account_id: UserId, lease: Lease, now: datetime
    ) -> None:
        """End the photo's life with the guest and begin it in the account, with these edits: all
        at once, if nothing about its edits changed since it was read.

        Raises:
            ConditionFailed: index 0, the account's row is gone or another holds it; 2, a legal hold
                keeps the guest's.
        """
        arrived = arriving(photo, edits, account_id)
        ready = ending(arrived, when=is_held(lease))
        self._photos.write(
            Update(
                key=ready.key,
                set={**ready.set, **names_to_item(arrived)},
                remove=ready.remove,
                when=ready.when,
            ),
            marking(photo.user_id, photo.id, now, when=has_same_edits(photo)),
            may_go(photo.user_id, photo.id, now),
            *rows_of(edits, arrived),
        )


def marking_guest(guest_id: UserId, guest_until: datetime) -> Update:
    """Make a guest due a while after its end; part of each of its grants, and always the same."""
    return _marking(guest_id, guest_until + GUEST_MARGIN, must_exist=False)


def _marking(guest_id: UserId, due_at: datetime, *, must_exist: bool) -> Update:
    return Update(
        key=guest_mark_key(guest_id),
        set={
            "expires_at": to_iso(due_at),
            "due_bucket": due_bucket(due_at, due_shard(guest_id)),
        },
        when=Exists() if must_exist else ALWAYS,
    )


def _counted_today(photo: Photo, account_id: UserId, now: datetime) -> Iterator[Write]:
    if china_day(photo.created_at) == china_day(now):
        yield counting(account_id, [photo], now, when=ALWAYS)
