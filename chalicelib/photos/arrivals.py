"""Use case: the photos of a guest who logged in come into the account (docs/decisions/0014).

A photo is moved like one is processed: a row in the account under a lease → copy the renditions,
its edits' too → commit, which writes the edits' rows and ends the guest's copy in the same
transaction → destroy that. Whatever dies half-way is taken up by the next call, or by the sweep.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from msgspec import Struct

from chalicelib.clock import Clock
from chalicelib.ids import Entropy, LeaseId, UserId, uuid7
from chalicelib.keys import rendition_object, renditions_prefix
from chalicelib.observability import EventLog, Level
from chalicelib.photos.deletion import DeletionService
from chalicelib.photos.edits.model import Edit
from chalicelib.photos.edits.moving import are_settled, copies_of, is_movable
from chalicelib.photos.edits.store import EditStore
from chalicelib.photos.guest_store import GuestPhotoStore
from chalicelib.photos.model import LEASE, MAX_MOVED_AT_ONCE, Lease, Photo, PhotoState
from chalicelib.photos.ports import GuestRegister
from chalicelib.photos.store import PhotoStore
from chalicelib.retention.model import backstop_of
from chalicelib.storage import ROWS_A_PAGE, ConditionFailed, ObjectMissing, Objects


class Brought(Struct, frozen=True, kw_only=True):
    """What one call did: `photos` it was done with; `waiting` ones are still being processed or
    edited, or moved by another call.
    """

    photos: int = 0
    waiting: int = 0
    has_more: bool = False

    def __add__(self, other: "Brought") -> "Brought":
        return Brought(
            photos=self.photos + other.photos,
            waiting=self.waiting + other.waiting,
            has_more=self.has_more or other.has_more,
        )


class ArrivalService:
    def __init__(
        self,
        *,
        store: PhotoStore,
        guest_store: GuestPhotoStore,
        register: GuestRegister,
        edits: EditStore,
        deletion: DeletionService,
        renditions: Objects,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._store = store
        self._guest_store = guest_store
        self._register = register
        self._edits = edits
        self._deletion = deletion
        self._renditions = renditions
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def bring_photos(self, account_id: UserId) -> Brought:
        """Move up to MAX_MOVED_AT_ONCE photos of guests who logged in to an account; repeat while
        `has_more`, and later while photos are `waiting`.
        """
        brought = Brought()
        for guest_id in self._register.list_joined(account_id):
            if brought.has_more:
                break
            # Due at once: the next sweep finishes what this call leaves or dies over.
            self._guest_store.mark_due(guest_id, self._clock.now())
            room = MAX_MOVED_AT_ONCE - brought.photos
            brought += self.bring_from(guest_id, account_id, at_most=room)
        return brought

    def bring_from(self, guest_id: UserId, account_id: UserId, *, at_most: int) -> Brought:
        """Move the ready photos of one guest; refused ones have no image and end with the guest."""
        moved = waiting = 0
        for photo in self._store.list_all(guest_id, page_size=ROWS_A_PAGE):
            if not photo.is_visible(self._clock.now()):
                continue
            if not photo.is_settled:
                waiting += 1
            elif photo.state is PhotoState.READY:
                if moved == at_most:
                    return Brought(photos=moved, waiting=waiting, has_more=True)
                is_done = self._bring(photo, account_id, self._clock.now())
                moved, waiting = moved + is_done, waiting + (not is_done)
        if moved:
            self._log.record("guest_photos_brought", count=moved)
        return Brought(photos=moved, waiting=waiting)

    def _bring(self, photo: Photo, account_id: UserId, now: datetime) -> bool:
        """Move one photo; False while another call is at it, or an edit of it is being made."""
        edits = self._edits.list_edits(photo.user_id, photo.id) if photo.edits else ()
        edits = tuple(edit for edit in edits if edit.id in photo.edits)
        if not are_settled(edits, now):
            return False
        lease = Lease(id=LeaseId(uuid7(now, self._entropy)), until=now + LEASE)
        try:
            if photo.moving_to is None:
                self._guest_store.begin_move(photo, account_id, lease, now)
            else:
                self._store.claim(account_id, photo.id, lease, now)
        except ConditionFailed as refusal:
            # A row there may be another call's; none there means that its owner deleted it.
            if photo.moving_to is None or not _is_gone(refusal):
                return False
        else:
            if not self._copy_and_commit(photo, edits, account_id, lease, now):
                return False
        self._deletion.delete_photos(photo.user_id, [photo.id])
        return True

    def _copy_and_commit(
        self,
        photo: Photo,
        edits: Sequence[Edit],
        account_id: UserId,
        lease: Lease,
        now: datetime,
    ) -> bool:
        """Copy the renditions and make the photo the account's; False if another took it over, or
        its edits changed.
        """
        try:
            moved = self._copy_all(photo, edits, account_id, now)
        except ObjectMissing:
            self._log.record("rendition_missing", level=Level.ERROR, photo_id=photo.id)
            self._deletion.delete_photos(account_id, [photo.id])
            return True
        try:
            self._guest_store.finish_move(photo, moved, account_id, lease, now)
        except ConditionFailed as refusal:
            if not _is_gone(refusal):
                return False
            # Its owner deleted it meanwhile: what was copied after that must go.
            self._renditions.destroy(renditions_prefix(account_id, photo.id))
        return True

    def _copy_all(
        self, photo: Photo, edits: Sequence[Edit], account_id: UserId, now: datetime
    ) -> tuple[Edit, ...]:
        """Copy the photo's renditions, and those of its edits; returns the edits that came along.

        Raises:
            ObjectMissing: of the photo itself.
        """

        def copy(pair: tuple[str, str]) -> None:
            backstop = backstop_of(photo.created_at, photo.expires_at)
            self._renditions.copy(*pair, backstop=backstop)

        def copy_edit(edit: Edit) -> Edit | None:
            try:
                for pair in copies_of(edit, account_id):
                    copy(pair)
            except ObjectMissing:
                # One made of photos that end earlier may be swept at this moment.
                self._log.record("rendition_missing", photo_id=photo.id, edit_id=edit.id)
                return None
            return edit

        own = [
            (
                rendition_object(photo.user_id, photo.id, name),
                rendition_object(account_id, photo.id, name),
            )
            for name in photo.renditions
        ]
        movable = [edit for edit in edits if is_movable(edit, photo, now)]
        # All in about the time of three round trips; S3 is waited for, not worked for.
        with ThreadPoolExecutor(max_workers=len(own) + len(movable)) as pool:
            followed = [pool.submit(copy_edit, edit) for edit in movable]
            for done in [pool.submit(copy, pair) for pair in own]:
                done.result()
            came = [done.result() for done in followed]
        return tuple(edit for edit in came if edit)


def _is_gone(refusal: ConditionFailed) -> bool:
    """Whether the account has no such photo any more, or is deleting it."""
    is_of_account = refusal.index == 0
    item = refusal.item
    return is_of_account and (item is None or item["state"] == PhotoState.DELETING)
