"""What retention needs from outside."""

from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct


class LogGroup(Struct, frozen=True, kw_only=True):
    name: str
    kept_days: int | None
    """How long its lines are kept; None for ever."""


class LogGroups(Protocol):
    """The log groups of the account and region."""

    def list_groups(self, prefix: str) -> Iterator[LogGroup]: ...

    def keep_for(self, name: str, days: int) -> None:
        """Keep a group's lines for so many days, one of CLOUDWATCH_DAYS."""
        ...
