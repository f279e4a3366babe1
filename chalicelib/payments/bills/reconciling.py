"""Use case: comparing every line of the providers' daily bills with our orders and our ledger, and
what is ours with the bills.

An hourly schedule takes each bill once it is made. A line that was compared before compares the
same again, so a run that dies goes on where it last said so, and a bill may be read twice.
"""

from contextlib import suppress
from datetime import date, datetime, timedelta

from chalicelib.clock import Clock
from chalicelib.errors import Unavailable
from chalicelib.ids import OrderNo
from chalicelib.observability import EventLog, Level
from chalicelib.payments.bills.model import (
    OVERDUE,
    Difference,
    Kind,
    compare_payment,
    compare_refund,
    days_to_compare,
    end_of_day,
    is_days_end,
    name_of,
)
from chalicelib.payments.bills.store import Awaited, BillStore
from chalicelib.payments.changes import Change
from chalicelib.payments.items import BILL_WAIT
from chalicelib.payments.orders import Mismatch, Order, is_order_no
from chalicelib.payments.ports import (
    BillLine,
    BillMissing,
    BillUnreadable,
    Closed,
    Paid,
    PaymentProvider,
    Provider,
    Providers,
    Refunded,
)
from chalicelib.payments.refund_store import RefundStore
from chalicelib.payments.settling import SettlingService
from chalicelib.payments.store import OrderChanged, PaymentStore
from chalicelib.retention.model import china_day
from chalicelib.staff.ports import Act

LATE_NEWS = timedelta(minutes=10)
"""After midnight we may hear of what happened before."""
LINES_A_NOTE = 100
"""After so many lines it is noted how far a bill has been compared."""


class ReconcilingService:
    def __init__(
        self,
        *,
        bills: BillStore,
        store: PaymentStore,
        refunds: RefundStore,
        settling: SettlingService,
        providers: Providers,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._bills = bills
        self._store = store
        self._refunds = refunds
        self._settling = settling
        self._providers = providers
        self._clock = clock
        self._log = log

    def reconcile(self, *, within: timedelta) -> None:
        """Compare every bill that is there and has not been, as far as the time goes."""
        until = self._clock.now() + within
        for name in Provider:
            with suppress(Unavailable):
                provider = self._providers.find(name)
                if provider is not None:
                    self._reconcile_provider(name, provider, until)
        self._call_for_help()

    def list_differences(self, limit: int) -> tuple[Difference, ...]:
        """Return what a person has to look at, the oldest first."""
        return self._bills.list_open(limit, until=self._clock.now())

    def resolve(self, difference_id: str, note: str, act: Act) -> None:
        """Take a difference out of the queue, with what came of it.

        Raises:
            NotFound, Conflict.
        """
        self._bills.resolve(difference_id, act_id=act.id, note=note, now=self._clock.now())
        self._log.record("difference_resolved")

    def _reconcile_provider(
        self, name: Provider, provider: PaymentProvider, until: datetime
    ) -> None:
        days = days_to_compare(name, self._clock.now())
        missing = [day for day in days if not self._compare_day(name, provider, day, until)]
        if self._clock.now() < until:
            self._look_for_absent(name, missing)

    def _compare_day(
        self, name: Provider, provider: PaymentProvider, day: date, until: datetime
    ) -> bool:
        """Compare one bill; return whether all of it has been compared, now or before."""
        done = self._bills.lines_done(name, day)
        if done is None:
            return True
        try:
            return self._compare_lines(name, provider, day, done, until)
        except BillMissing:
            return self._judge_missing(name, day)
        except BillUnreadable as trouble:
            self._log.record(
                "bill_unreadable", level=Level.ERROR, provider=name, reason=trouble.reason
            )
        except Unavailable:
            self._log.record("bill_missing", level=Level.WARNING, provider=name, reason="silent")
        return False

    def _compare_lines(
        self, name: Provider, provider: PaymentProvider, day: date, done: int, until: datetime
    ) -> bool:
        count = 0
        for count, line in enumerate(provider.read_bill(day), start=1):
            if count <= done:
                continue
            if self._clock.now() >= until:
                self._note(name, day, count - 1, is_done=False)
                return False
            self._compare(name, provider, day, line)
            if count % LINES_A_NOTE == 0:
                self._note(name, day, count, is_done=False)
        self._note(name, day, count, is_done=True)
        self._log.record("bill_compared", provider=name, count=count)
        return True

    def _note(self, name: Provider, day: date, lines: int, *, is_done: bool) -> None:
        self._bills.note_progress(name, day, lines, self._clock.now(), is_done=is_done)

    def _judge_missing(self, name: Provider, day: date) -> bool:
        """Take a bill that is not there for an empty one where nothing of ours should be in it."""
        begins, ends = end_of_day(day) - timedelta(days=1), end_of_day(day) + LATE_NEWS
        expected = any(
            _provider_of(one) is name and _absent(one) and begins <= one.due_at - BILL_WAIT
            for one in self._bills.list_awaited(ends + BILL_WAIT)
        )
        if not expected:
            self._note(name, day, 0, is_done=True)
            return True
        if is_days_end(self._clock.now()):
            self._log.record("bill_overdue", level=Level.ERROR, provider=name)
        else:
            self._log.record("bill_missing", level=Level.WARNING, provider=name)
        return False

    def _compare(
        self, name: Provider, provider: PaymentProvider, day: date, line: BillLine
    ) -> None:
        order = self._find(line, name)
        if order is None:
            self._differ(name, day, line, Kind.UNKNOWN_ORDER, None)
        elif line.is_refund:
            self._compare_refund(name, day, line, order)
        else:
            self._compare_payment(name, provider, day, line, order)

    def _compare_payment(
        self, name: Provider, provider: PaymentProvider, day: date, line: BillLine, order: Order
    ) -> None:
        found = compare_payment(line, order)
        if found and found[0] is Kind.NOT_RECORDED:
            order = self._made_up_for(name, provider, order)
            found = compare_payment(line, order)
        if found is None and not self._is_posted(order, line):
            found = Kind.NOT_IN_LEDGER, order.total.minor
        if found:
            self._differ(name, day, line, *found)
        self._mark(order, line.transaction_id, day)

    def _compare_refund(self, name: Provider, day: date, line: BillLine, order: Order) -> None:
        found = compare_refund(line, order, self._refunds.find_refund(line.refund_no))
        if found is None and order.reclaimed < order.reclaimable and not order.outlives_account:
            found = Kind.NOT_IN_LEDGER, line.amount.minor
        if found:
            self._differ(name, day, line, *found)
        self._refunds.mark_billed(line.refund_no, day.isoformat())

    def _made_up_for(self, name: Provider, provider: PaymentProvider, order: Order) -> Order:
        """Ask the provider once more about a payment that nobody told us of."""
        with suppress(Mismatch, Unavailable):
            event = provider.ask(order.no)
            if isinstance(event, Paid | Refunded | Closed):
                self._settling.apply(event, name)
        return self._store.find_order(order.no) or order

    def _is_posted(self, order: Order, line: BillLine) -> bool:
        """Whether the ledger has what the payment bought, if it bought anything."""
        settling = order.settling
        if order.outlives_account or settling is None:
            return True
        if settling.transaction_id != line.transaction_id:
            return True
        return self._store.has_purchase(order.no)

    def _mark(self, order: Order, transaction_id: str, day: date) -> None:
        """Note that the bill has a payment; what changes at the same moment is marked later."""
        after = order.after_bill(transaction_id, day.isoformat())
        if after == order:
            return
        change = Change(
            no=order.no,
            version=order.version + 1,
            state=order.state,
            payments=after.payments,
            reclaimed=order.reclaimed,
        )
        with suppress(OrderChanged):
            self._store.apply(change, notification=None, now=self._clock.now())

    def _look_for_absent(self, name: Provider, missing: list[date]) -> None:
        """Find what is ours and in no bill; while a bill is missing that proves nothing."""
        if missing:
            return
        now = self._clock.now()
        for awaited in self._bills.list_awaited(now):
            if _provider_of(awaited) is not name:
                continue
            for order_no, what, minor in _absent(awaited):
                line_day = china_day(awaited.due_at - BILL_WAIT)
                self._add(
                    Difference(
                        provider=name,
                        day=line_day.isoformat(),
                        kind=Kind.NOT_IN_BILL,
                        order_no=order_no,
                        name=what,
                        bill_minor=None,
                        our_minor=minor,
                        found_at=now,
                    )
                )
            self._bills.drop(awaited)

    def _differ(
        self, name: Provider, day: date, line: BillLine, kind: Kind, our_minor: int | None
    ) -> None:
        what = line.refund_no if line.is_refund else line.transaction_id
        self._add(
            Difference(
                provider=name,
                day=day.isoformat(),
                kind=kind,
                order_no=name_of(line.order_no),
                name=name_of(what),
                bill_minor=line.amount.minor,
                our_minor=our_minor,
                found_at=self._clock.now(),
            )
        )

    def _add(self, difference: Difference) -> None:
        if self._bills.add(difference):
            self._log.record(
                "difference_found",
                level=Level.ERROR,
                provider=difference.provider,
                reason=difference.kind,
            )

    def _call_for_help(self) -> None:
        old = self._bills.list_open(LINES_A_NOTE, until=self._clock.now() - OVERDUE)
        if old:
            self._log.record("difference_overdue", level=Level.ERROR, count=len(old))

    def _find(self, line: BillLine, name: Provider) -> Order | None:
        if not is_order_no(line.order_no):
            return None
        order = self._store.find_order(OrderNo(line.order_no))
        return order if order and order.method.provider is name else None


def _provider_of(awaited: Awaited) -> Provider:
    return awaited.what.method.provider


def _absent(awaited: Awaited) -> list[tuple[str, str, int]]:
    """List what of an order or refund no bill has had: order, name, amount."""
    what = awaited.what
    if isinstance(what, Order):
        return [
            (what.no, one.transaction_id, one.total.minor)
            for one in what.payments
            if not one.billed_on
        ]
    repayment = what.repayment
    told = (repayment.order_no, repayment.refund_no, repayment.amount.minor)
    return [] if what.billed_on else [told]
