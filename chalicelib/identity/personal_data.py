"""What identity holds about a person."""

from collections.abc import Iterator, Mapping

from chalicelib.identity.account_store import AccountStore
from chalicelib.ids import UserId
from chalicelib.keys import user_partition
from chalicelib.privacy.ports import Record
from chalicelib.storage import Item

SHOWN = (
    *("created_at", "last_used_at", "ends_at", "access_expires_at", "refresh_expires_at"),
    *("user_id", "device", "kind", "session_id", "expires_at", "frozen_at"),
    *("number_proven_at", "age_band", "policy_version", "policy_sha256", "locale", "channel"),
    *("accepted_at", "locked_at", "ready_at", "until", "tries"),
    *("provider", "linked_at", "first_login"),
    *("guest_until", "joined_at"),
    *("is_given", "wording_sha256"),
)
"""Attributes a person gets to see; the others are keyed hashes, ciphertexts and bookkeeping."""


KINDS = {
    "PROFILE": "profile",
    "SESSION": "session",
    "NOTICE": "notice",
    "JOINED": "joined_guest",
    "ACCEPTANCE": "acceptance",
    "CONSENT": "consent",
    "CHANGE": "number_change",
    "PHONE": "phone",
    "LINKED": "linked_login",
    "SUBJECT": "login_index",
}
"""By how a row's key begins: its own in the user's partition, its partition's elsewhere."""


class IdentityData:
    stores = frozenset({"AccountsTable"})

    def __init__(self, store: AccountStore) -> None:
        self._store = store

    def count(self, user_id: UserId) -> Mapping[str, int]:
        return {"AccountsTable": sum(1 for _ in self._store.list_rows(user_id))}

    def export(self, user_id: UserId) -> Iterator[Record]:
        for row in self._store.list_rows(user_id):
            yield Record(_kind_of(row, user_id), {name: row[name] for name in SHOWN if name in row})

    def erase(self, user_id: UserId) -> Mapping[str, int]:
        return {"AccountsTable": self._store.erase_rows(user_id)}


def _kind_of(row: Item, user_id: UserId) -> str:
    name = row["sk"] if row["pk"] == user_partition(user_id) else row["pk"]
    return KINDS[name.partition("#")[0]]
