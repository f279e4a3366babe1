"""Use case: giving money back, whether staff asked for it or it was paid too late or twice.

A refund is written before its provider hears of it, under a number that every try repeats, so none
is made twice. What it took back (docs/decisions/0039-refunds.md) is taken when the provider says
that the money has gone.
"""

from dataclasses import dataclass
from datetime import timedelta

from chalicelib.clock import Clock
from chalicelib.errors import IdempotencyKeyReused, NotFound, Unavailable
from chalicelib.ids import OrderNo
from chalicelib.money import Money
from chalicelib.observability import EventLog, Level
from chalicelib.payments.changes import asked_refund_no, change_by_asking
from chalicelib.payments.errors import RefundRefused
from chalicelib.payments.items import Refund, RefundState
from chalicelib.payments.orders import Mismatch, Order, OrderState, Payment, is_order_no
from chalicelib.payments.ports import (
    PaymentProvider,
    Providers,
    Refunded,
    RefundStuck,
    Repayment,
)
from chalicelib.payments.refund_store import RefundStore
from chalicelib.payments.settling import SettlingService
from chalicelib.payments.store import OrderChanged, PaymentStore
from chalicelib.staff.ports import Act

REFUNDABLE_FOR = timedelta(days=365)
"""Both providers refund for a year after the payment (their "申请退款", read 2026-11)."""
MOST_REFUNDS = 50
"""Of one payment; WeChat Pay takes no more."""
REFUNDABLE = frozenset({OrderState.PAID, OrderState.PARTLY_REFUNDED})
TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order as staff sees it: nothing of who paid."""

    order: Order
    refunds: tuple[Refund, ...]


class RefundingService:
    def __init__(
        self,
        *,
        store: PaymentStore,
        refunds: RefundStore,
        settling: SettlingService,
        providers: Providers,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._store = store
        self._refunds = refunds
        self._settling = settling
        self._providers = providers
        self._clock = clock
        self._log = log

    def get_order(self, order_no: str) -> OrderView:
        """Return an order with its refunds.

        Raises:
            NotFound.
        """
        order = self._find(order_no)
        return OrderView(order=order, refunds=self._refunds.list_refunds(order.no))

    def list_open_refunds(self, limit: int) -> tuple[Refund, ...]:
        return self._refunds.list_open_refunds(limit)

    def ask(self, order_no: str, amount: Money | None, *, idempotency_key: str, act: Act) -> Refund:
        """Give back a part of what an order cost, or with None all that is left.

        A repeat with the same key is the same refund, and tries it again at once.

        Returns:
            The refund, perhaps still on its way: `check_payments` goes on with it.
        Raises:
            NotFound, RefundRefused; IdempotencyKeyReused: the key came with another amount.
            Unavailable: repeat.
        """
        order = self._find(order_no)
        number = asked_refund_no(order.no, idempotency_key)
        for _ in range(TRIES):
            found = self._refunds.find_refund(number)
            if found is None:
                wanted = self._refund_of(order, number, amount, act)
                change = change_by_asking(order, wanted)
                try:
                    self._store.apply(change, notification=None, now=self._clock.now())
                except OrderChanged:
                    order = self._find(order_no)
                    continue
                self._log.record("refund_asked", order_id=order.no)
                found = wanted
            elif amount is not None and found.repayment.amount != amount:
                raise IdempotencyKeyReused
            return self._tried(found)
        raise Unavailable("The order keeps changing.")

    def push(self, provider: PaymentProvider, refund: Refund) -> RefundState:
        """Have a provider give back; a repeat is the same refund to it.

        Raises:
            PaymentUnavailable: it gave no answer that could be verified.
            Mismatch: it did something else than it was asked for.
        """
        event = provider.refund(refund.repayment)
        match event:
            case Refunded():
                self._settling.apply(event, refund.method.provider)
                return RefundState.DONE
            case RefundStuck():
                self._settling.note_stuck(event)
                return RefundState.STUCK
        return RefundState.ON_ITS_WAY

    def _tried(self, refund: Refund) -> Refund:
        """Try once; what does not succeed now is due and tried again by the schedule."""
        number = refund.repayment.refund_no
        if refund.state is RefundState.DONE:
            return refund
        try:
            provider = self._providers.find(refund.method.provider)
            if provider is not None:
                self.push(provider, refund)
        except Mismatch as mismatch:
            self._log.record(
                "payment_mismatched",
                level=Level.ERROR,
                order_id=refund.repayment.order_no,
                reason=mismatch.field,
            )
        except Unavailable:
            self._log.record(
                "provider_silent", level=Level.WARNING, order_id=refund.repayment.order_no
            )
        return self._refunds.find_refund(number) or refund

    def _refund_of(self, order: Order, number: str, amount: Money | None, act: Act) -> Refund:
        payment = self._refundable(order)
        wanted = payment.refundable if amount is None else amount
        if not 0 < wanted.minor <= payment.refundable.minor:
            raise RefundRefused(
                "More than is left, or nothing.", refundable_minor=payment.refundable.minor
            )
        repayment = Repayment(
            refund_no=number,
            order_no=order.no,
            transaction_id=payment.transaction_id,
            amount=wanted,
            total=payment.total,
        )
        return Refund(method=order.method, repayment=repayment, act_id=act.id)

    def _refundable(self, order: Order) -> Payment:
        payment = order.settling
        if payment is None or order.state not in REFUNDABLE:
            raise RefundRefused("Nothing was paid, or all of it went back.", refundable_minor=0)
        if self._clock.now() >= order.created_at + REFUNDABLE_FOR:
            raise RefundRefused("The provider refunds for a year.", refundable_minor=0)
        if len({*payment.refunds, *payment.asked}) >= MOST_REFUNDS:
            raise RefundRefused("The provider takes no more refunds of it.", refundable_minor=0)
        return payment

    def _find(self, order_no: str) -> Order:
        order = self._store.find_order(OrderNo(order_no)) if is_order_no(order_no) else None
        if order is None:
            raise NotFound
        return order
