"""S3's lifecycle is a backstop: late by days and never early, whatever day a photo came."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone

from chalicelib.retention.model import longest_expires_at
from tests.infra.reading import Template, expiration_days

SHANGHAI = timezone(timedelta(hours=8))
"""Without daylight saving since 1991."""
LEAP_CYCLE = range(date(2024, 1, 1).toordinal(), date(2028, 1, 1).toordinal())


class TestRetention:
    """FD.4 says six months: S3's lifecycle is a backstop that may be late and never early."""

    def test_a_rendition_is_never_expired_early(self, templates: dict[str, Template]) -> None:
        days = expiration_days(templates["prod"], "RenditionsBucket")["six-months"]

        early = [start for start in _starts() if s3_expiry(start, days) < six_months_after(start)]

        assert early == []

    def test_183_days_would_be_early(self) -> None:
        """Rounding up to midnight UTC does not make up for the longest half year's 184th day."""
        assert any(s3_expiry(start, 183) < six_months_after(start) for start in _starts())
        assert not any(s3_expiry(start, 184) < six_months_after(start) for start in _starts())

    def test_the_backstop_is_late_by_days_and_not_by_weeks(
        self, templates: dict[str, Template]
    ) -> None:
        days = expiration_days(templates["prod"], "RenditionsBucket")["six-months"]

        latest = max(s3_expiry(start, days) - six_months_after(start) for start in _starts())

        assert latest < timedelta(days=14)

    def test_originals_have_the_shortest_lifecycle_there_is(
        self, templates: dict[str, Template]
    ) -> None:
        assert expiration_days(templates["prod"], "OriginalsBucket") == {"": 1}

    def test_a_photo_kept_longer_by_choice_is_never_expired_early(
        self, templates: dict[str, Template]
    ) -> None:
        days = expiration_days(templates["prod"], "RenditionsBucket")["longer"]
        late = [s3_expiry(start, days) - longest_expires_at(start) for start in _starts()]

        assert min(late) > timedelta()
        assert max(late) < timedelta(days=14)

    def test_logs_of_365_days_outlast_any_half_year(self) -> None:
        half_years = [six_months_after(start) - start for start in _starts()]

        assert timedelta(days=365) >= max(half_years)
        assert max(half_years) == timedelta(days=184)
        assert any(timedelta(days=180) < half_year for half_year in half_years)


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


def _starts() -> Iterator[datetime]:
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
