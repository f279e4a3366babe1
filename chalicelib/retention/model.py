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
