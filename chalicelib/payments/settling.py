"""Use case: what a provider says becomes what an order is, exactly once (crash windows 14 to 18).

An ordinary payment costs one call: its order's row is found by the order's number, and the write
itself compares what was paid with what was ordered. Only when that fails is the order looked at.
"""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from chalicelib.clock import Clock
from chalicelib.errors import Unavailable
from chalicelib.ids import OrderNo
from chalicelib.observability import EventLog, Level
from chalicelib.payments.catalogue import PRODUCTS
from chalicelib.payments.changes import Change, change_between, settle_open_order
from chalicelib.payments.hashing import PaymentNames
from chalicelib.payments.ledger import Balance
from chalicelib.payments.orders import Mismatch, Order, Payment, is_order_no
from chalicelib.payments.ports import (
    Closed,
    Event,
    Nothing,
    Notification,
    Paid,
    Provider,
    Refunded,
    RefundStuck,
)
from chalicelib.payments.refund_store import RefundStore
from chalicelib.payments.store import (
    AlreadyNotified,
    OrderChanged,
    PaymentStore,
    open_order_of,
)

TRIES = 5
"""Each after the first means that something else changed the order or the wallet meanwhile."""


class Outcome(StrEnum):
    APPLIED = "applied"
    KNOWN = "known"
    """It had its effect before, or has none."""


class SettlingService:
    def __init__(
        self,
        *,
        store: PaymentStore,
        refunds: RefundStore,
        names: PaymentNames,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._store = store
        self._refunds = refunds
        self._names = names
        self._clock = clock
        self._log = log

    def settle(self, notification: Notification) -> Outcome:
        """Apply a genuine notification; a repeat, however late, changes nothing.

        Raises:
            Mismatch: it contradicts the order, or there is no such order: a person must look.
            Unavailable: repeat.
        """
        event = notification.event
        if isinstance(event, Nothing):
            return Outcome.KNOWN
        if isinstance(event, RefundStuck):
            self.note_stuck(event)
            return Outcome.KNOWN
        try:
            outcome = self.apply(event, notification.provider, notification)
        except Mismatch as mismatch:
            self._log.record(
                "payment_mismatched",
                level=Level.ERROR,
                order_id=event.order_no if is_order_no(event.order_no) else None,
                reason=mismatch.field,
            )
            raise
        return outcome

    def note_stuck(self, event: RefundStuck) -> None:
        """Call a person, and leave in the refund's row what the provider said."""
        self._log.record(
            "refund_stuck", level=Level.ERROR, order_id=event.order_no, reason=event.outcome
        )
        self._refunds.mark_stuck(event.refund_no, event.outcome)

    def apply(
        self,
        event: Paid | Refunded | Closed,
        provider: Provider,
        notification: Notification | None = None,
    ) -> Outcome:
        """Apply what a provider said, to us or when asked.

        Raises:
            Mismatch, Unavailable.
        """
        if not is_order_no(event.order_no):
            raise Mismatch("order")
        now, order_no = self._clock.now(), OrderNo(event.order_no)
        try:
            if isinstance(event, Paid) and self._settle_unread(event, provider, notification, now):
                return self._settled(event, Outcome.APPLIED)
            order = self._store.find_order(order_no)
        except AlreadyNotified:
            return Outcome.KNOWN
        except OrderChanged as changed:
            order = changed.order
        for _ in range(TRIES):
            if order is None or order.method.provider is not provider:
                raise Mismatch("order")
            try:
                return self._settled(event, self._apply_to(order, event, notification, now))
            except AlreadyNotified:
                return Outcome.KNOWN
            except OrderChanged as changed:
                order = changed.order
        raise Unavailable("The order keeps changing.")

    def _settle_unread(
        self, paid: Paid, provider: Provider, notification: Notification | None, now: datetime
    ) -> bool:
        """Settle the order as the payment describes it; False if the payment says too little.

        Raises:
            AlreadyNotified; OrderChanged: it is not as described, or not untouched.
        """
        product = PRODUCTS.get(paid.tag)
        if product is None:
            return False
        payer_index = self._names.payer_index(paid.payer_id)
        payment = Payment(transaction_id=paid.transaction_id, total=paid.total, is_surplus=False)
        change = settle_open_order(OrderNo(paid.order_no), product, payment, now)
        expecting = open_order_of(
            provider,
            product_id=product.id,
            total_minor=paid.total.minor,
            app_id=paid.app_id,
            payer_index=payer_index,
        )
        self._store.apply(
            self._with_payer(change, paid), expecting=expecting, notification=notification, now=now
        )
        return True

    def _apply_to(
        self,
        order: Order,
        event: Paid | Refunded | Closed,
        notification: Notification | None,
        now: datetime,
    ) -> Outcome:
        after = self._after(order, event)
        if after == order:
            return Outcome.KNOWN
        balance = Balance()
        if after.reclaimable > order.reclaimed:
            balance = self._store.get_balance(order.wallet)
        change = change_between(order, after, balance, now)
        if isinstance(event, Paid) and change.entries:
            change = self._with_payer(change, event)
        self._store.apply(change, notification=notification, now=now)
        for refund in change.refunds_due:
            self._log.record(
                "refund_due",
                level=Level.WARNING,
                order_id=refund.repayment.order_no,
                reason=after.state,
            )
        return Outcome.APPLIED

    def _after(self, order: Order, event: Paid | Refunded | Closed) -> Order:
        match event:
            case Paid():
                order.check(event, self._names.payer_index(event.payer_id))
                return order.after_payment(event.transaction_id)
            case Refunded():
                order.check(event)
                return order.after_refund(event)
            case Closed():
                return order.after_closing()

    def _with_payer(self, change: Change, paid: Paid) -> Change:
        if not paid.payer_id:
            return change
        return replace(
            change,
            payer_index=self._names.payer_index(paid.payer_id),
            sealed_payer=self._names.seal_payer(paid.payer_id, change.no),
        )

    def _settled(self, event: Event, outcome: Outcome) -> Outcome:
        if outcome is Outcome.APPLIED:
            self._log.record("order_settled", reason=type(event).__name__.lower())
        return outcome
