"""Rows of refunds, read by staff, and marked where a provider would not."""

from contextlib import suppress

from chalicelib.ids import OrderNo
from chalicelib.keys import BY_PAYMENT_DUE, REFUND_PREFIX, refund_key, wallet_partition
from chalicelib.payments.items import DUE_BILL, DUE_REFUND, Refund, refund_from_item
from chalicelib.payments.orders import is_order_no, wallet_of_order
from chalicelib.storage import ROWS_A_PAGE, Compare, ConditionFailed, Exists, Key, Table, Update

ORDER_NO_CHARACTERS = 32


class RefundStore:
    def __init__(self, payments: Table) -> None:
        self._payments = payments

    def find_refund(self, refund_no: str) -> Refund | None:
        key = _key(refund_no)
        row = self._payments.get(key) if key else None
        return refund_from_item(row) if row else None

    def list_refunds(self, order_no: OrderNo) -> tuple[Refund, ...]:
        """Read the refunds of one order that went through us; there are never more than a page."""
        page = self._payments.query(
            wallet_partition(wallet_of_order(order_no)),
            prefix=REFUND_PREFIX + order_no,
            limit=ROWS_A_PAGE,
        )
        return tuple(refund_from_item(row) for row in page.items)

    def list_open_refunds(self, limit: int) -> tuple[Refund, ...]:
        """Read the refunds that are not through, those first that are due first."""
        page = self._payments.query(DUE_REFUND, index=BY_PAYMENT_DUE, limit=limit)
        rows = [self._payments.get(Key(found["pk"], found["sk"])) for found in page.items]
        # The index lags: what was done a moment ago may still be in it.
        return tuple(refund_from_item(row) for row in rows if row and row.get("due") == DUE_REFUND)

    def mark_stuck(self, refund_no: str, outcome: str) -> None:
        """Keep the provider's word, unless the refund is through, or none of ours."""
        key = _key(refund_no)
        if key is None:
            return
        try:
            is_due = Compare("due", "=", DUE_REFUND)
            self._payments.write(Update(key=key, set={"stuck": outcome}, when=is_due))
        except ConditionFailed:
            return

    def mark_billed(self, refund_no: str, day: str) -> None:
        """Note which bill has a refund, and wait no more; one that is none of ours has no row."""
        key = _key(refund_no)
        if key is None:
            return
        seen, waits = {"billed_on": day}, Compare("due", "=", DUE_BILL)
        with suppress(ConditionFailed):
            self._payments.write(Update(key=key, set=seen, remove=("due", "due_at"), when=waits))
            return
        with suppress(ConditionFailed):
            self._payments.write(Update(key=key, set=seen, when=Exists()))


def _key(refund_no: str) -> Key | None:
    """Find the row by the number, which begins with the order's."""
    order_no = refund_no[:ORDER_NO_CHARACTERS]
    if not is_order_no(order_no):
        return None
    return refund_key(wallet_of_order(OrderNo(order_no)), refund_no)
