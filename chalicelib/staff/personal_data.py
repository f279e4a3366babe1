"""What the staff register holds about people: nothing that leads to one.

Its subjects are ids of ours; when an account is erased, so is what led from them to a person. Who
of the staff acted is kept on purpose: an act that nobody can be asked about could be anybody's.
"""

from collections.abc import Iterator, Mapping

from chalicelib.ids import UserId
from chalicelib.privacy.ports import Record


class RegisterData:
    stores = frozenset({"RegisterTable"})

    def count(self, user_id: UserId) -> Mapping[str, int]:
        return {"RegisterTable": 0}

    def export(self, user_id: UserId) -> Iterator[Record]:
        return iter(())

    def erase(self, user_id: UserId) -> Mapping[str, int]:
        """Leave the register as it is: append-only, and about nobody."""
        return {"RegisterTable": 0}
