"""Use case: seeing one's photos. What is past its time is not there, swept or not (FD.4)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from chalicelib.clock import Clock
from chalicelib.errors import NotFound
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import edit_object, rendition_object
from chalicelib.photos.edits.model import EXTENSIONS
from chalicelib.photos.model import DOWNLOAD_LIFETIME, MAX_WAIT, CurrentEdit, Photo, PhotoState
from chalicelib.photos.naming import file_name
from chalicelib.photos.store import PhotoStore
from chalicelib.storage import Objects

POLL_INTERVAL = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPhoto:
    """A photo with addresses to read its renditions from, each good for five minutes.

    Attributes:
        edit: what `urls` show; None for the photo as it was uploaded.
        unedited_urls: that one, where an edit is shown.
    """

    photo: Photo
    edit: CurrentEdit | None
    urls: Mapping[str, str]
    unedited_urls: Mapping[str, str]
    urls_expire_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPage:
    photos: tuple[ShownPhoto, ...]
    next_after: PhotoId | None


class LibraryService:
    def __init__(self, *, store: PhotoStore, renditions: Objects, clock: Clock) -> None:
        self._store = store
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
        now = self._clock.now()
        wanted = (
            photo
            for photo in self._walk(user_id, after, page_size=limit + 1)
            if photo.is_visible(now) and state in (None, photo.state)
        )
        found = list(islice(wanted, limit + 1))
        return LibraryPage(
            photos=tuple(self._show(photo, now) for photo in found[:limit]),
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
            if photo is None or not photo.is_visible(now):
                raise NotFound
            if photo.is_settled or now >= until:
                return self._show(photo, now)
            self._clock.sleep(POLL_INTERVAL)

    def _walk(self, user_id: UserId, after: PhotoId | None, *, page_size: int) -> Iterator[Photo]:
        while True:
            page = self._store.list_page(user_id, limit=page_size, after=after)
            yield from page.photos
            if not page.has_more:
                return
            after = page.photos[-1].id

    def _show(self, photo: Photo, now: datetime) -> ShownPhoto:
        edit = photo.shown_edit(now)
        unedited = {
            name: self._sign(
                photo, name, rendition_object(photo.user_id, photo.id, name), extension="jpg"
            )
            for name in photo.renditions
        }
        return ShownPhoto(
            photo=photo,
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
