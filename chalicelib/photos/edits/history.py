"""Use case: the edits of a photo: seeing them, and going back to one, or to the photo without."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import EditId, PhotoId, UserId
from chalicelib.keys import edit_object
from chalicelib.observability import EventLog
from chalicelib.photos.edits.model import ENDED, EXTENSIONS, Edit, EditJob, EditState
from chalicelib.photos.edits.store import EditStore, PhotoChanged
from chalicelib.photos.library import POLL_INTERVAL
from chalicelib.photos.model import DOWNLOAD_LIFETIME, MAX_WAIT, Photo
from chalicelib.photos.naming import file_name
from chalicelib.photos.store import PhotoStore
from chalicelib.storage import Objects

TRIES = 4


class ShownEdit(Struct, frozen=True, kw_only=True):
    """An edit with addresses to read its pictures from, each good for five minutes."""

    edit: Edit
    state: EditState
    reason: str | None
    is_current: bool
    urls: Mapping[str, str]
    urls_expire_at: datetime


class EditHistoryService:
    def __init__(
        self,
        *,
        photos: PhotoStore,
        store: EditStore,
        renditions: Objects,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._photos = photos
        self._store = store
        self._renditions = renditions
        self._clock = clock
        self._log = log

    def list_edits(self, user_id: UserId, photo_id: PhotoId) -> tuple[ShownEdit, ...]:
        """Return the edits of a photo of the user's own, last asked for first.

        Raises:
            NotFound: one answer for all that is not there.
        """
        now = self._clock.now()
        photo = self._get_photo(user_id, photo_id, now)
        rows = self._store.list_edits(user_id, photo_id) if photo.edits else ()
        there = [one for one in rows if _is_there(one, photo, now)]
        there.sort(key=lambda one: photo.edits.index(one.id), reverse=True)
        return tuple(self._show(one, photo, now) for one in there)

    def get_edit(self, job: EditJob, *, wait: timedelta = timedelta()) -> ShownEdit:
        """Return one edit; with `wait`, once it has its end or the time is over.

        Raises:
            NotFound.
        """
        until = self._clock.now() + min(wait, MAX_WAIT)
        while True:
            now = self._clock.now()
            edit = self._store.find(job)
            if edit is None:
                raise NotFound
            if edit.state_at(now) in ENDED or now >= until:
                photo = self._get_photo(job.user_id, job.photo_id, now)
                if not _is_there(edit, photo, now):
                    raise NotFound
                return self._show(edit, photo, now)
            self._clock.sleep(POLL_INTERVAL)

    def choose_edit(self, user_id: UserId, photo_id: PhotoId, edit_id: EditId | None) -> None:
        """Show an edit that is ready, or, without one, the photo as it was uploaded.

        An edit that is still being made does not take this back. Repeatable.

        Raises:
            NotFound: no such photo, or no such edit of it.
            Conflict: the edit is not ready, or the photo changes all the time.
        """
        for _ in range(TRIES):
            now = self._clock.now()
            photo = self._get_photo(user_id, photo_id, now)
            edit = self._get_ready(photo, edit_id, now) if edit_id else None
            try:
                self._store.choose(photo, edit, now)
            except PhotoChanged:
                continue
            self._log.record("edit_chosen", photo_id=photo_id, edit_id=edit_id)
            return
        raise Conflict("Other edits of this photo were asked for at the same time; try again.")

    def _get_ready(self, photo: Photo, edit_id: EditId, now: datetime) -> Edit:
        job = EditJob(user_id=photo.user_id, photo_id=photo.id, edit_id=edit_id)
        edit = self._store.find(job)
        if edit is None or not _is_there(edit, photo, now):
            raise NotFound
        if edit.state is not EditState.READY:
            raise Conflict("That edit is not ready.")
        return edit

    def _get_photo(self, user_id: UserId, photo_id: PhotoId, now: datetime) -> Photo:
        photo = self._photos.find(user_id, photo_id)
        if photo is None or not photo.is_visible(now):
            raise NotFound
        return photo

    def _show(self, edit: Edit, photo: Photo, now: datetime) -> ShownEdit:
        current = photo.shown_edit(now)
        extension = EXTENSIONS[edit.media_type or edit.output.media_type]
        urls = {
            name: self._renditions.presign_download(
                edit_object(edit.user_id, edit.photo_id, edit.id, name, extension),
                filename=file_name(edit.photo_id, name, extension),
                lifetime=DOWNLOAD_LIFETIME,
            )
            for name in edit.renditions
        }
        return ShownEdit(
            edit=edit,
            state=edit.state_at(now),
            reason=edit.reason_at(now),
            is_current=current is not None and current.id == edit.id,
            urls=urls,
            urls_expire_at=now + DOWNLOAD_LIFETIME,
        )


def _is_there(edit: Edit, photo: Photo, now: datetime) -> bool:
    return edit.id in photo.edits and now < edit.expires_at
