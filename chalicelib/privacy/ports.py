"""The port that every capability holding personal data implements (I.1, FD.3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from chalicelib.ids import UserId


@dataclass(frozen=True, slots=True)
class Record:
    """One thing held about a person: its kind and what it says, ready to be shown to them."""

    kind: str
    data: Mapping[str, Any]


class PersonalData(Protocol):
    """What one capability holds about people.

    `stores` are the logical ids, in the template, of the tables and buckets it answers for; a test
    fails when the template has one that no capability names.
    """

    @property
    def stores(self) -> frozenset[str]: ...

    def count(self, user_id: UserId) -> Mapping[str, int]:
        """Count rows and objects held about a user, for each store."""
        ...

    def export(self, user_id: UserId) -> Iterator[Record]:
        """Yield everything held about a user, but for secrets and keyed hashes."""
        ...

    def erase(self, user_id: UserId) -> Mapping[str, int]:
        """Destroy everything held about a user and return how much, for each store. Repeatable."""
        ...
