"""What is still to be done, from an index that holds nothing else."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.clock import to_iso
from chalicelib.ids import OrderNo
from chalicelib.keys import BY_PAYMENT_DUE, order_key, refund_key
from chalicelib.payments.charges import DUE_CHARGE, Charge, charge_from_item
from chalicelib.payments.items import (
    DUE_ORDER,
    DUE_REFUND,
    Refund,
    order_from_item,
    refund_from_item,
)
from chalicelib.payments.orders import Order, wallet_of_order
from chalicelib.storage import ROWS_A_PAGE, Compare, ConditionFailed, Item, Key, Table, Update


class DuePayments:
    def __init__(self, payments: Table) -> None:
        self._payments = payments

    def list_orders(self, now: datetime) -> Iterator[Order]:
        """Yield orders to be asked about, the longest due first."""
        return (order_from_item(row) for row in self._rows(DUE_ORDER, now))

    def list_refunds(self, now: datetime) -> Iterator[Refund]:
        return (refund_from_item(row) for row in self._rows(DUE_REFUND, now))

    def list_charges(self, now: datetime) -> Iterator[Charge]:
        """Yield charges that are decided, or that nobody decided in time."""
        return (charge_from_item(row) for row in self._rows(DUE_CHARGE, now))

    def put_off(self, due: Order | Refund, until: datetime) -> None:
        """Make something due later, unless it has been done meanwhile."""
        try:
            self._payments.write(
                Update(key=_key(due), set={"due_at": to_iso(until)}, when=_is_due(due))
            )
        except ConditionFailed:
            return

    def drop(self, due: Order | Refund) -> None:
        """Take something out of the index, for what was decided without a change to its row."""
        try:
            self._payments.write(Update(key=_key(due), remove=("due", "due_at"), when=_is_due(due)))
        except ConditionFailed:
            return

    def _rows(self, kind: str, now: datetime) -> Iterator[Item]:
        after = None
        while True:
            page = self._payments.query(
                kind, index=BY_PAYMENT_DUE, up_to=to_iso(now), limit=ROWS_A_PAGE, after=after
            )
            for found in page.items:
                # The index lags: what was done a moment ago may still be in it.
                row = self._payments.get(Key(found["pk"], found["sk"]))
                if row and row.get("due") == kind:
                    yield row
            after = page.next_key
            if after is None:
                return


def _is_due(due: Order | Refund) -> Compare:
    """What was decided meanwhile waits for its bill, and is not ours to put off."""
    return Compare("due", "=", DUE_ORDER if isinstance(due, Order) else DUE_REFUND)


def _key(due: Order | Refund) -> Key:
    if isinstance(due, Order):
        return order_key(due.wallet, due.no)
    wallet = wallet_of_order(OrderNo(due.repayment.order_no))
    return refund_key(wallet, due.repayment.refund_no)
