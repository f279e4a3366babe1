"""The conditions of what is written about edits, and the writes that others are part of."""

from datetime import datetime

from chalicelib.clock import to_epoch_s, to_iso
from chalicelib.ids import EditId, UserId
from chalicelib.keys import due_bucket, due_shard, photo_key, quota_key
from chalicelib.photos.edits.model import EDITS_PER_DAY, Edit, EditState
from chalicelib.photos.model import CurrentEdit, Lease, Photo, PhotoState
from chalicelib.retention.model import china_day
from chalicelib.retention.schedule import QUOTAS
from chalicelib.storage import Absent, AllOf, AnyOf, Compare, Condition, Update


def naming(
    photo: Photo, edits: tuple[EditId, ...], *, wanted: EditId | None, now: datetime
) -> Update:
    """Write which edits a photo has, and which is to be shown."""
    names = {"edits": list(edits), "edits_version": photo.edits_version + 1}
    return Update(
        key=photo_key(photo.user_id, photo.id),
        set=names | ({"wanted_edit": wanted} if wanted else {}),
        remove=() if wanted else ("wanted_edit",),
        when=is_as_read(photo, now),
    )


def is_as_read(photo: Photo, now: datetime) -> Condition:
    """Whether a photo is ready, and nothing about its edits changed since it was read."""
    return AllOf((Compare("expires_at", ">", to_iso(now)), has_same_edits(photo)))


def has_same_edits(photo: Photo) -> Condition:
    version = photo.edits_version
    return AllOf(
        (
            Compare("state", "=", PhotoState.READY),
            Compare("edits_version", "=", version) if version else Absent("edits_version"),
        )
    )


def unheld(now: datetime) -> Condition:
    """Whether an edit has no end and no worker."""
    abandoned = AllOf(
        (
            Compare("state", "=", EditState.PROCESSING),
            Compare("lease_until", "<=", to_iso(now)),
        )
    )
    return AnyOf((Compare("state", "=", EditState.QUEUED), abandoned))


def held(lease: Lease) -> Condition:
    return AllOf((Compare("state", "=", EditState.PROCESSING), Compare("lease_id", "=", lease.id)))


def take_quota(user_id: UserId, now: datetime) -> Update:
    """Count an edit towards the day, if there is room."""
    return Update(
        key=quota_key(user_id, china_day(now)),
        add={"edits": 1},
        set={"ttl": to_epoch_s(now + QUOTAS.period)},
        when=AnyOf((Absent("edits"), Compare("edits", "<", EDITS_PER_DAY))),
    )


def due_before(edit: Edit, photo: Photo) -> dict[str, str]:
    """Put an edit into the sweeper's index, if its photo's end is too late for it."""
    if edit.expires_at >= photo.expires_at:
        return {}
    return {"due_bucket": due_bucket(edit.expires_at, due_shard(photo.id))}


def shown_as(edit: Edit) -> CurrentEdit:
    return CurrentEdit(
        id=edit.id,
        media_type=edit.media_type or edit.output.media_type,
        expires_at=edit.expires_at,
        renditions=edit.renditions,
    )
