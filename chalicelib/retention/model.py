"""The calendar that periods are counted in, and the periods that capabilities name most."""

import calendar
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from chalicelib.clock import CHINA
from chalicelib.retention import schedule
from chalicelib.retention.schedule import GUEST_MARGIN as GUEST_MARGIN
from chalicelib.retention.schedule import TTL_SLACK as TTL_SLACK

LONGEST_KEPT_MONTHS = schedule.CHOSEN_MONTHS.count
"""The furthest end its owner may choose for a photo, counted from when it was added: two years hold
every photo of a yearly album until the next one is made, and are no archive (ST.0).
"""

LONGEST_DEFAULT_DAYS = 180
"""The longest default of one's own, a day less than any six months: longer is chosen photo by
photo, with an end date.
"""

LONGEST_HOLD = schedule.HELD.period
"""A hold that must last longer is placed again by a person who looks at it (ST.0)."""
HOLD_REMEMBERED = schedule.HOLDS.period
"""How long a hold's row outlives its end; the register tells of it for longer."""
LEAVING_LEADS = (timedelta(days=14), timedelta(days=3))
"""When owners are told before their photos leave: with two weekends in hand, and for the last time
(FD.4).
"""
TOLD_REMEMBERED = schedule.TOLD.period
UPLOAD_WAIT = schedule.AWAITED.period
"""A photo whose upload never came is forgotten after this."""
REFUSED_KEPT = schedule.REFUSED.period
"""How long the row of a photo that was refused tells its owner why."""
PAYMENT_RECORDS_KEPT = schedule.PAYMENTS.period
"""Records of transactions outlive their account by this, and not longer (ST.3, ST.0)."""
STAFF_REGISTER_KEPT = schedule.STAFF_REGISTER.period
"""What staff did is kept as long as the records of transactions that it may have changed (SE.2)."""
GUEST_LIFETIME = schedule.GUESTS.period
"""A guest's account, session and photos end this long after it was opened, however much it is used
(ST.0): nobody can be told before a guest's photos go, so the time is one that a person can keep in
mind, a week; and what nobody can be asked about is held no longer than that. Registering within it
keeps the photos.
"""


class Backstop(StrEnum):
    """The tag by which S3's lifecycle finds an object that our own code failed to delete."""

    SIX_MONTHS = "six-months"
    LONGER = "longer"
    """Of a photo whose owner chose a later end."""
    HELD = "held"
    """Of what is past its time and kept by a legal hold: the sweeper alone deletes it."""
    TOMBSTONE = "tombstone"
    """Of an empty object that says what was destroyed; backups are older than it for a week less.
    """


BACKSTOP_DAYS: Mapping[Backstop, int] = {
    Backstop.SIX_MONTHS: schedule.LIFECYCLE_DAYS["renditions"],
    Backstop.LONGER: schedule.LIFECYCLE_DAYS["chosen_renditions"],
    Backstop.TOMBSTONE: schedule.LIFECYCLE_DAYS["tombstones"],
}
"""After how many days the lifecycle deletes an object."""


class Keeping(StrEnum):
    """How long a photo is kept, beside the six months of FD.4."""

    DEFAULT = "default"
    SHORTER = "shorter"
    LONGER = "longer"


def photo_expires_at(created_at: datetime, default_days: int | None = None) -> datetime:
    """Add six calendar months in China, or the days of its owner's default, which is shorter."""
    if default_days is not None:
        return created_at + timedelta(days=default_days)
    return _months_after(created_at, schedule.SIX_MONTHS.count)


def longest_expires_at(created_at: datetime) -> datetime:
    return _months_after(created_at, LONGEST_KEPT_MONTHS)


def keeping_of(created_at: datetime, expires_at: datetime) -> Keeping:
    """Say how a photo's end stands to six months; nothing else remembers what was chosen."""
    six_months = photo_expires_at(created_at)
    if expires_at == six_months:
        return Keeping.DEFAULT
    return Keeping.SHORTER if expires_at < six_months else Keeping.LONGER


def backstop_of(created_at: datetime, expires_at: datetime) -> Backstop:
    is_longer = keeping_of(created_at, expires_at) is Keeping.LONGER
    return Backstop.LONGER if is_longer else Backstop.SIX_MONTHS


def end_of_china_day(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), CHINA).astimezone(UTC)


def _months_after(instant: datetime, months: int) -> datetime:
    """Add calendar months in China, the day clamped to the end of the month (31 August → 28
    February).
    """
    local = instant.astimezone(CHINA)
    years, month0 = divmod(local.month - 1 + months, 12)
    year, month = local.year + years, month0 + 1
    day = min(local.day, calendar.monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day).astimezone(instant.tzinfo)


def china_day(instant: datetime) -> date:
    return instant.astimezone(CHINA).date()


def until_next_china_day(instant: datetime) -> timedelta:
    local = instant.astimezone(CHINA)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight - local
