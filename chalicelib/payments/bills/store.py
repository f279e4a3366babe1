"""What may be written about bills and differences, each write with its condition."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.errors import Conflict, NotFound
from chalicelib.keys import BY_PAYMENT_DUE, ORDER_PREFIX, bill_key, difference_key
from chalicelib.payments.bills.model import Difference, Kind
from chalicelib.payments.items import DUE_BILL, Refund, order_from_item, refund_from_item
from chalicelib.payments.orders import Order
from chalicelib.payments.ports import Provider
from chalicelib.retention.model import PAYMENT_RECORDS_KEPT
from chalicelib.retention.schedule import BILLS
from chalicelib.storage import (
    ALWAYS,
    ROWS_A_PAGE,
    Absent,
    Compare,
    ConditionFailed,
    Item,
    Key,
    Put,
    Table,
    Update,
)

DUE_DIFFERENCE = "DIFFERENCE"
PROGRESS_KEPT = BILLS.period
"""How long it shows that a day was compared: over a year, for whoever closes the books."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """An order or refund of ours that waits for a bill."""

    key: Key
    due_at: datetime
    what: Order | Refund


class BillStore:
    def __init__(self, payments: Table) -> None:
        self._payments = payments

    def lines_done(self, provider: Provider, day: date) -> int | None:
        """Return how many lines of a bill were compared; None when all of it was."""
        row = self._payments.get(bill_key(provider, day)) or {}
        return None if row.get("is_done") else row.get("lines", 0)

    def note_progress(
        self, provider: Provider, day: date, lines: int, now: datetime, *, is_done: bool
    ) -> None:
        # Unconditional: comparing twice finds the same, and the longer of two runs ends later.
        self._payments.write(
            Update(
                key=bill_key(provider, day),
                set={
                    "lines": lines,
                    "is_done": is_done,
                    "compared_at": to_iso(now),
                    "ttl": to_epoch_s(now + PROGRESS_KEPT),
                },
                when=ALWAYS,
            )
        )

    def list_awaited(self, until: datetime) -> Iterator[Awaited]:
        """Yield what has to have been in a bill by then, the longest due first."""
        after = None
        while True:
            page = self._payments.query(
                DUE_BILL, index=BY_PAYMENT_DUE, up_to=to_iso(until), limit=ROWS_A_PAGE, after=after
            )
            for found in page.items:
                row = self._payments.get(Key(found["pk"], found["sk"]))
                if row and row.get("due") == DUE_BILL:
                    yield _awaited(row)
            after = page.next_key
            if after is None:
                return

    def drop(self, awaited: Awaited) -> None:
        """Take something out of the index, unless it has changed and waits anew."""
        when = Compare("due_at", "=", to_iso(awaited.due_at))
        with suppress(ConditionFailed):
            self._payments.write(Update(key=awaited.key, remove=("due", "due_at"), when=when))

    def add(self, difference: Difference) -> bool:
        """Put a difference into the queue; False if it has been there before, even resolved."""
        at = to_iso(difference.found_at)
        amounts = {"bill_minor": difference.bill_minor, "our_minor": difference.our_minor}
        item = {
            "id": difference.id,
            "provider": difference.provider,
            "day": difference.day,
            "kind": difference.kind,
            "order_no": difference.order_no,
            "name": difference.name,
            **{name: minor for name, minor in amounts.items() if minor is not None},
            "found_at": at,
            "due": DUE_DIFFERENCE,
            "due_at": at,
        }
        try:
            self._payments.write(Put(key=difference_key(difference.id), item=item, when=Absent()))
        except ConditionFailed:
            return False
        return True

    def list_open(self, limit: int, *, until: datetime) -> tuple[Difference, ...]:
        """Read what nobody has resolved, the oldest first."""
        page = self._payments.query(
            DUE_DIFFERENCE, index=BY_PAYMENT_DUE, up_to=to_iso(until), limit=limit
        )
        rows = [self._payments.get(Key(found["pk"], found["sk"])) for found in page.items]
        return tuple(_difference(row) for row in rows if row and "due" in row)

    def resolve(self, difference_id: str, *, act_id: str, note: str, now: datetime) -> None:
        """Take a difference out of the queue; it is kept as long as a payment's record.

        Raises:
            NotFound; Conflict: somebody has resolved it.
        """
        try:
            self._payments.write(
                Update(
                    key=difference_key(difference_id),
                    set={
                        "resolved_at": to_iso(now),
                        "act_id": act_id,
                        "note": note,
                        "ttl": to_epoch_s(now + PAYMENT_RECORDS_KEPT),
                    },
                    remove=("due", "due_at"),
                    when=Compare("due", "=", DUE_DIFFERENCE),
                )
            )
        except ConditionFailed as refusal:
            if refusal.item is None:
                raise NotFound from None
            raise Conflict("It is resolved.") from None


def _awaited(row: Item) -> Awaited:
    is_order = row["sk"].startswith(ORDER_PREFIX)
    what = order_from_item(row) if is_order else refund_from_item(row)
    return Awaited(Key(row["pk"], row["sk"]), from_iso(row["due_at"]), what)


def _difference(row: Item) -> Difference:
    return Difference(
        provider=Provider(row["provider"]),
        day=row["day"],
        kind=Kind(row["kind"]),
        order_no=row["order_no"],
        name=row["name"],
        bill_minor=row.get("bill_minor"),
        our_minor=row.get("our_minor"),
        found_at=from_iso(row["found_at"]),
    )
