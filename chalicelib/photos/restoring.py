"""Use case: rows that were lost come back from a backup, and nobody who was destroyed does.

A backup of DynamoDB is restored as a table of its own. Its rows are copied into the living table
one by one: never over one that is there, and never one that has a tombstone. What is past its time
is made due, or it would lie behind the sweeper's cursor for ever.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from chalicelib.clock import Clock, from_iso
from chalicelib.ids import EditId, PhotoId, UserId
from chalicelib.keys import EDIT_PREFIX, HOLD_PREFIX, PHOTO_PREFIX, held_key, keeping_key, photo_key
from chalicelib.observability import EventLog
from chalicelib.photos.items import due_at
from chalicelib.photos.model import PhotoState
from chalicelib.photos.tombstones import Tombstones
from chalicelib.storage import Absent, ConditionFailed, Item, Key, Put, Table


class Restored(Struct, frozen=True, kw_only=True):
    """What became of a backup's rows; `left` are of kinds that nobody misses, such as quotas."""

    copied: int = 0
    present: int = 0
    buried: int = 0
    left: int = 0


class RestoreService:
    def __init__(
        self, *, photos: Table, tombstones: Tombstones, clock: Clock, log: EventLog
    ) -> None:
        self._photos = photos
        self._tombstones = tombstones
        self._clock = clock
        self._log = log

    def restore(self, read_rows: Callable[[], Iterable[Item]]) -> Restored:
        """Copy back what is missing of a backup of the photos table; repeatable.

        Args:
            read_rows: yields every row of it; called twice, because an edit comes after its photo.
        """
        counts = dict.fromkeys(Restored.__struct_fields__, 0)
        for row in read_rows():
            if not row["sk"].startswith(EDIT_PREFIX):
                counts[self._restore(row)] += 1
        for row in read_rows():
            if row["sk"].startswith(EDIT_PREFIX):
                counts[self._restore_edit(row)] += 1
        restored = Restored(**counts)
        self._log.record("photos_restored", count=restored.copied, objects=restored.buried)
        return restored

    def _restore(self, row: Item) -> str:
        user_id = UserId(row["pk"].removeprefix("USER#"))
        sort_key = row["sk"]
        alone = (held_key(user_id).sk, keeping_key(user_id).sk)
        if not (sort_key.startswith((PHOTO_PREFIX, HOLD_PREFIX)) or sort_key in alone):
            return "left"
        if self._tombstones.is_buried(user_id):
            return "buried"
        if not sort_key.startswith(PHOTO_PREFIX):
            return self._put(row, {})
        photo_id = PhotoId(sort_key.removeprefix(PHOTO_PREFIX))
        if self._tombstones.is_buried(user_id, photo_id):
            return "buried"
        now = self._clock.now()
        is_due = row["state"] == PhotoState.DELETING or from_iso(row["expires_at"]) <= now
        return self._put(row, due_at(photo_id, now) if is_due else {})

    def _restore_edit(self, row: Item) -> str:
        """Copy back an edit that its photo names; what it does not name was taken away since."""
        user_id = UserId(row["pk"].removeprefix("USER#"))
        _, photo_id, edit_id = row["sk"].split("#")
        photo = self._photos.get(photo_key(user_id, PhotoId(photo_id)))
        if photo is None or EditId(edit_id) not in photo.get("edits", ()):
            return "buried"
        return self._put(row, {})

    def _put(self, row: Item, changes: dict[str, Any]) -> str:
        key = Key(row["pk"], row["sk"])
        try:
            self._photos.write(Put(key=key, item={**row, **changes}, when=Absent()))
        except ConditionFailed:
            return "present"
        return "copied"
