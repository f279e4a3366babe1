"""Use case: a person decides how long a photo is kept (FD.4, ST.0).

Sooner is always possible. Later needs an end date, for each photo by itself, and has a furthest
one. A default of one's own is for photos to come: those that are there keep the end they have,
because nobody should lose a photo to a setting.
"""

from datetime import date, datetime

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, InvalidRequest, NotFound
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import renditions_prefix
from chalicelib.observability import EventLog
from chalicelib.photos.edits.store import EditStore, PhotoChanged
from chalicelib.photos.keeping.store import ChoiceStore
from chalicelib.photos.model import Photo, PhotoState
from chalicelib.photos.store import PhotoStore
from chalicelib.retention.model import (
    Backstop,
    backstop_of,
    china_day,
    end_of_china_day,
    keeping_of,
    longest_expires_at,
    photo_expires_at,
)
from chalicelib.storage import Objects

CHOICE_TRIES = 5


class ChoiceService:
    def __init__(
        self,
        *,
        store: PhotoStore,
        edits: EditStore,
        choices: ChoiceStore,
        renditions: Objects,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._store = store
        self._edits = edits
        self._choices = choices
        self._renditions = renditions
        self._clock = clock
        self._log = log

    def get_default(self, user_id: UserId) -> int | None:
        return self._choices.find_default(user_id)

    def set_default(self, user_id: UserId, days: int | None) -> None:
        """Keep photos that become ready from now on for `days` days; None for six months."""
        self._choices.put_default(user_id, days)

    def choose(self, user_id: UserId, photo_id: PhotoId, last_day: date | None) -> None:
        """Keep a photo until the end of a day in Asia/Shanghai; None for six months again.

        Raises:
            NotFound: there is no such ready photo of the user's own.
            InvalidRequest: the day is over, or beyond what may be chosen.
            Conflict: it kept changing meanwhile; repeat.
        """
        for _ in range(CHOICE_TRIES):
            now = self._clock.now()
            photo = self._store.find(user_id, photo_id)
            if photo is None or photo.state is not PhotoState.READY or not photo.is_visible(now):
                raise NotFound
            expires_at = _chosen_end(photo, last_day, now)
            if expires_at == photo.expires_at:
                return
            if backstop_of(photo.created_at, expires_at) is Backstop.LONGER:
                # Before the row says so, and never taken back: the backstop may come late and not
                # early, whatever dies or overtakes in between.
                prefix = renditions_prefix(user_id, photo_id)
                self._renditions.retag(prefix, backstop=Backstop.LONGER)
            edits = [
                edit for edit in self._edits.list_edits(user_id, photo_id) if edit.id in photo.edits
            ]
            try:
                self._choices.move_end(photo, edits, expires_at, now)
            except PhotoChanged:
                continue
            choice = keeping_of(photo.created_at, expires_at)
            self._log.record("photo_end_chosen", photo_id=photo_id, reason=choice)
            return
        raise Conflict("The photo is changing; repeat.")


def _chosen_end(photo: Photo, last_day: date | None, now: datetime) -> datetime:
    if last_day is None:
        expires_at = photo_expires_at(photo.created_at)
        if expires_at <= now:
            raise InvalidRequest.at("/last_day", "Its six months are over; name a day.")
        return expires_at
    furthest = china_day(longest_expires_at(photo.created_at))
    if not china_day(now) <= last_day < furthest:
        raise InvalidRequest.at("/last_day", f"Expected a day from today to before {furthest}.")
    return end_of_china_day(last_day)
