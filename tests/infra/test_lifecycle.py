"""S3's lifecycle is a backstop: late by days and never early, whatever day a photo came."""

from datetime import timedelta

from chalicelib.retention.model import longest_expires_at
from tests.infra.reading import Template, expiration_days
from tests.retention.half_years import all_starts, s3_expiry, six_months_after


class TestRetention:
    """FD.4 says six months: S3's lifecycle is a backstop that may be late and never early."""

    def test_a_rendition_is_never_expired_early(self, templates: dict[str, Template]) -> None:
        days = expiration_days(templates["prod"], "RenditionsBucket")["six-months"]

        early = [
            start for start in all_starts() if s3_expiry(start, days) < six_months_after(start)
        ]

        assert early == []

    def test_183_days_would_be_early(self) -> None:
        """Rounding up to midnight UTC does not make up for the longest half year's 184th day."""
        assert any(s3_expiry(start, 183) < six_months_after(start) for start in all_starts())
        assert not any(s3_expiry(start, 184) < six_months_after(start) for start in all_starts())

    def test_the_backstop_is_late_by_days_and_not_by_weeks(
        self, templates: dict[str, Template]
    ) -> None:
        days = expiration_days(templates["prod"], "RenditionsBucket")["six-months"]

        latest = max(s3_expiry(start, days) - six_months_after(start) for start in all_starts())

        assert latest < timedelta(days=14)

    def test_originals_have_the_shortest_lifecycle_there_is(
        self, templates: dict[str, Template]
    ) -> None:
        assert expiration_days(templates["prod"], "OriginalsBucket") == {"": 1}

    def test_a_photo_kept_longer_by_choice_is_never_expired_early(
        self, templates: dict[str, Template]
    ) -> None:
        days = expiration_days(templates["prod"], "RenditionsBucket")["longer"]
        late = [s3_expiry(start, days) - longest_expires_at(start) for start in all_starts()]

        assert min(late) > timedelta()
        assert max(late) < timedelta(days=14)
