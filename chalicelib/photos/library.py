"""Use case: seeing one's photos. What is past its time is not there, swept or not (FD.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from chalicelib.clock import Clock
from chalicelib.errors import NotFound
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import edit_object, rendition_object
from chalicelib.photos.edits.model import EXTENSIONS
from chalicelib.photos.holds.model import Held
from chalicelib.photos.holds.store import HoldStore
from chalicelib.photos.model import DOWNLOAD_LIFETIME, MAX_WAIT, CurrentEdit, Photo, PhotoState
from chalicelib.photos.naming import file_name
from chalicelib.photos.store import PhotoStore
from chalicelib.storage import Objects

POLL_INTERVAL = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPhoto:
    """A photo with addresses to read its renditions from, each good for five minutes.

    Attributes:
        held_until: when a legal hold on it ends, if there is one.
        edit: what `urls` show; None for the photo as it was uploaded.
        unedited_urls: that one, where an edit is shown.
    """

    photo: Photo
    held_until: datetime | None
    edit: CurrentEdit | None
    urls: Mapping[str, str]
    unedited_urls: Mapping[str, str]
    urls_expire_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPage:
    photos: tuple[ShownPhoto, ...]
    next_after: PhotoId | None


class LibraryService:
    def __init__(
        self, *, store: PhotoStore, holds: HoldStore, renditions: Objects, clock: Clock
    ) -> None:
        self._store = store
        self._holds = holds
        self._renditions = renditions
        self._clock = clock

    def list_photos(
        self,
        user_id: UserId,
        *,
        limit: int,
        after: PhotoId | None,
        state: PhotoState | None = None,
    ) -> LibraryPage:
        """Return one page, newest first; a page is short only at the end of the library.

        With `state`, only photos in it: filtered while reading, at the cost of what is read.
        """
        now, held = self._clock.now(), self._holds.get_held(user_id)
        wanted = (
            photo
            for photo in self._store.list_all(user_id, page_size=limit + 1, after=after)
            if _is_shown(photo, held, now) and state in (None, photo.state)
        )
        found = list(islice(wanted, limit + 1))
        return LibraryPage(
            photos=tuple(self._show(photo, held, now) for photo in found[:limit]),
            next_after=found[limit - 1].id if len(found) > limit else None,
        )

    def get_photo(
        self, user_id: UserId, photo_id: PhotoId, *, wait: timedelta = timedelta()
    ) -> ShownPhoto:
        """Return a photo of the user's own; with `wait`, once it is settled or the time is over.

        Raises:
            NotFound: no such photo, somebody else's, deleted, or past its time: one answer for all.
        """
        until = self._clock.now() + min(wait, MAX_WAIT)
        while True:
            photo = self._store.find(user_id, photo_id)
            now = self._clock.now()
            if photo is None:
                raise NotFound
            if photo.is_settled or now >= until or not photo.is_visible(now):
                held = self._holds.get_held(user_id)
                if not _is_shown(photo, held, now):
                    raise NotFound
                return self._show(photo, held, now)
            self._clock.sleep(POLL_INTERVAL)

    def _show(self, photo: Photo, held: Held, now: datetime) -> ShownPhoto:
        edit = photo.shown_edit(now)
        unedited = {
            name: self._sign(
                photo, name, rendition_object(photo.user_id, photo.id, name), extension="jpg"
            )
            for name in photo.renditions
        }
        return ShownPhoto(
            photo=photo,
            held_until=held.until(photo.id, now),
            edit=edit,
            urls=self._sign_edit(photo, edit) if edit else unedited,
            unedited_urls=unedited if edit else {},
            urls_expire_at=now + DOWNLOAD_LIFETIME,
        )

    def _sign_edit(self, photo: Photo, edit: CurrentEdit) -> Mapping[str, str]:
        extension = EXTENSIONS[edit.media_type]
        return {
            name: self._sign(
                photo,
                name,
                edit_object(photo.user_id, photo.id, edit.id, name, extension),
                extension=extension,
            )
            for name in edit.renditions
        }

    def _sign(self, photo: Photo, name: str, key: str, *, extension: str) -> str:
        return self._renditions.presign_download(
            key, filename=file_name(photo.id, name, extension), lifetime=DOWNLOAD_LIFETIME
        )


def _is_shown(photo: Photo, held: Held, now: datetime) -> bool:
    """Whether its owner sees a photo: until its end, and while it is kept beyond that by a hold,
    because what is kept of somebody is no secret to them (I.1).
    """
    is_kept = photo.state is PhotoState.READY and held.until(photo.id, now) is not None
    return is_kept or photo.is_visible(now)
