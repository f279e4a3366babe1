"""What one event changes, all of it in one transaction: the order, the ledger, the refunds due."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.ids import OrderNo, digest
from chalicelib.payments.catalogue import Product, Unit
from chalicelib.payments.items import Refund
from chalicelib.payments.ledger import Account, Balance, Entry, purchase, reclaim
from chalicelib.payments.orders import Order, OrderState, Payment
from chalicelib.payments.ports import Repayment


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From version `version - 1` of an order to `version`."""

    no: OrderNo
    version: int
    state: OrderState
    payments: tuple[Payment, ...]
    reclaimed: int = 0
    entries: tuple[Entry, ...] = ()
    refunds_due: tuple[Refund, ...] = ()
    refunds_done: tuple[str, ...] = ()
    is_record: bool = False
    """Of an order that outlives its account: nothing is posted to a wallet that nobody holds."""
    payer_index: str = ""
    sealed_payer: bytes = field(default=b"", repr=False)

    @property
    def awaits_bill(self) -> bool:
        """Whether a payment has not been in a bill of its provider yet."""
        return any(not one.billed_on for one in self.payments)

    @property
    def available(self) -> int:
        """What the entries add to the wallet's available credits."""
        credits = (entry for entry in self.entries if entry.unit is Unit.CREDITS)
        return sum(entry.sum_of(Account.AVAILABLE) for entry in credits)


def settle_open_order(no: OrderNo, product: Product, payment: Payment, now: datetime) -> Change:
    """Settle an order that nothing has happened to yet, by its first payment."""
    return Change(
        no=no,
        version=1,
        state=OrderState.PAID,
        payments=(payment,),
        entries=(purchase(product, no, now),),
    )


def change_between(before: Order, after: Order, balance: Balance, now: datetime) -> Change:
    """Work out everything that goes with an order's change.

    Args:
        balance: of the wallet; what a refund takes back is taken only as far as it is there.
    """
    entries: list[Entry] = []
    available = balance.available
    if before.settling is None and after.settling is not None:
        entries.append(purchase(after.product, after.no, now))
        available += after.product.quantity
    owed = after.reclaimable - before.reclaimed
    if owed > 0:
        is_limited = after.product.unit is Unit.CREDITS
        taken = min(owed, available) if is_limited else owed
        reference = f"{after.no}#{after.reclaimable}"
        entries.append(reclaim(after.product.unit, reference, now, taken=taken, lost=owed - taken))
    known = {one.transaction_id: one for one in before.payments}
    surplus = [(at, one) for at, one in enumerate(after.payments) if one.is_surplus]
    return Change(
        no=after.no,
        version=before.version + 1,
        state=after.state,
        payments=after.payments,
        reclaimed=max(before.reclaimed, after.reclaimable),
        entries=() if after.outlives_account else tuple(entries),
        is_record=after.outlives_account,
        refunds_due=tuple(
            _refund_of(after, at, one)
            for at, one in surplus
            if one.transaction_id not in known and one.refunded != one.total
        ),
        refunds_done=tuple(_refunds_done(after, known)),
    )


def change_by_asking(order: Order, refund: Refund) -> Change:
    """Note what staff wants to give back; what it takes back is taken when it has gone."""
    repayment = refund.repayment
    after = order.after_asking(repayment.refund_no, repayment.amount)
    return Change(
        no=order.no,
        version=order.version + 1,
        state=order.state,
        payments=after.payments,
        reclaimed=order.reclaimed,
        is_record=order.outlives_account,
        refunds_due=(refund,),
    )


def refund_no(order_no: OrderNo, place: int) -> str:
    """Name the refund of an order's payment number `place`: the same at every try."""
    return f"{order_no}s{place}"


def asked_refund_no(order_no: OrderNo, idempotency_key: str) -> str:
    """Name a refund that staff asks for: the same for the same key, another for another."""
    return f"{order_no}r{digest(idempotency_key)[:16]}"


def _refunds_done(after: Order, known: Mapping[str, Payment]) -> Iterator[str]:
    """Name the refunds that are through now and were not before."""
    for at, one in enumerate(after.payments):
        before = known.get(one.transaction_id)
        if before is None:
            continue
        if one.is_surplus and before.refunded != one.total == one.refunded:
            yield refund_no(after.no, at)
        yield from (number for number in before.asked if number not in one.asked)


def _refund_of(order: Order, place: int, payment: Payment) -> Refund:
    repayment = Repayment(
        refund_no=refund_no(order.no, place),
        order_no=order.no,
        transaction_id=payment.transaction_id,
        amount=payment.total - payment.refunded,
        total=payment.total,
    )
    return Refund(method=order.method, repayment=repayment)
