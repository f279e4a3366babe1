"""What a retention schedule is made of."""

from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

CLOUDWATCH_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""What CloudWatch takes for a log group (PutRetentionPolicy, API reference, read 2026-11)."""


class EndedBy(StrEnum):
    """Who destroys what is past its time."""

    WORKER = "the unit of work that used it"
    SWEEPER = "`expire_photos`"
    TIME_TO_LIVE = "time to live of DynamoDB"
    LIFECYCLE = "lifecycle of S3"
    QUEUE = "SQS"
    LOGS = "CloudWatch Logs"
    BACKUPS = "DynamoDB"
    BROWSER = "the browser"
    ERASURE = "erasure of the account"
    OWNER = "its owner, by deleting it"
    NOBODY = "nobody"


class Months(Struct, frozen=True):
    """Calendar months in Asia/Shanghai, the day clamped to the end of the month."""

    count: int

    def __str__(self) -> str:
        return f"{self.count} calendar months"


class Rule(Struct, frozen=True):
    """How long one class of data is kept.

    Attributes:
        where: kinds of rows (`Table/kind`, as docs/data-model.md names them), buckets, queues;
            `Logs`, `Backups` and `Browser` for what has no resource of its own.
        since: what starts the clock.
        kept: for how long; words where it is as long as something else.
        clause: of the privacy policy (ST.0: not longer than needed).
        backstop: what ends it if that fails, or already treats it as gone.
    """

    data: str
    where: str
    since: str
    kept: timedelta | Months | str
    clause: str = "ST.0"
    ended_by: EndedBy = EndedBy.TIME_TO_LIVE
    backstop: str = ""

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(self.where.split(", "))

    @property
    def period(self) -> timedelta:
        """The period of a class that has one in days, hours or minutes."""
        if not isinstance(self.kept, timedelta):
            raise TypeError(f"{self.data}: kept {self.kept}")
        return self.kept
