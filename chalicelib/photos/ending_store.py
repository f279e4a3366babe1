"""What may be written about the end of photos, each write with its condition: marked, put off by a
hold, gone.
"""

from datetime import datetime

from chalicelib.clock import to_iso
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import edit_key, photo_key
from chalicelib.photos.edits.model import EditJob
from chalicelib.photos.holds.model import PhotoHeld
from chalicelib.photos.holds.writes import held_from_item, may_go
from chalicelib.photos.items import due_at
from chalicelib.photos.model import PhotoState
from chalicelib.photos.writes import is_finished, marking, not_deleting, state_is
from chalicelib.storage import (
    Absent,
    AllOf,
    AnyOf,
    Compare,
    ConditionFailed,
    Delete,
    Exists,
    Table,
    Update,
)


class EndingStore:
    def __init__(self, photos: Table) -> None:
        self._photos = photos

    def mark_deleting(
        self, user_id: UserId, photo_id: PhotoId, now: datetime, *, only_expired: bool
    ) -> bool:
        """Fence a photo off: from here on no worker can finish it. It is due for the
        sweeper, at once or since its time was over.

        What is being deleted already may be marked again. False where there is nothing to mark.

        Raises:
            PhotoHeld: a hold keeps it. What was marked before the hold came goes on.
        """
        expired = AnyOf((state_is(PhotoState.DELETING), Compare("expires_at", "<=", to_iso(now))))
        # What is past its time stays where it is in the index: what resists the sweep keeps its
        # age.
        fenced = Update(
            key=photo_key(user_id, photo_id),
            set={"state": PhotoState.DELETING},
            when=AllOf((Exists(), expired)),
        )
        mark = fenced if only_expired else marking(user_id, photo_id, now, when=Exists())
        try:
            self._photos.write(mark, may_go(user_id, photo_id, now))
        except ConditionFailed as failure:
            if failure.index == 0:
                return False
            row = self._photos.get(photo_key(user_id, photo_id))
            until = held_from_item(failure.item).until(photo_id, now)
            if row and until and row["state"] != PhotoState.DELETING:
                raise PhotoHeld(until) from None
            return row is not None
        return True

    def put_off(
        self, user_id: UserId, photo_id: PhotoId, again_at: datetime, now: datetime
    ) -> None:
        """Have the sweeper look at what is past its time, and held, again at another time."""
        is_over = Compare("expires_at", "<=", to_iso(now))
        self._write_quietly(
            Update(
                key=photo_key(user_id, photo_id),
                set=due_at(photo_id, again_at),
                when=AllOf((is_over, not_deleting())),
            )
        )

    def note_wish(
        self, user_id: UserId, photo_id: PhotoId, again_at: datetime, now: datetime
    ) -> None:
        """Note once that its owner wants a finished photo gone, which a hold keeps: its time is
        over from now on.
        """
        self._write_quietly(
            Update(
                key=photo_key(user_id, photo_id),
                set={
                    **due_at(photo_id, again_at),
                    "expires_at": to_iso(now),
                    "deletion_wanted_at": to_iso(now),
                },
                when=AllOf((is_finished(), Absent("deletion_wanted_at"))),
            )
        )

    def delete_row(self, user_id: UserId, photo_id: PhotoId) -> bool:
        """Delete the row of a photo whose objects are gone; False if another deletion did."""
        return self._write_quietly(
            Delete(
                key=photo_key(user_id, photo_id),
                when=state_is(PhotoState.DELETING),
            )
        )

    def mark_edit_going(self, job: EditJob, now: datetime) -> None:
        """Begin the end of an edit that ends before its photo; one that began goes on.

        Raises:
            PhotoHeld: a hold keeps its photo.
        """
        key = edit_key(job.user_id, job.photo_id, job.edit_id)
        going = Update(key=key, set={"going": True}, when=Exists())
        try:
            self._photos.write(going, may_go(job.user_id, job.photo_id, now))
        except ConditionFailed as failure:
            until = held_from_item(failure.item).until(job.photo_id, now) if failure.index else None
            row = self._photos.get(key)
            if until and row and "going" not in row:
                raise PhotoHeld(until) from None

    def put_edit_off(self, job: EditJob, again_at: datetime) -> None:
        """Have the sweeper look at an edit that is held again at another time."""
        self._write_quietly(
            Update(
                key=edit_key(job.user_id, job.photo_id, job.edit_id),
                set=due_at(job.photo_id, again_at),
                when=AllOf((Exists(), Absent("going"))),
            )
        )

    def _write_quietly(self, write: Update | Delete) -> bool:
        try:
            self._photos.write(write)
        except ConditionFailed:
            return False
        return True
