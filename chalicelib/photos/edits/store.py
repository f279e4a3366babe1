"""What may be written about edits, each write with its condition.

A photo's row names its edits and counts their changes; an edit's row holds the rest. What must be
true of both is written in one transaction, which names the count it was judged by. Whatever row of
an edit the photo does not name, or whose photo is gone, is nothing but leftovers.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.clock import to_epoch_s, to_iso
from chalicelib.errors import IdempotencyKeyReused, QuotaExceeded
from chalicelib.ids import EditId, PhotoId, UserId
from chalicelib.keys import (
    edit_key,
    edit_request_key,
    edits_prefix,
    photo_key,
    user_partition,
)
from chalicelib.photos.edits.items import edit_ending_to_item, edit_from_item, edit_to_item
from chalicelib.photos.edits.model import (
    REQUEST_REMEMBERED,
    Edit,
    EditJob,
    EditState,
    kept_with,
)
from chalicelib.photos.edits.writes import (
    due_before,
    held,
    is_as_read,
    naming,
    shown_as,
    take_quota,
    unheld,
)
from chalicelib.photos.items import current_edit_to_item
from chalicelib.photos.model import Lease, Photo
from chalicelib.photos.writes import ending, is_held
from chalicelib.retention.model import until_next_china_day
from chalicelib.storage import (
    ALWAYS,
    ROWS_A_PAGE,
    Absent,
    AllOf,
    Check,
    Compare,
    ConditionFailed,
    Delete,
    Elsewhere,
    Item,
    Key,
    Put,
    Table,
    Update,
)


class PhotoChanged(Exception):
    """The photo is not as it was read: other edits, another choice, or gone. Read it again."""


class AlsoRefused(Exception):
    """What else was to be written, in the same transaction, was refused; nothing was written."""


class EditRequest(Struct, frozen=True, kw_only=True):
    """What names one request of a client, so that a repeat is recognised."""

    idempotency_key: str
    fingerprint: str


class EditStore:
    def __init__(self, photos: Table) -> None:
        self._photos = photos

    def put_request(
        self,
        edit: Edit,
        photo: Photo,
        request: EditRequest,
        now: datetime,
        *,
        also: Sequence[Elsewhere] = (),
    ) -> EditId | None:
        """Write an edit and name it in its photo, once for a key: all or nothing, in one call.

        Args:
            also: what else must be written when the edit is asked for.
        Returns:
            None when this call asked for it; the earlier edit when the key came before.
        Raises:
            IdempotencyKeyReused: the key came before with another request.
            QuotaExceeded: the user asked for EDITS_PER_DAY today.
            AlsoRefused, PhotoChanged.
        """
        remembered = {
            "fingerprint": request.fingerprint,
            "photo_id": edit.photo_id,
            "edit_id": edit.id,
            "ttl": to_epoch_s(now + REQUEST_REMEMBERED),
        }
        key = edit_request_key(edit.user_id, edit.photo_id, request.idempotency_key)
        try:
            self._photos.write(
                Put(key=key, item=remembered, when=Absent()),
                take_quota(edit.user_id, now),
                Put(
                    key=_key_of(edit.job),
                    item=edit_to_item(edit) | due_before(edit, photo),
                    when=Absent(),
                ),
                naming(photo, kept_with(photo, edit.id), wanted=edit.id, now=now),
                *also,
            )
        except ConditionFailed as failure:
            if failure.index == 0 and failure.item:
                return _earlier_request(failure.item, request)
            if failure.index == 1:
                raise _full_day(now) from None
            if failure.index > 3:
                raise AlsoRefused from None
            raise PhotoChanged from None
        return None

    def begin(self, edit: Edit, photo: Photo, lease: Lease) -> None:
        """Write that a photo is ready and has its first edit: both at once, if the lease holds.

        Raises:
            ConditionFailed: the photo was deleted or taken over meanwhile; it carries the row.
        """
        ready = ending(photo, when=is_held(lease))
        names = {"edits": [edit.id], "edits_version": 1, "wanted_edit": edit.id}
        self._photos.write(
            Update(key=ready.key, set={**ready.set, **names}, remove=ready.remove, when=ready.when),
            Put(key=_key_of(edit.job), item=edit_to_item(edit), when=Absent()),
        )

    def find(self, job: EditJob) -> Edit | None:
        row = self._photos.get(_key_of(job))
        return edit_from_item(job.user_id, job.photo_id, row) if row else None

    def list_edits(self, user_id: UserId, photo_id: PhotoId) -> tuple[Edit, ...]:
        """Read every row of a photo's edits, newest first: leftovers too."""
        rows = self._list_rows(user_id, photo_id)
        return tuple(edit_from_item(user_id, photo_id, row) for row in rows)

    def choose(self, photo: Photo, edit: Edit | None, now: datetime) -> None:
        """Show an edit that is ready, or the photo as it was uploaded.

        Raises:
            PhotoChanged.
        """
        write = naming(photo, photo.edits, wanted=edit.id if edit else None, now=now)
        shown = {"current_edit": current_edit_to_item(shown_as(edit))} if edit else {}
        hidden = () if edit else ("current_edit",)
        try:
            self._photos.write(
                Update(
                    key=write.key,
                    set={**write.set, **shown},
                    remove=(*write.remove, *hidden),
                    when=write.when,
                )
            )
        except ConditionFailed:
            raise PhotoChanged from None

    def claim(self, job: EditJob, lease: Lease, now: datetime) -> Edit:
        """Give a worker the edit: one that waits, or whose worker is gone; none that is too late.

        Raises:
            ConditionFailed: anything else; it carries the row.
        """
        row = self._photos.write(
            Update(
                key=_key_of(job),
                set={
                    "state": EditState.PROCESSING,
                    "lease_id": lease.id,
                    "lease_until": to_iso(lease.until),
                },
                when=AllOf((unheld(now), Compare("give_up_at", ">", to_iso(now)))),
            )
        )
        assert row is not None  # noqa: S101 - a lone Update returns its row
        return edit_from_item(job.user_id, job.photo_id, row)

    def release(self, job: EditJob, lease: Lease, now: datetime) -> None:
        """Let the next delivery take over at once; does nothing where the lease is another's."""
        try:
            self._photos.write(
                Update(key=_key_of(job), set={"lease_until": to_iso(now)}, when=held(lease))
            )
        except ConditionFailed:
            return

    def finish(
        self,
        edit: Edit,
        photo: Photo,
        lease: Lease,
        now: datetime,
        *,
        also: Sequence[Elsewhere] = (),
    ) -> None:
        """Write the end of an edit, if the lease still holds; show it, if that is still wanted.

        Raises:
            ConditionFailed: the edit was taken over, or is gone.
            AlsoRefused, PhotoChanged.
        """
        ending = Update(
            key=_key_of(edit.job),
            set=edit_ending_to_item(edit),
            remove=("lease_id", "lease_until"),
            when=held(lease),
        )
        unchanged = is_as_read(photo, now)
        in_photo: Update | Check = Check(key=photo_key(edit.user_id, edit.photo_id), when=unchanged)
        if edit.state is EditState.READY and photo.wanted_edit == edit.id:
            in_photo = Update(
                key=in_photo.key,
                set={
                    "current_edit": current_edit_to_item(shown_as(edit)),
                    "edits_version": photo.edits_version + 1,
                },
                when=unchanged,
            )
        try:
            self._photos.write(ending, in_photo, *also)
        except ConditionFailed as failure:
            if failure.index == 0:
                raise
            raise (PhotoChanged if failure.index == 1 else AlsoRefused) from None

    def give_up(self, edit: Edit, now: datetime, *, also: Sequence[Elsewhere] = ()) -> None:
        """Write that an edit failed, unless it has an end already or a worker holds it.

        Raises:
            ConditionFailed: it carries the row.
            AlsoRefused.
        """
        failure = Update(
            key=_key_of(edit.job),
            set=edit_ending_to_item(edit),
            remove=("lease_id", "lease_until"),
            when=unheld(now),
        )
        try:
            self._photos.write(failure, *also)
        except ConditionFailed as refusal:
            if refusal.index:
                raise AlsoRefused from None
            raise

    def delete(self, job: EditJob) -> None:
        # Unconditional: only an edit that its photo does not name is deleted, and no id comes back.
        self._photos.write(Delete(key=_key_of(job), when=ALWAYS))

    def delete_all(self, user_id: UserId, photo_id: PhotoId) -> None:
        """Delete the rows of a photo that is being deleted, and so gets no more of them."""
        for row in self._list_rows(user_id, photo_id):
            edit_id = EditId(row["sk"].removeprefix(edits_prefix(photo_id)))
            self.delete(EditJob(user_id=user_id, photo_id=photo_id, edit_id=edit_id))

    def _list_rows(self, user_id: UserId, photo_id: PhotoId) -> Iterator[Item]:
        after = None
        while True:
            page = self._photos.query(
                user_partition(user_id),
                prefix=edits_prefix(photo_id),
                limit=ROWS_A_PAGE,
                after=after,
                newest_first=True,
            )
            yield from page.items
            after = page.next_key
            if after is None:
                return


def _key_of(job: EditJob) -> Key:
    return edit_key(job.user_id, job.photo_id, job.edit_id)


def _earlier_request(row: Item, request: EditRequest) -> EditId:
    if row["fingerprint"] != request.fingerprint:
        raise IdempotencyKeyReused
    return EditId(row["edit_id"])


def _full_day(now: datetime) -> QuotaExceeded:
    retry_after_s = int(until_next_china_day(now).total_seconds()) + 1
    return QuotaExceeded("edits_per_day", retry_after_s)
