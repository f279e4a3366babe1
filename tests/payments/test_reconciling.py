"""The providers' bills, our orders and our ledger say the same, or a person hears of it."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from chalicelib.errors import Conflict, NotFound
from chalicelib.keys import entry_key
from chalicelib.money import Money
from chalicelib.payments.bills.model import Difference, Kind, days_to_compare
from chalicelib.payments.model import Method, Provider
from chalicelib.payments.orders import OrderState
from chalicelib.staff.ports import Act
from chalicelib.storage import ALWAYS, Delete
from local.sandbox.trades import Trade
from tests.fakes import START
from tests.payments.books import PLENTY, TODAY, Books, open_books

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def books() -> Iterator[Books]:
    with open_books() as books:
        yield books


METHODS = [Method.WECHATPAY_NATIVE, Method.ALIPAY_PAGE]
ACT = Act(id="act-1", staff="arn:role", action="resolve", subject="", reference="CASE-1", at=START)


@pytest.mark.parametrize("method", METHODS)
class TestEveryDay:
    def test_what_agrees_is_no_difference_and_waits_no_more(
        self, books: Books, method: Method
    ) -> None:
        order = books.paid(method)
        books.refunding.ask(order.no, Money(250), idempotency_key="a", act=ACT)
        assert books.waiting() == 2

        books.next_morning()
        books.next_morning(days=3)

        assert books.differences == []
        assert books.waiting() == 0
        [payment] = books.order(order.no).payments
        assert payment.billed_on == TODAY.isoformat()

    def test_a_payment_nobody_told_us_of_is_settled_by_its_bill(
        self, books: Books, method: Method
    ) -> None:
        order = books.place(method).order
        books.pay(order)

        books.next_morning()

        assert books.order(order.no).state is OrderState.PAID
        assert books.balance().available == 10
        assert books.differences == []

    def test_an_order_that_is_none_of_ours_is_found(self, books: Books, method: Method) -> None:
        trade = Trade(
            provider=method.provider,
            order_no="from-another-shop",
            kind="x",
            title="something",
            total=1234,
            app_id="",
            tag="",
            notify_url="",
            expires_at="",
        )
        books.sandbox.trades.pay(books.sandbox.trades.put(trade))

        books.next_morning()

        assert books.differences == [(Kind.UNKNOWN_ORDER, 1234, None)]

    def test_another_amount_is_found(self, books: Books, method: Method) -> None:
        books.trade_of(books.paid(method)).total = 601

        books.next_morning()

        assert books.differences == [(Kind.AMOUNT, 601, 600)]

    def test_what_was_never_posted_is_found(self, books: Books, method: Method) -> None:
        order = books.paid(method)
        posting = entry_key(order.wallet, f"purchase#{order.no}")
        books.table.write(Delete(key=posting, when=ALWAYS))

        books.next_morning()

        assert books.differences == [(Kind.NOT_IN_LEDGER, 600, 600)]

    def test_a_refund_nobody_told_us_of_is_found(self, books: Books, method: Method) -> None:
        order = books.paid(method)
        books.trade_of(order).refund("by-hand", 200)

        books.next_morning()

        assert books.differences == [(Kind.NOT_RECORDED, 200, None)]

    def test_a_refund_by_hand_that_we_were_told_of_is_none(
        self, books: Books, method: Method
    ) -> None:
        order = books.paid(method)
        books.deliver(method.provider, books.refund(order, "by-hand", 200))

        books.next_morning()

        assert books.differences == []

    def test_what_no_bill_has_is_found_after_three_days(self, books: Books, method: Method) -> None:
        trade = books.trade_of(books.paid(method))
        trade.paid_at = 0

        books.clock.advance(hours=19)
        books.reconciling.reconcile(within=PLENTY)
        assert books.differences == []
        books.clock.advance(days=8)
        books.reconciling.reconcile(within=PLENTY)

        assert books.differences == [(Kind.NOT_IN_BILL, None, 600)]
        assert books.waiting() == 0

    def test_a_bill_is_not_compared_twice_and_a_difference_not_found_twice(
        self, books: Books, method: Method
    ) -> None:
        books.trade_of(books.paid(method)).total = 601
        books.next_morning()
        [found] = books.reconciling.list_differences(10)
        books.reconciling.resolve(found.id, "looked at", ACT)

        for row in list(books.table.rows.values()):
            if row["pk"].startswith("BILL#"):
                row["is_done"] = False
                row["lines"] = 0
        books.reconciling.reconcile(within=PLENTY)

        assert books.differences == []

    def test_a_missing_bill_is_asked_for_again_and_calls_at_days_end(
        self, books: Books, method: Method
    ) -> None:
        trade = books.trade_of(books.paid(method))
        paid_at, trade.paid_at = trade.paid_at, 0
        books.next_morning()
        assert "bill_missing" in str(books.log.lines)
        assert "bill_overdue" not in str(books.log.lines)
        books.clock.advance(hours=11, minutes=30)
        books.reconciling.reconcile(within=PLENTY)
        assert "bill_overdue" in str(books.log.lines)

        trade.paid_at = paid_at
        books.clock.advance(hours=12)
        books.reconciling.reconcile(within=PLENTY)

        assert books.differences == []
        assert books.waiting() == 0

    def test_while_a_bill_is_missing_nothing_is_said_to_be_in_none(
        self, books: Books, method: Method
    ) -> None:
        books.trade_of(books.paid(method)).paid_at = 0

        books.next_morning(days=4)

        assert books.differences == []
        assert books.waiting() == 1

    def test_a_run_that_ended_early_goes_on_where_it_was(
        self, books: Books, method: Method
    ) -> None:
        for number in range(3):
            books.paid(method, key=f"key-{number}")
        books.reconciling.reconcile(within=PLENTY)
        books.clock.advance(days=1)
        books.ticks.pace = timedelta(seconds=10)

        waiting = [books.waiting()]
        while books.waiting() and len(waiting) < 20:
            books.reconciling.reconcile(within=timedelta(seconds=60))
            waiting.append(books.waiting())

        assert waiting == sorted(waiting, reverse=True)
        assert 2 < len(waiting) < 20
        assert books.differences == []


class TestPersonalData:
    @pytest.mark.parametrize("method", METHODS)
    def test_no_difference_holds_a_payer(self, books: Books, method: Method) -> None:
        order = books.paid(method)
        trade = books.trade_of(order)
        trade.payer, trade.total = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", 601
        books.next_morning()

        rows = [row for row in books.table.rows.values() if row["pk"].startswith("DIFFERENCE#")]
        assert len(rows) == 1
        assert trade.payer not in str(rows)
        assert trade.payer not in str(books.log.lines)

    def test_what_another_shop_wrote_is_not_repeated(self, books: Books) -> None:
        order = books.paid(Method.WECHATPAY_NATIVE)
        trade = books.trade_of(order)
        trade.order_no = "call +8613800138000"
        books.next_morning()

        assert "13800138000" not in str(books.table.rows)
        assert books.reconciling.list_differences(10)[0].order_no == "unreadable"


class TestQueue:
    @pytest.fixture
    def found(self, books: Books) -> Difference:
        books.trade_of(books.paid(Method.WECHATPAY_NATIVE)).total = 601
        books.next_morning()
        [found] = books.reconciling.list_differences(10)
        return found

    def test_is_resolved_once_with_what_came_of_it(self, books: Books, found: Difference) -> None:
        books.reconciling.resolve(found.id, "refunded by hand", ACT)

        assert books.reconciling.list_differences(10) == ()
        [row] = [row for row in books.table.rows.values() if row["pk"].startswith("DIFFERENCE#")]
        assert (row["act_id"], row["note"]) == (ACT.id, "refunded by hand")
        with pytest.raises(Conflict):
            books.reconciling.resolve(found.id, "again", ACT)

    def test_what_is_not_there_is_not_found(self, books: Books) -> None:
        with pytest.raises(NotFound):
            books.reconciling.resolve("x", "nothing", ACT)

    def test_what_nobody_works_calls_again(self, books: Books, found: Difference) -> None:
        books.next_morning(days=2)
        assert "difference_overdue" not in str(books.log.lines)
        books.next_morning(days=2)

        assert "difference_overdue" in str(books.log.lines)


@pytest.mark.parametrize(
    ("provider", "hours", "last"),
    [
        (Provider.ALIPAY, 4.9, date(2026, 11, 22)),
        (Provider.ALIPAY, 5, date(2026, 11, 23)),
        (Provider.WECHATPAY, 5.9, date(2026, 11, 22)),
        (Provider.WECHATPAY, 6, date(2026, 11, 23)),
    ],
)
def test_a_bill_is_asked_for_from_the_hour_it_is_made(
    provider: Provider, hours: float, last: date
) -> None:
    midnight_hours = 16
    now = START + timedelta(hours=midnight_hours + hours)

    days = days_to_compare(provider, now)

    assert days[-1] == last
    assert len(days) == 7
    assert days == sorted(days)
