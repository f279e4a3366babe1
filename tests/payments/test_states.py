"""Orders over every order of events: the same money in, the same things given, nothing twice."""

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import permutations

import pytest

from chalicelib.ids import OrderNo
from chalicelib.money import Money
from chalicelib.payments.catalogue import PRODUCTS, Unit
from chalicelib.payments.ledger import (
    Account,
    Balance,
    balance_of,
    member_until,
    purchase,
    reclaim,
)
from chalicelib.payments.model import Method, Provider
from chalicelib.payments.orders import TRANSITIONS, Mismatch, Order, OrderState
from chalicelib.payments.ports import Closed, Event, Paid, Refunded
from tests.fakes import FakeClock
from tests.memory import MemoryTable
from tests.payments.shop import Shop, entries_in

PRICE, CREDITS = 600, 10
ALIPAY, WECHATPAY = Provider.ALIPAY, Provider.WECHATPAY

Say = Callable[[OrderNo], Paid | Refunded | Closed]


def paid(transaction: str, *, tag: str = "credits_10") -> Say:
    return lambda no: Paid(
        order_no=no,
        transaction_id=transaction,
        total=Money(PRICE),
        app_id="2021000000000001",
        tag=tag,
        payer_id="payer",
    )


def refunded(transaction: str, number: str, amount: int) -> Say:
    return lambda no: Refunded(
        order_no=no,
        transaction_id=transaction,
        total=Money(PRICE),
        refund_no=number,
        amount=Money(amount),
    )


def refunded_so_far(transaction: str, amount: int) -> Say:
    return lambda no: Refunded(
        order_no=no, transaction_id=transaction, total=Money(PRICE), sum=Money(amount)
    )


def closed(no: OrderNo) -> Closed:
    return Closed(order_no=no)


class Run:
    """One order on a table in memory, and everything that must be true after each event."""

    def __init__(self) -> None:
        self.table = MemoryTable()
        self.shop = Shop(self.table, FakeClock())
        self.placed = self.shop.write_order(Method.ALIPAY_APP)

    @property
    def order(self) -> Order:
        return self.shop.order(self.placed.no)

    def say(self, event: Say) -> None:
        before = self.order
        self.shop.clock.advance(seconds=1)
        self.shop.settling.apply(event(self.placed.no), ALIPAY)
        self.check(before)

    def check(self, before: Order) -> None:
        after = self.order
        reachable = {to for (state, _), to in TRANSITIONS.items() if state is before.state}
        # A refund proves its payment: two steps at once.
        further = {to for (state, _), to in TRANSITIONS.items() if state in reachable}
        assert after.state in reachable | further
        assert after.version in (before.version, before.version + 1)
        assert sum(not one.is_surplus for one in after.payments) <= 1
        entries = entries_in(self.table.rows.values())
        assert all(sum(line.amount for line in entry.lines) == 0 for entry in entries)
        assert balance_of(entries) == self.shop.balance()
        assert self.shop.balance().available >= 0
        self.check_refunds_due(after)

    def check_refunds_due(self, order: Order) -> None:
        """Every surplus payment goes back: a refund of all that is left of it, once."""
        rows = [row for row in self.table.rows.values() if row["sk"].startswith("REFUND#")]
        due = {row["transaction_id"] for row in rows if row.get("due") == "REFUND"}
        owed = {
            one.transaction_id
            for one in order.payments
            if one.is_surplus and one.refunded != one.total
        }
        assert due == owed

    @property
    def outcome(self) -> tuple[OrderState, int, int]:
        order = self.order
        back = sum(one.refunded.minor for one in order.payments)
        return order.state, self.shop.balance().available, back


class TestEveryOrderOfEvents:
    @pytest.mark.parametrize(
        ("events", "expected"),
        [
            ((paid("t1"), paid("t1"), paid("t1", tag="")), (OrderState.PAID, 10, 0)),
            (
                (paid("t1"), refunded("t1", "r1", 200), refunded("t1", "r2", 100)),
                (OrderState.PARTLY_REFUNDED, 5, 300),
            ),
            (
                (paid("t1"), refunded("t1", "r1", 200), refunded("t1", "r2", 400), paid("t1")),
                (OrderState.REFUNDED, 0, 600),
            ),
            (
                (paid("t1"), refunded_so_far("t1", 200), refunded_so_far("t1", 300)),
                (OrderState.PARTLY_REFUNDED, 5, 300),
            ),
            (
                (paid("t1"), refunded_so_far("t1", 600), refunded_so_far("t1", 100)),
                (OrderState.REFUNDED, 0, 600),
            ),
        ],
    )
    def test_ends_the_same_with_any_duplicates(
        self, events: tuple[Say, ...], expected: tuple[OrderState, int, int]
    ) -> None:
        for order_of_events in permutations((*events, events[-1])):
            run = Run()
            for event in order_of_events:
                run.say(event)
            assert run.outcome == expected

    def test_gives_the_product_or_gives_the_money_back(self) -> None:
        """With a closing among the events: what came first decides, and nothing is lost."""
        events = (paid("t1"), closed, paid("t2"), refunded("t1", "r1", 600), closed, paid("t1"))
        for order_of_events in permutations(events):
            run = Run()
            for event in order_of_events:
                run.say(event)
            settling = run.order.settling
            given = run.shop.balance().available
            kept = sum(
                one.total.minor - one.refunded.minor
                for one in run.order.payments
                if not one.is_surplus
            )
            assert (given == CREDITS) == (kept == PRICE)
            assert given in (0, CREDITS)
            is_closed_first = order_of_events[0] is closed
            assert (settling is None) == is_closed_first

    def test_a_thousand_random_sequences_keep_the_ledger_and_the_states(self) -> None:
        drawn = random.Random(20261123)
        choices = [
            *(paid("t1"), paid("t2"), paid("t3", tag=""), closed, refunded_so_far("t1", 150)),
            *(refunded("t1", "r1", 100), refunded("t1", "r2", 500), refunded("t2", "r3", 600)),
        ]
        for _ in range(1000):
            run = Run()
            for event in drawn.choices(choices, k=drawn.randrange(1, 9)):
                run.say(event)


class TestMembership:
    def test_goes_on_where_the_one_before_ends_and_shrinks_by_refunds(self) -> None:
        month, day = PRODUCTS["member_month"], timedelta(days=1)
        start = FakeClock().now()
        first, second = purchase(month, "o1", start), purchase(month, "o2", start + 5 * day)
        back = reclaim(Unit.MEMBER_DAYS, "o1#31", start + 6 * day, taken=31, lost=0)

        assert member_until([]) is None
        assert member_until([second, first]) == start + 62 * day
        assert member_until([first, second, back]) == start + 36 * day


class TestSpentCredits:
    def test_refund_takes_what_is_there_and_never_more(self) -> None:
        run = Run()
        run.say(paid("t1"))
        key = next(key for key in run.table.rows if key.sk == "BALANCE")
        run.table.rows[key]["available"] = 4

        run.shop.settling.apply(refunded("t1", "r1", 600)(run.placed.no), ALIPAY)

        assert run.shop.balance() == Balance(available=0)
        [reclaimed] = [
            entry
            for entry in entries_in(run.table.rows.values())
            if entry.id.startswith("reclaim#")
        ]
        assert reclaimed.sum_of(Account.LOST) == -6


class TestContradictions:
    @pytest.mark.parametrize(
        ("event", "field"),
        [
            (Paid(order_no="", transaction_id="t", total=Money(PRICE)), "order"),
            (Closed(order_no="0" * 32), "order"),
            (Closed(order_no="not ours"), "order"),
        ],
    )
    def test_what_is_not_ours_is_not_applied(self, event: Event, field: str) -> None:
        run = Run()

        assert isinstance(event, Paid | Closed)
        with pytest.raises(Mismatch) as raised:
            run.shop.settling.apply(event, ALIPAY)
        assert raised.value.field == field

    @pytest.mark.parametrize("tag", ["credits_10", "", "credits_50"])
    @pytest.mark.parametrize(
        ("total", "app_id", "field"),
        [
            (PRICE - 1, "2021000000000001", "total"),
            (PRICE + 1, "2021000000000001", "total"),
            (PRICE, "another", "app"),
        ],
    )
    def test_a_payment_of_another_amount_or_app_settles_nothing(
        self, tag: str, total: int, app_id: str, field: str
    ) -> None:
        run = Run()
        event = Paid(
            order_no=run.placed.no,
            transaction_id="t1",
            total=Money(total),
            app_id=app_id,
            tag=tag,
        )

        with pytest.raises(Mismatch) as raised:
            run.shop.settling.apply(event, ALIPAY)

        assert raised.value.field == field
        assert run.order == run.placed

    def test_a_payment_by_the_other_provider_settles_nothing(self) -> None:
        run = Run()

        with pytest.raises(Mismatch):
            run.shop.settling.apply(paid("t1")(run.placed.no), WECHATPAY)

        assert run.order == run.placed

    def test_a_refund_of_more_than_was_paid_is_not_believed(self) -> None:
        run = Run()
        run.say(paid("t1"))

        for event in (refunded("t1", "r1", 601), refunded_so_far("t1", 601)):
            with pytest.raises(Mismatch):
                run.shop.settling.apply(event(run.placed.no), ALIPAY)

        assert run.order.state is OrderState.PAID
