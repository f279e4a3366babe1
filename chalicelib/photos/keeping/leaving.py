"""Use case: owners are told before their photos leave, in time to save them (FD.4).

Fourteen days and three days before, once a day of leaving, however many photos leave on it. What
is read are the hours of the index that come into view, so the cost grows with what leaves and not
with what is stored. A run that was missed or killed is made up for.
"""

from datetime import date, datetime, timedelta

from chalicelib.clock import Clock
from chalicelib.ids import UserId
from chalicelib.observability import EventLog
from chalicelib.photos.keeping.leaving_store import LeavingStore
from chalicelib.photos.model import Photo, PhotoState
from chalicelib.photos.ports import OwnerNotices
from chalicelib.photos.store import PhotoStore
from chalicelib.photos.sweep import HOUR
from chalicelib.retention.model import LEAVING_LEADS, china_day


class LeavingService:
    def __init__(
        self,
        *,
        store: PhotoStore,
        leaving: LeavingStore,
        notices: OwnerNotices,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._store = store
        self._leaving = leaving
        self._notices = notices
        self._clock = clock
        self._log = log

    def tell_owners(self, *, within: timedelta) -> int:
        """Tell whoever has photos that leave soon; returns how many notices were given."""
        now = self._clock.now()
        return sum(self._tell(lead, now, now + within) for lead in LEAVING_LEADS)

    def _tell(self, lead: timedelta, now: datetime, until: datetime) -> int:
        told: set[tuple[UserId, date]] = set()
        hour = self._leaving.get_reached(lead, now + lead)
        while hour <= now + lead and self._clock.now() < until:
            for user_id, photo_id in self._leaving.list_leaving(hour):
                photo = self._store.find(user_id, photo_id)
                if photo and _is_worth_telling(photo, lead, now):
                    self._tell_once(photo, lead, now, told)
            hour += HOUR
            self._leaving.note_reached(lead, hour)
        self._log.record("owners_told", count=len(told), limit=str(lead.days))
        return len(told)

    def _tell_once(
        self, photo: Photo, lead: timedelta, now: datetime, told: set[tuple[UserId, date]]
    ) -> None:
        # An end at midnight belongs to the day before.
        day = china_day(photo.expires_at - timedelta(microseconds=1))
        if (photo.user_id, day) in told or self._leaving.is_told(photo.user_id, lead, day):
            return
        self._notices.tell_leaving(photo.user_id, days=lead.days, leaves_on=day, now=now)
        # After the notice: dying in between gives the same notice again, which is one notice.
        self._leaving.note_told(photo.user_id, lead, day)
        told.add((photo.user_id, day))


def _is_worth_telling(photo: Photo, lead: timedelta, now: datetime) -> bool:
    """Whether its owner may have forgotten: not of a photo that is kept for hardly longer than the
    notice, as its owner chose.
    """
    is_leaving = photo.state is PhotoState.READY and now < photo.expires_at <= now + lead + HOUR
    return is_leaving and photo.expires_at - photo.created_at > 2 * lead
