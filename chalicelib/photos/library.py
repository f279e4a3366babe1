"""Use case: seeing one's photos. What is past its time is not there, swept or not (FD.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.clock import Clock
from chalicelib.errors import NotFound
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import rendition_object
from chalicelib.photos.model import DOWNLOAD_LIFETIME, MAX_WAIT, Photo
from chalicelib.photos.store import PhotoStore
from chalicelib.storage import Objects

POLL_INTERVAL = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPhoto:
    """A photo with addresses to read its renditions from, each good for five minutes."""

    photo: Photo
    urls: Mapping[str, str]
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

    def list_photos(self, user_id: UserId, *, limit: int, after: PhotoId | None) -> LibraryPage:
        """Return one page, newest first; a page is short only at the end of the library."""
        now = self._clock.now()
        shown: list[Photo] = []
        while True:
            page = self._store.list_page(user_id, limit=limit - len(shown), after=after)
            shown += [photo for photo in page.photos if photo.is_visible(now)]
            after = page.photos[-1].id if page.has_more else None
            if after is None or len(shown) == limit:
                return LibraryPage(
                    photos=tuple(self._show(photo, now) for photo in shown), next_after=after
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

    def _show(self, photo: Photo, now: datetime) -> ShownPhoto:
        urls = {
            name: self._renditions.presign_download(
                rendition_object(photo.user_id, photo.id, name),
                filename=f"ifotor-{photo.id[-12:]}-{name}.jpg",
                lifetime=DOWNLOAD_LIFETIME,
            )
            for name in photo.renditions
        }
        return ShownPhoto(photo=photo, urls=urls, urls_expire_at=now + DOWNLOAD_LIFETIME)
