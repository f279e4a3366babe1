"""Use case: finding out what nobody told us, and giving back what must go back. Unknown is not
failed.

A schedule reads the index of what is due, which holds only what is open: orders without an answer,
and refunds on their way. Silence proves nothing: an order is closed only when its provider says
that it can no longer be paid, and a payment that comes after that goes back.
"""

from datetime import timedelta

from chalicelib.clock import Clock
from chalicelib.errors import Unavailable
from chalicelib.observability import EventLog, Level
from chalicelib.payments.charging import ChargeSettlingService
from chalicelib.payments.due_store import DuePayments
from chalicelib.payments.errors import PaymentUnavailable
from chalicelib.payments.items import Refund, RefundState
from chalicelib.payments.orders import Mismatch, Order
from chalicelib.payments.ports import (
    Closed,
    Paid,
    PaymentProvider,
    Provider,
    Providers,
    Refunded,
)
from chalicelib.payments.refunding import RefundingService
from chalicelib.payments.settling import Outcome, SettlingService

NEXT_LOOK = timedelta(minutes=5)
LATER = timedelta(hours=6)
"""When a person has to look first."""
NEXT_TRY = {
    RefundState.DONE: None,
    RefundState.ON_ITS_WAY: NEXT_LOOK,
    RefundState.STUCK: LATER,
}
CHARGES_TIME = timedelta(seconds=60)
"""For the charges of edits, two thousand of them at 30 ms; the rest waits for the next run."""
CLOSE_MARGIN = timedelta(minutes=1)
"""After an order's end: clocks differ, and a payment may be on its way."""


class CheckingService:
    def __init__(
        self,
        *,
        due: DuePayments,
        settling: SettlingService,
        refunding: RefundingService,
        charges: ChargeSettlingService,
        providers: Providers,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._due = due
        self._settling = settling
        self._refunding = refunding
        self._charges = charges
        self._providers = providers
        self._clock = clock
        self._log = log

    def check_payments(self, *, within: timedelta) -> int:
        """Post every charge, ask about every order and push every refund that is due; return how
        many were seen.

        What is left when the time is over, or fails, is due again. Repeats are harmless.
        """
        until = self._clock.now() + within
        seen = self._charges.settle_charges(within=min(within, CHARGES_TIME))
        for order in self._due.list_orders(self._clock.now()):
            if self._clock.now() >= until:
                break
            seen += 1
            self._attempt(order.method.provider, order)
        for refund in self._due.list_refunds(self._clock.now()):
            if self._clock.now() >= until:
                break
            seen += 1
            self._attempt(refund.method.provider, refund)
        return seen

    def _attempt(self, name: Provider, due: Order | Refund) -> None:
        """Do what is due; one that fails is put off and holds up no other."""
        order_no = due.no if isinstance(due, Order) else due.repayment.order_no
        try:
            provider = self._providers.find(name)
            if provider is None:
                raise PaymentUnavailable("There is no contract any more.")
            again_in = (
                self._check_order(provider, name, due)
                if isinstance(due, Order)
                else NEXT_TRY[self._refunding.push(provider, due)]
            )
        except Mismatch as mismatch:
            self._log.record(
                "payment_mismatched", level=Level.ERROR, order_id=order_no, reason=mismatch.field
            )
            again_in = LATER
        except Unavailable:
            self._log.record("provider_silent", level=Level.WARNING, order_id=order_no)
            again_in = NEXT_LOOK
        if again_in:
            self._due.put_off(due, self._clock.now() + again_in)
        else:
            self._due.drop(due)

    def _check_order(
        self, provider: PaymentProvider, name: Provider, order: Order
    ) -> timedelta | None:
        """Return when to look again; None when the order is decided."""
        event = provider.ask(order.no)
        now = self._clock.now()
        if isinstance(event, Paid | Refunded | Closed):
            self._apply(event, order, name)
            return None
        if now < order.expires_at + CLOSE_MARGIN:
            return min(NEXT_LOOK, order.expires_at + CLOSE_MARGIN - now)
        if not provider.close(order.no):
            return NEXT_LOOK
        self._settling.apply(Closed(order_no=order.no), name)
        return None

    def _apply(self, event: Paid | Refunded | Closed, order: Order, name: Provider) -> None:
        """Apply an answer; one that says that some went back, and not how much, needs a person."""
        if event.order_no != order.no:
            raise Mismatch("order")
        outcome = self._settling.apply(event, name)
        if outcome is Outcome.APPLIED and isinstance(event, Paid) and event.some_went_back:
            self._log.record(
                "payment_mismatched", level=Level.ERROR, order_id=order.no, reason="refund"
            )
