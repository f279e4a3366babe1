"""Single writes about photos and quotas, and their conditions; the stores put them together."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.clock import to_epoch_s, to_iso
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import photo_key, quota_key
from chalicelib.photos.edits.model import EDITS_PER_DAY
from chalicelib.photos.items import ending_to_item, ends_at
from chalicelib.photos.model import TERMINAL, Allowance, Lease, Photo, PhotoState
from chalicelib.retention.model import china_day
from chalicelib.retention.schedule import QUOTAS
from chalicelib.storage import Absent, AllOf, AnyOf, Compare, Condition, Exists, Update


def ending(photo: Photo, *, when: Condition) -> Update:
    """Write how a photo ended, or that it waits again, and let go of the lease."""
    over = ("first_edit",) if photo.state in TERMINAL else ()
    return Update(
        key=photo_key(photo.user_id, photo.id),
        set=ending_to_item(photo),
        remove=("lease_id", "lease_until", *over),
        when=when,
    )


def marking(user_id: UserId, photo_id: PhotoId, now: datetime, *, when: Condition) -> Update:
    """Mark a photo as being deleted, and as due for the sweeper at once."""
    return Update(
        key=photo_key(user_id, photo_id),
        set={
            "state": PhotoState.DELETING,
            **ends_at(photo_id, now),
        },
        when=when,
    )


def state_is(state: PhotoState) -> Condition:
    return Compare("state", "=", state)


def is_finished() -> Condition:
    return AnyOf(tuple(state_is(state) for state in sorted(TERMINAL)))


def not_deleting() -> Condition:
    return AnyOf(tuple(state_is(one) for one in PhotoState if one is not PhotoState.DELETING))


def is_abandoned(now: datetime) -> Condition:
    return AllOf((state_is(PhotoState.PROCESSING), Compare("lease_until", "<=", to_iso(now))))


def is_held(lease: Lease) -> Condition:
    return AllOf((state_is(PhotoState.PROCESSING), Compare("lease_id", "=", lease.id)))


def _room(counter: str, at_most: int) -> Condition:
    """Whether adding leaves a counter within its limit; a request beyond it never fits."""
    if at_most < 0:
        return AllOf((Exists(counter), Absent(counter)))
    return AnyOf((Absent(counter), Compare(counter, "<=", at_most)))


def counting(user_id: UserId, photos: Sequence[Photo], now: datetime, *, when: Condition) -> Update:
    """Count the photos and the bytes they may have towards the day."""
    return _counting(user_id, _taken(photos), now, when=when)


def taking_quota(
    user_id: UserId, photos: Sequence[Photo], allowance: Allowance, now: datetime
) -> Update:
    """Count what is granted towards the day, with the edits that come with it, if there is room."""
    edits = sum(photo.first_edit is not None for photo in photos)
    taken = _taken(photos) | ({"edits": edits} if edits else {})
    limits = {
        "photos": allowance.photos_per_day,
        "size_bytes": allowance.bytes_per_day,
        "edits": EDITS_PER_DAY,
    }
    room = AllOf(tuple(_room(name, limits[name] - taken[name]) for name in taken))
    return _counting(user_id, taken, now, when=room)


def _counting(
    user_id: UserId, taken: Mapping[str, int], now: datetime, *, when: Condition
) -> Update:
    return Update(
        key=quota_key(user_id, china_day(now)),
        add=taken,
        set={"ttl": to_epoch_s(now + QUOTAS.period)},
        when=when,
    )


def _taken(photos: Sequence[Photo]) -> dict[str, int]:
    return {"photos": len(photos), "size_bytes": sum(photo.max_bytes for photo in photos)}
