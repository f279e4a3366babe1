"""A shop whose books are compared with its providers' bills."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from chalicelib.payments.bills.model import Kind
from chalicelib.payments.bills.reconciling import ReconcilingService
from chalicelib.payments.bills.store import BillStore
from chalicelib.payments.model import Method, Verdict
from chalicelib.payments.orders import Order
from local.sandbox.server import running_sandbox
from tests.fakes import FakeClock
from tests.memory import MemoryTable
from tests.payments.shop import Shop, shared_keys

TODAY = date(2026, 11, 23)
PLENTY = timedelta(minutes=4)


class Ticks:
    """A clock that goes on with every look at it, as it does while a bill is read."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.pace = timedelta()

    def now(self) -> datetime:
        self._clock.advance(seconds=self.pace.total_seconds())
        return self._clock.now()

    def sleep(self, duration: timedelta) -> None:
        self._clock.sleep(duration)


class Books(Shop):
    ticks: Ticks
    table: MemoryTable
    reconciling: ReconcilingService

    def paid(self, method: Method, key: str = "key-1") -> Order:
        order = self.place(method, key=key).order
        assert self.deliver(method.provider, self.pay(order)) is Verdict.TAKEN
        return self.order(order.no)

    def next_morning(self, days: int = 1) -> None:
        self.clock.advance(days=days)
        self.reconciling.reconcile(within=PLENTY)

    @property
    def differences(self) -> list[tuple[Kind, int | None, int | None]]:
        found = self.reconciling.list_differences(100)
        return [(one.kind, one.bill_minor, one.our_minor) for one in found]

    def waiting(self) -> int:
        return sum(row.get("due") == "BILL" for row in self.table.rows.values())


@contextmanager
def open_books() -> Iterator[Books]:
    clock, table = FakeClock(), MemoryTable()
    with running_sandbox(shared_keys(), lambda: clock.now().timestamp()) as sandbox:
        made = Books(table, clock, sandbox)
        made.table, made.ticks = table, Ticks(clock)
        made.reconciling = ReconcilingService(
            bills=BillStore(table),
            store=made.store,
            refunds=made.refunds,
            settling=made.settling,
            providers=made.providers,
            clock=made.ticks,
            log=made.log,
        )
        yield made
