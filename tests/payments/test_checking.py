"""What nobody told us, what must go back, and what is left of an account."""

import json
from datetime import timedelta

import pytest

from chalicelib.payments.ledger import Balance
from chalicelib.payments.model import Method, Provider, Verdict
from chalicelib.payments.orders import OrderState
from local.sandbox.trades import TradeState
from tests.payments.shop import ALICE, BOB, Shop
from tests.world import World

pytestmark = pytest.mark.enable_socket

WECHATPAY, ALIPAY = Provider.WECHATPAY, Provider.ALIPAY


@pytest.fixture
def shop(open_shop: Shop) -> Shop:
    return open_shop


class TestChecking:
    """Unknown is not failed: the provider is asked, and only its signed word decides."""

    @pytest.mark.parametrize("method", [Method.WECHATPAY_NATIVE, Method.ALIPAY_PAGE])
    def test_a_lost_notification_is_made_up_for(self, shop: Shop, method: Method) -> None:
        order = shop.place(method).order
        shop.pay(order)
        shop.clock.advance(minutes=2)

        check(shop)

        assert shop.order(order.no).state is OrderState.PAID
        assert shop.balance() == Balance(available=10)
        assert check(shop) == 0

    def test_an_open_order_is_left_open_and_asked_about_again(self, shop: Shop) -> None:
        order = shop.place(Method.WECHATPAY_NATIVE).order
        shop.clock.advance(minutes=2)

        assert (check(shop), check(shop)) == (1, 0)
        shop.clock.advance(minutes=5)
        assert check(shop) == 1

        assert shop.order(order.no).state is OrderState.AWAITING_PAYMENT

    @pytest.mark.parametrize("method", Method)
    def test_an_order_past_its_end_is_closed_there_and_here(
        self, shop: Shop, method: Method
    ) -> None:
        openid = "openid-of-alice" if method is Method.WECHATPAY_JSAPI else ""
        order = shop.place(method, openid=openid).order
        shop.clock.advance(minutes=31)

        check(shop)

        assert shop.order(order.no).state is OrderState.CLOSED
        trade = shop.sandbox.trades.find(method.provider, order.no)
        assert trade is None or trade.state is TradeState.CLOSED
        assert check(shop) == 0

    def test_silence_decides_nothing(self, shop: Shop) -> None:
        order = shop.place(Method.WECHATPAY_NATIVE).order
        up = shop.secrets[WECHATPAY]
        shop.secrets[WECHATPAY] = json.dumps(json.loads(up) | {"endpoint": "http://127.0.0.1:9"})
        shop.clock.advance(days=2)

        check(shop)
        assert shop.order(order.no).state is OrderState.AWAITING_PAYMENT

        shop.secrets[WECHATPAY] = up
        shop.pay(order)
        shop.clock.advance(minutes=5)
        check(shop)
        assert shop.order(order.no).state is OrderState.PAID

    @pytest.mark.parametrize("method", [Method.WECHATPAY_NATIVE, Method.ALIPAY_PAGE])
    def test_a_payment_after_the_end_goes_back_by_itself(self, shop: Shop, method: Method) -> None:
        order = shop.place(method).order
        shop.clock.advance(minutes=31)
        check(shop)
        late = shop.pay(order)

        assert shop.deliver(method.provider, late) is Verdict.TAKEN
        assert shop.order(order.no).state is OrderState.REFUND_DUE
        assert shop.balance() == Balance()
        check(shop)

        assert shop.trade_of(order).refunds == {f"{order.no}s0": 600}
        assert shop.order(order.no).state is OrderState.REFUNDED
        assert check(shop) == 0

    def test_a_refund_whose_answer_was_lost_is_not_made_twice(self, shop: Shop) -> None:
        order = shop.place(Method.ALIPAY_PAGE).order
        shop.trade_of(order)
        shop.clock.advance(minutes=31)
        check(shop)
        shop.deliver(ALIPAY, shop.pay(order))
        shop.trade_of(order).refund(f"{order.no}s0", 600)

        check(shop)

        assert shop.trade_of(order).refunded == 600
        assert shop.order(order.no).state is OrderState.REFUNDED

    def test_what_somebody_else_gave_back_before_counts_with_our_refund(self, shop: Shop) -> None:
        order = shop.place(Method.ALIPAY_PAGE).order
        shop.trade_of(order)
        shop.clock.advance(minutes=31)
        check(shop)
        shop.pay(order)
        shop.deliver(ALIPAY, shop.refund(order, "by-hand", 150))

        check(shop)

        assert shop.trade_of(order).refunds == {"by-hand": 150, f"{order.no}s0": 450}
        assert shop.order(order.no).state is OrderState.REFUNDED
        assert check(shop) == 0

    def test_stops_when_its_time_is_over(self, shop: Shop) -> None:

        shop.place()
        shop.clock.advance(minutes=31)

        assert shop.checking.check_payments(within=timedelta(0)) == 0


def check(shop: Shop) -> int:

    return shop.checking.check_payments(within=timedelta(minutes=4))


class TestErasure:
    def test_strips_what_was_paid_and_destroys_the_rest(self, shop: Shop, world: World) -> None:
        paid, opened = shop.place().order, shop.place(key="key-2").order
        shop.trade_of(paid).payer = "2088102534368455"
        shop.deliver(ALIPAY, shop.pay(paid))
        before = shop.data.count(ALICE.user_id)
        exported = list(shop.data.export(ALICE.user_id))

        erased = shop.data.erase(ALICE.user_id)

        assert erased == before
        assert "2088102534368455" in str(exported)
        assert set(shop.data.count(ALICE.user_id).values()) == {0}
        rows = world.dynamodb.scan(TableName="PaymentsTable")["Items"]
        assert {row["sk"]["S"] for row in rows} == {f"ORDER#{paid.no}", f"ORDER#{opened.no}"}
        assert not any({"payer_index", "sealed_payer"} & set(row) for row in rows)
        years = {(int(row["ttl"]["N"]) - shop.clock.now().timestamp()) // 86400 for row in rows}
        assert years == {1096}

    def test_an_order_left_open_can_be_paid_only_to_be_refunded(self, shop: Shop) -> None:
        order = shop.place().order
        shop.data.erase(ALICE.user_id)

        assert shop.deliver(ALIPAY, shop.pay(order)) is Verdict.TAKEN
        shop.clock.advance(minutes=31)
        check(shop)

        assert shop.trade_of(order).refunded == 600
        assert shop.order(order.no).state is OrderState.REFUNDED
        assert shop.balance() == Balance()

    @pytest.mark.parametrize("is_paid", [True, False])
    def test_what_comes_afterwards_leaves_nothing_that_stays_for_ever(
        self, shop: Shop, world: World, is_paid: bool
    ) -> None:
        order = shop.place().order
        told = shop.pay(order)
        if is_paid:
            shop.deliver(ALIPAY, told)
        shop.data.erase(ALICE.user_id)

        shop.deliver(ALIPAY, told)
        if is_paid:
            shop.deliver(ALIPAY, shop.refund(order, "r1", 600))
        shop.clock.advance(minutes=31)
        check(shop)

        rows = world.dynamodb.scan(TableName="PaymentsTable")["Items"]
        assert shop.order(order.no).state is OrderState.REFUNDED
        assert not [row["sk"]["S"] for row in rows if "ttl" not in row]
        assert not [row["sk"]["S"] for row in rows if row["sk"]["S"].startswith("ENTRY#")]

    def test_touches_nobody_else(self, shop: Shop) -> None:
        shop.place()
        shop.place(caller=BOB)
        before = shop.data.count(BOB.user_id)

        shop.data.erase(ALICE.user_id)

        assert shop.data.count(BOB.user_id) == before
