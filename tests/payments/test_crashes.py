"""Death after every AWS call in turn, and a throttle of each (crash windows 11 to 18).

What follows is what follows in life: the provider repeats, the schedule runs again.
"""

from contextlib import suppress
from datetime import timedelta

import pytest

from chalicelib.errors import Unavailable
from chalicelib.payments.ledger import Balance
from chalicelib.payments.model import Method, Provider, Verdict
from chalicelib.payments.orders import OrderState
from tests.faults import Crash, Fault, counted_calls
from tests.payments.shop import ALICE, Shop

pytestmark = pytest.mark.enable_socket

ALIPAY = Provider.ALIPAY
MOST_CALLS = 10
"""More than any step here makes; a step that made more would fail the test that it fired."""


@pytest.fixture
def shop(open_shop: Shop) -> Shop:
    return open_shop


@pytest.mark.parametrize("fault", Fault)
class TestWhateverDies:
    def test_a_payment_counts_once_when_it_is_told_again(self, shop: Shop, fault: Fault) -> None:
        fired = 0
        for nth in range(1, MOST_CALLS):
            order = shop.place(Method.ALIPAY_PAGE, key=f"key-{nth}").order
            told = shop.pay(order)
            before = shop.balance().available
            with counted_calls(fault, nth) as calls, suppress(Crash):
                shop.deliver(ALIPAY, told)
            fired += calls.fired

            assert shop.deliver(ALIPAY, told) is Verdict.TAKEN
            assert shop.order(order.no).state is OrderState.PAID
            assert shop.balance() == Balance(available=before + 10)
        assert 0 < fired < MOST_CALLS - 1

    def test_a_refund_takes_its_share_once(self, shop: Shop, fault: Fault) -> None:
        fired = 0
        for nth in range(1, MOST_CALLS):
            order = shop.place(Method.ALIPAY_PAGE, key=f"key-{nth}").order
            shop.deliver(ALIPAY, shop.pay(order))
            before = shop.balance().available
            told = shop.refund(order, "r1", 300)
            with counted_calls(fault, nth) as calls, suppress(Crash):
                shop.deliver(ALIPAY, told)
            fired += calls.fired

            assert shop.deliver(ALIPAY, told) is Verdict.TAKEN
            assert shop.order(order.no).state is OrderState.PARTLY_REFUNDED
            assert shop.balance() == Balance(available=before - 5)
        assert 0 < fired < MOST_CALLS - 1

    def test_an_order_is_placed_once_under_its_key(self, shop: Shop, fault: Fault) -> None:
        fired = 0
        for nth in range(1, MOST_CALLS):
            with counted_calls(fault, nth) as calls, suppress(Crash, Unavailable):
                shop.place(key=f"key-{nth}")
            fired += calls.fired

            again = shop.place(key=f"key-{nth}").order
            assert shop.place(key=f"key-{nth}").order == again
        orders = shop.ordering.list_orders(ALICE.user_id, limit=100, after=None).orders
        assert len(orders) == MOST_CALLS - 1
        assert 0 < fired < MOST_CALLS - 1

    def test_a_late_payment_goes_back_once_when_the_schedule_runs_again(
        self, shop: Shop, fault: Fault
    ) -> None:
        fired = 0
        for nth in range(1, MOST_CALLS):
            order = shop.place(Method.ALIPAY_PAGE, key=f"key-{nth}").order
            shop.clock.advance(minutes=31)
            check(shop)
            shop.deliver(ALIPAY, shop.pay(order))
            with counted_calls(fault, nth) as calls, suppress(Crash, Unavailable):
                check(shop)
            fired += calls.fired

            shop.clock.advance(minutes=6)
            check(shop)
            assert shop.trade_of(order).refunds == {f"{order.no}s0": 600}
            assert shop.order(order.no).state is OrderState.REFUNDED
            assert check(shop) == 0
        assert shop.balance() == Balance()
        assert 0 < fired < MOST_CALLS - 1


def check(shop: Shop) -> int:
    return shop.checking.check_payments(within=timedelta(minutes=4))
