"""Rules for the edits of a photo that moves from a guest to an account. No I/O.

Ids stay what they are, so an edit lies below the photo in the account as it did with the guest.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from chalicelib.ids import UserId
from chalicelib.keys import edit_key, edit_object
from chalicelib.photos.edits.items import edit_ending_to_item, edit_to_item
from chalicelib.photos.edits.model import ENDED, EXTENSIONS, Edit
from chalicelib.photos.edits.writes import due_before
from chalicelib.photos.items import current_edit_to_item
from chalicelib.photos.model import Photo
from chalicelib.storage import Absent, Put


def are_settled(edits: Sequence[Edit], now: datetime) -> bool:
    """Whether nothing is being made any more."""
    return all(edit.state_at(now) in ENDED for edit in edits)


def is_movable(edit: Edit, photo: Photo, now: datetime) -> bool:
    """Whether an edit has an end, is still there, and its photo names it."""
    return edit.id in photo.edits and edit.state in ENDED and now < edit.expires_at


def arriving(photo: Photo, edits: Sequence[Edit], account_id: UserId) -> Photo:
    """Return the photo as the account gets it: it names the edits that came along."""
    moved = {edit.id for edit in edits}
    current = photo.current_edit
    return replace(
        photo,
        user_id=account_id,
        moving_to=None,
        edits=tuple(one for one in photo.edits if one in moved),
        edits_version=1 if moved else 0,
        wanted_edit=photo.wanted_edit if photo.wanted_edit in moved else None,
        current_edit=current if current and current.id in moved else None,
    )


def names_to_item(photo: Photo) -> dict[str, Any]:
    """Write which edits a photo arrives with; nothing of one that has none."""
    if not photo.edits:
        return {}
    shown = {"current_edit": current_edit_to_item(photo.current_edit)} if photo.current_edit else {}
    wanted = {"wanted_edit": photo.wanted_edit} if photo.wanted_edit else {}
    return {
        "edits": list(photo.edits),
        "edits_version": photo.edits_version,
        **shown,
        **wanted,
    }


def rows_of(edits: Sequence[Edit], arrived: Photo) -> Iterator[Put]:
    for edit in edits:
        item = edit_to_item(edit) | edit_ending_to_item(edit) | due_before(edit, arrived)
        yield Put(key=edit_key(arrived.user_id, arrived.id, edit.id), item=item, when=Absent())


def copies_of(edit: Edit, account_id: UserId) -> Iterator[tuple[str, str]]:
    """Yield where each picture of an edit lies, and where it goes."""
    if edit.media_type is None:
        return
    extension = EXTENSIONS[edit.media_type]
    for name in edit.renditions:
        yield (
            edit_object(edit.user_id, edit.photo_id, edit.id, name, extension),
            edit_object(account_id, edit.photo_id, edit.id, name, extension),
        )
