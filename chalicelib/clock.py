"""Time comes in from here and nowhere else, so that every rule about time can be tested."""

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Asia/Shanghai has had no daylight saving since 1991; a fixed offset needs no time zone files in
Lambda.
"""


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...

    def sleep(self, duration: timedelta) -> None:
        """Let time pass; only long polling needs it."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, duration: timedelta) -> None:
        time.sleep(duration.total_seconds())


def to_iso(instant: datetime) -> str:
    """Write an instant as ISO 8601 with microseconds and Z: fixed width, so text order is time
    order.
    """
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_iso(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def to_epoch_s(instant: datetime) -> int:
    """Whole seconds since 1970, rounded up: what DynamoDB's TTL reads, and never early."""
    return -int(-instant.timestamp() // 1)
