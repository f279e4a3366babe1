"""What payments holds about a person, and what outlives their account.

Records of payments that were made are kept three years (ST.3), in minimal form: what was paid,
when, by which transaction, what went back. They lie under a wallet, whose tie to a person is a hash
of the account's id: when that id is gone, nothing here leads to anyone.
"""

from collections.abc import Iterator, Mapping

from chalicelib.clock import Clock
from chalicelib.ids import OrderNo, UserId
from chalicelib.keys import ORDER_PREFIX
from chalicelib.payments.hashing import PaymentNames
from chalicelib.payments.wallet_store import WalletStore
from chalicelib.privacy.ports import Record

HIDDEN = ("pk", "sk", "ttl", "version", "due", "due_at", "payer_index", "sealed_payer", "digest")
"""Bookkeeping that says nothing of a person, and keyed hashes."""


class PaymentsData:
    stores = frozenset({"PaymentsTable"})

    def __init__(self, store: WalletStore, *, names: PaymentNames, clock: Clock) -> None:
        self._store = store
        self._names = names
        self._clock = clock

    def count(self, user_id: UserId) -> Mapping[str, int]:
        """Count the rows that an erasure would destroy or strip: after it there are none."""
        wallet = self._names.wallet_of(user_id)
        return {"PaymentsTable": sum(1 for _ in self._store.list_personal_rows(wallet))}

    def export(self, user_id: UserId) -> Iterator[Record]:
        for row in self._store.list_personal_rows(self._names.wallet_of(user_id)):
            kind, _, name = row["sk"].partition("#")
            data = {field: value for field, value in row.items() if field not in HIDDEN}
            if "sealed_payer" in row:
                order_no = OrderNo(row["sk"].removeprefix(ORDER_PREFIX))
                data["payer_id"] = self._names.open_payer(row["sealed_payer"], order_no)
            yield Record(kind.lower(), {"id": name, **data})

    def erase(self, user_id: UserId) -> Mapping[str, int]:
        """Destroy all but the records of payments; strip those, and let them end in three years."""
        wallet = self._names.wallet_of(user_id)
        return {"PaymentsTable": self._store.erase(wallet, self._clock.now())}
