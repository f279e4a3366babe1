"""What privacy asks of every capability that holds personal data (I.1, FD.3), and what any of them
may ask of it.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Protocol

from msgspec import Struct

from chalicelib.ids import UserId


class Purpose(StrEnum):
    """What nobody may do without a person's consent to just that (2.1.2, 2.2, CK.4, ST.6)."""

    CAMERA_UPLOAD = "camera_upload"
    PRECISE_LOCATION = "precise_location"
    ANALYTICS = "analytics"
    AD_OPTIMISATION = "ad_optimisation"
    CROSS_BORDER = "cross_border"


class Consents(Protocol):
    def demand(self, user_id: UserId, purpose: Purpose) -> None:
        """Go on only if the person agreed to the purpose, and did not take it back since.

        Raises:
            ConsentRequired: there is no consent at this moment.
        """
        ...


class Record(Struct, frozen=True):
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
