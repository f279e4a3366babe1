"""Rows of accounts, and everything else that is about one user."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.clock import from_iso
from chalicelib.errors import NotFound
from chalicelib.ids import UserId
from chalicelib.keys import phone_key, profile_key, user_partition
from chalicelib.storage import (
    Item,
    Table,
    delete_rows,
    read_partition,
)


class AccountStore:
    def __init__(self, accounts: Table) -> None:
        self._accounts = accounts

    def get_created_at(self, user_id: UserId) -> datetime:
        row = self._accounts.get(profile_key(user_id))
        if row is None:
            raise NotFound
        return from_iso(row["created_at"])

    def list_rows(self, user_id: UserId) -> Iterator[Item]:
        """Yield every row about a user, that of the number included; the profile comes last."""
        profile = self._accounts.get(profile_key(user_id))
        number = self._accounts.get(phone_key(profile["phone_index"])) if profile else None
        sessions = read_partition(self._accounts, user_partition(user_id))
        yield from (row for row in sessions if row["sk"] != profile_key(user_id).sk)
        yield from (row for row in (number, profile) if row)

    def erase_rows(self, user_id: UserId) -> int:
        """Delete all that `list_rows` yields, the profile last: a repeat finds what is left."""
        return delete_rows(self._accounts, self.list_rows(user_id))
