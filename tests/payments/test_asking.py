"""What the schedule hears of an order that was paid and of which money went back, unheard of."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.payments.ledger import Account, Balance
from chalicelib.payments.model import Method, Provider, Verdict
from chalicelib.payments.orders import OrderState
from local.sandbox.server import running_sandbox
from tests.fakes import FakeClock
from tests.memory import MemoryTable
from tests.payments.shop import ALICE, Shop, entries_in, shared_keys

pytestmark = pytest.mark.enable_socket

WECHATPAY, ALIPAY = Provider.WECHATPAY, Provider.ALIPAY
BOTH = [Method.WECHATPAY_NATIVE, Method.ALIPAY_PAGE]


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


@pytest.fixture
def shop(table: MemoryTable) -> Iterator[Shop]:
    clock = FakeClock()
    with running_sandbox(shared_keys(), lambda: clock.now().timestamp()) as sandbox:
        yield Shop(table, clock, sandbox)


def check(shop: Shop) -> int:
    shop.clock.advance(minutes=6)
    return shop.checking.check_payments(within=timedelta(minutes=4))


class TestWentBackUnheardOf:
    def test_all_of_it_ends_the_order_as_refunded(self, shop: Shop, table: MemoryTable) -> None:
        order = shop.place(Method.ALIPAY_PAGE).order
        shop.pay(order)
        shop.refund(order, "by-hand", 600)

        check(shop)

        assert shop.order(order.no).state is OrderState.REFUNDED
        assert shop.balance() == Balance()
        posted = [entry.sum_of(Account.AVAILABLE) for entry in entries_in(table.rows.values())]
        assert sorted(posted) == [-10, 10]
        assert check(shop) == 0

    def test_all_of_it_asks_for_nothing_more_of_an_order_whose_account_is_erased(
        self, shop: Shop, table: MemoryTable
    ) -> None:
        order = shop.place(Method.ALIPAY_PAGE).order
        shop.data.erase(ALICE.user_id)
        shop.pay(order)
        shop.refund(order, "by-hand", 600)

        check(shop)

        assert shop.order(order.no).state is OrderState.REFUNDED
        assert [row["sk"] for row in table.rows.values()] == [f"ORDER#{order.no}"]
        assert check(shop) == 0

    def test_how_much_is_for_a_person_to_find_where_the_provider_does_not_say(
        self, shop: Shop
    ) -> None:
        order = shop.place(Method.WECHATPAY_NATIVE).order
        shop.pay(order)
        shop.refund(order, "by-hand", 300)

        check(shop)

        assert shop.order(order.no).state is OrderState.PAID
        assert shop.balance() == Balance(available=10)
        assert shop.log.events().count("payment_mismatched") == 1
        assert check(shop) == 0
        late = shop.sandbox.wechatpay.refund_notification(shop.trade_of(order), "by-hand")
        assert shop.deliver(WECHATPAY, late) is Verdict.TAKEN
        assert shop.order(order.no).state is OrderState.PARTLY_REFUNDED
        assert shop.balance() == Balance(available=5)

    def test_a_notification_of_a_payment_cannot_say_so(self, shop: Shop) -> None:
        order = shop.place(Method.WECHATPAY_NATIVE).order
        shop.pay(order)
        shop.trade_of(order).refunds["by-hand"] = 600

        told = shop.told_of(shop.trade_of(order))

        assert shop.deliver(WECHATPAY, told) is Verdict.REFUSED
        assert shop.order(order.no) == order


@pytest.mark.parametrize("method", BOTH)
def test_an_answer_about_another_order_decides_nothing(shop: Shop, method: Method) -> None:
    asked, other = shop.place(method, key="asked").order, shop.place(method, key="other").order
    shop.pay(asked)
    shop.trade_of(asked).order_no = other.no

    check(shop)

    assert shop.order(asked.no) == asked
    assert shop.order(other.no) == other
    assert "payment_mismatched" in shop.log.events()
