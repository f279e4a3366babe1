"""The periods of the retention policy, and the calendar they are counted in."""

import calendar
from datetime import date, datetime, timedelta

from chalicelib.clock import CHINA

PHOTO_MONTHS = 6
"""Processed photos are kept six calendar months unless their owner deletes them (FD.4): 181 to 184
days.
"""

UPLOAD_WAIT = timedelta(days=1)
"""A photo whose upload never came is forgotten after this; a backlog of the queue must fit into it.
"""

REFUSED_KEPT = timedelta(days=7)
"""How long the row of a photo that was refused tells its owner why; it holds no image (ST.0)."""

PAYMENT_RECORDS_KEPT = timedelta(days=3 * 365 + 1)
"""Records of transactions outlive their account by three years, and not longer (ST.3, ST.0)."""

GUEST_LIFETIME = timedelta(days=7)
"""A guest's account, session and photos end this long after it was opened, however much it is used
(ST.0): nobody can be told before a guest's photos go, so the time is one that a person can keep in
mind, a week; and what nobody can be asked about is held no longer than that. Registering within it
keeps the photos.
"""

GUEST_MARGIN = timedelta(hours=1)
"""A guest's rows and objects are destroyed this much after its end. Until then a request, an upload
form (ten minutes) or a clock that is behind may still write; afterwards nothing can.
"""

TTL_SLACK = timedelta(days=7)
"""DynamoDB's time to live comes this much after the sweeper, so that it can never be early."""


def photo_expires_at(created_at: datetime) -> datetime:
    """Add six calendar months in China, the day clamped to the end of the month (31 August → 28
    February).
    """
    local = created_at.astimezone(CHINA)
    years, month0 = divmod(local.month - 1 + PHOTO_MONTHS, 12)
    year, month = local.year + years, month0 + 1
    day = min(local.day, calendar.monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day).astimezone(created_at.tzinfo)


def china_day(instant: datetime) -> date:
    return instant.astimezone(CHINA).date()


def until_next_china_day(instant: datetime) -> timedelta:
    local = instant.astimezone(CHINA)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight - local
