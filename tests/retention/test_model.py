"""Six calendar months (FD.4), to the day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import CHINA
from chalicelib.retention.model import (
    china_day,
    photo_expires_at,
    until_next_china_day,
)

EIGHT_YEARS = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2032, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


class TestPhotoExpiresAt:
    @pytest.mark.parametrize(
        ("created", "expires"),
        [
            ((2026, 11, 23), (2027, 5, 23)),
            ((2026, 8, 31), (2027, 2, 28)),
            ((2027, 8, 31), (2028, 2, 29)),
            ((2026, 12, 31), (2027, 6, 30)),
            ((2026, 3, 31), (2026, 9, 30)),
        ],
    )
    def test_day_is_clamped_to_the_end_of_the_month(
        self, created: tuple[int, int, int], expires: tuple[int, int, int]
    ) -> None:
        noon = datetime(*created, 12, tzinfo=CHINA)

        assert photo_expires_at(noon) == datetime(*expires, 12, tzinfo=CHINA)

    def test_months_are_counted_in_china(self) -> None:
        already_september_in_china = datetime(2026, 8, 31, 17, tzinfo=UTC)

        assert photo_expires_at(already_september_in_china) == datetime(2027, 2, 28, 17, tzinfo=UTC)

    @given(EIGHT_YEARS)
    def test_six_months_are_181_to_184_days(self, created_at: datetime) -> None:
        kept = photo_expires_at(created_at) - created_at

        assert timedelta(days=181) <= kept <= timedelta(days=184)


class TestChinaDay:
    def test_day_turns_at_four_in_the_afternoon_utc(self) -> None:
        assert china_day(datetime(2026, 11, 23, 15, 59, tzinfo=UTC)) == date(2026, 11, 23)
        assert china_day(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) == date(2026, 11, 24)

    @given(EIGHT_YEARS)
    def test_wait_ends_with_the_next_day(self, instant: datetime) -> None:
        turn = instant + until_next_china_day(instant)

        assert china_day(turn) == china_day(instant) + timedelta(days=1)
        assert china_day(turn - timedelta(microseconds=1)) == china_day(instant)
