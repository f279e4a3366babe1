"""Everything about one wallet at once: for its owner's export, and for erasure."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.ids import WalletId
from chalicelib.keys import ORDER_PREFIX, REFUND_PREFIX, wallet_partition
from chalicelib.payments.items import OUTLIVES, record_marks
from chalicelib.payments.orders import OrderState
from chalicelib.storage import ALWAYS, Delete, Exists, Item, Key, Table, Update, read_partition

PERSONAL = ("payer_index", "sealed_payer")


class WalletStore:
    def __init__(self, payments: Table) -> None:
        self._payments = payments

    def list_personal_rows(self, wallet: WalletId) -> Iterator[Item]:
        """Yield every row but the records that outlive their account."""
        rows = read_partition(self._payments, wallet_partition(wallet))
        return (row for row in rows if OUTLIVES not in row)

    def erase(self, wallet: WalletId, now: datetime) -> int:
        """Strip the records of orders and refunds, delete all other rows; return how many.

        An order that nobody paid is closed for us: what is paid for it from now on goes back. It
        stays in the index of what is due, so the provider is told too.
        """
        rows = list(self.list_personal_rows(wallet))
        for row in rows:
            key = Key(row["pk"], row["sk"])
            if row["sk"].startswith((ORDER_PREFIX, REFUND_PREFIX)):
                self._payments.write(_strip(key, row, now))
            else:
                # Unconditional: what is gone meanwhile may be deleted again.
                self._payments.write(Delete(key=key, when=ALWAYS))
        return len(rows)


def _strip(key: Key, row: Item, now: datetime) -> Update:
    kept = record_marks(now)
    is_open = row.get("state") == OrderState.AWAITING_PAYMENT
    return Update(
        key=key,
        set=kept | ({"state": OrderState.CLOSED} if is_open else {}),
        add={"version": 1} if "version" in row else {},
        remove=PERSONAL,
        when=Exists(),
    )
