"""What may be written about choices, each write with its condition."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from chalicelib.clock import to_epoch_s, to_iso
from chalicelib.ids import UserId
from chalicelib.keys import due_bucket, due_shard, edit_key, keeping_key, photo_key
from chalicelib.photos.edits.model import Edit
from chalicelib.photos.edits.store import PhotoChanged
from chalicelib.photos.edits.writes import is_as_read
from chalicelib.photos.items import current_edit_to_item, ends_at
from chalicelib.photos.model import CurrentEdit, Photo
from chalicelib.retention.model import TTL_SLACK
from chalicelib.storage import (
    ALWAYS,
    ConditionFailed,
    Delete,
    Exists,
    Put,
    Table,
    Update,
    Write,
)


class ChoiceStore:
    def __init__(self, photos: Table) -> None:
        self._photos = photos

    def find_default(self, user_id: UserId) -> int | None:
        """Return for how many days a person wants new photos kept; None for six months."""
        row = self._photos.get(keeping_key(user_id))
        return row["default_days"] if row else None

    def put_default(self, user_id: UserId, days: int | None) -> None:
        # Unconditional: the last wish of a person counts, and a repeat writes the same.
        key = keeping_key(user_id)
        wish = Put(key=key, item={"default_days": days}, when=ALWAYS)
        self._photos.write(wish if days is not None else Delete(key=key, when=ALWAYS))

    def move_end(
        self, photo: Photo, edits: Sequence[Edit], expires_at: datetime, now: datetime
    ) -> None:
        """Give a photo another end: its row, its place in the sweeper's index and the edits that
        end with it, all or nothing.

        It counts as a change of the photo's edits, so that an edit under way looks at it again.

        Raises:
            PhotoChanged: it is not as it was read, or its time is over: the sweeper has it.
        """
        shown = photo.current_edit
        is_bound = shown is not None and _ends_with_photo(edits, shown)
        moved = shown and CurrentEdit(
            id=shown.id,
            media_type=shown.media_type,
            expires_at=expires_at if is_bound else shown.expires_at,
            renditions=shown.renditions,
        )
        in_photo = Update(
            key=photo_key(photo.user_id, photo.id),
            set={
                **ends_at(photo.id, expires_at),
                "edits_version": photo.edits_version + 1,
                **({"current_edit": current_edit_to_item(moved)} if moved else {}),
            },
            when=is_as_read(photo, now),
        )
        try:
            self._photos.write(in_photo, *_moving_edits(photo, edits, expires_at))
        except ConditionFailed:
            raise PhotoChanged from None


def _moving_edits(photo: Photo, edits: Sequence[Edit], expires_at: datetime) -> Iterator[Write]:
    for edit in edits:
        changes: dict[str, str | int] = {}
        if not edit.sources:
            changes = {
                "expires_at": to_iso(expires_at),
                "ttl": to_epoch_s(expires_at + TTL_SLACK),
            }
        elif edit.expires_at < expires_at:
            changes = {"due_bucket": due_bucket(edit.expires_at, due_shard(photo.id))}
        if changes:
            key = edit_key(photo.user_id, photo.id, edit.id)
            yield Update(key=key, set=changes, when=Exists())


def _ends_with_photo(edits: Sequence[Edit], shown: CurrentEdit) -> bool:
    return any(edit.id == shown.id and not edit.sources for edit in edits)
