"""A second opinion on the calendar, and S3's own rule, for every day there can be."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
"""Without daylight saving since 1991."""
LEAP_CYCLE = range(date(2024, 1, 1).toordinal(), date(2028, 1, 1).toordinal())


def six_months_after(start: datetime) -> datetime:
    """Six calendar months in Asia/Shanghai, the day clamped to the end of the month."""
    local = start.astimezone(SHANGHAI)
    year, month = divmod(local.year * 12 + local.month - 1 + 6, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day)


def s3_expiry(created: datetime, days: int) -> datetime:
    """Creation plus the days, rounded up to midnight UTC (S3 guide, "Lifecycle elements")."""
    due = created.astimezone(UTC) + timedelta(days=days)
    midnight = datetime.combine(due.date(), time(), UTC)
    return midnight if midnight == due else midnight + timedelta(days=1)


def all_starts() -> Iterator[datetime]:
    """Every day of a leap cycle, at the times of day where a date changes in Shanghai or in UTC."""
    for ordinal in LEAP_CYCLE:
        day = datetime.combine(date.fromordinal(ordinal), time(), UTC)
        for offset in (
            timedelta(),
            timedelta(seconds=1),
            timedelta(hours=15, minutes=59, seconds=59),
            timedelta(hours=16),
            timedelta(hours=23, minutes=59, seconds=59),
        ):
            yield day + offset
