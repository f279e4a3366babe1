"""Buying against both providers over HTTP, as the sandbox plays them from their documents."""

import json
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib.errors import IdempotencyKeyReused, InvalidRequest, NotFound, QuotaExceeded
from chalicelib.ids import Caller
from chalicelib.payments.errors import GuestCannotBuy, MethodNotOffered, PaymentUnavailable
from chalicelib.payments.ledger import Balance
from chalicelib.payments.model import Method, Provider, Verdict
from chalicelib.payments.orders import ORDERS_PER_DAY, Order, OrderState
from chalicelib.remote.rsa import is_signed
from local.sandbox.keys import MERCHANT, WECHAT_APP_ID
from tests.faults import counted_calls
from tests.payments.shop import ALICE, BOB, Shop

pytestmark = pytest.mark.enable_socket

WECHATPAY, ALIPAY = Provider.WECHATPAY, Provider.ALIPAY


@pytest.fixture
def shop(open_shop: Shop) -> Shop:
    return open_shop


class TestOffer:
    def test_lists_what_there_is_and_how_it_is_paid(self, shop: Shop) -> None:
        offer = shop.ordering.get_offer()

        assert set(offer.methods) == set(Method)
        assert [product.price.minor for product in offer.products] == [600, 2500, 1990]

    def test_is_empty_without_a_contract(self, shop: Shop) -> None:
        shop.secrets = dict.fromkeys(Provider, "{}")

        offer = shop.ordering.get_offer()

        assert not offer.methods
        assert not offer.products
        with pytest.raises(MethodNotOffered):
            shop.place()


class TestPlacing:
    @pytest.mark.parametrize("method", Method)
    def test_an_order_is_what_its_provider_collects(self, shop: Shop, method: Method) -> None:
        openid = "openid-of-alice" if method is Method.WECHATPAY_JSAPI else ""
        placed = shop.place(method, openid=openid)

        if method.provider is ALIPAY:
            payment = placed.payment or {}
            text = payment.get("order_string") or urlsplit(payment["url"]).query
            assert shop.sandbox.alipay.open_cashier(dict(parse_qsl(text)))
        trade = shop.sandbox.trades.find(method.provider, placed.order.no)
        assert trade
        assert (trade.total, trade.tag) == (600, "credits_10")
        assert trade.expires_at
        assert placed.order.state is OrderState.AWAITING_PAYMENT

    def test_an_app_gets_the_bare_prepay_id_signed(self, shop: Shop) -> None:
        payment = shop.place(Method.WECHATPAY_APP).payment or {}

        lines = [WECHAT_APP_ID, payment["timestamp"], payment["noncestr"], payment["prepayid"]]
        message = "".join(f"{line}\n" for line in lines).encode()
        assert payment["prepayid"].startswith("wx")
        assert (payment["package"], payment["partnerid"]) == ("Sign=WXPay", MERCHANT)
        assert is_signed(message, payment["sign"], shop.sandbox.keys.merchant.public_key())

    def test_jsapi_gets_the_prepay_id_with_its_name_signed(self, shop: Shop) -> None:
        payment = shop.place(Method.WECHATPAY_JSAPI, openid="openid-of-alice").payment or {}

        lines = [WECHAT_APP_ID, payment["timeStamp"], payment["nonceStr"], payment["package"]]
        message = "".join(f"{line}\n" for line in lines).encode()
        assert payment["package"].startswith("prepay_id=wx")
        assert payment["signType"] == "RSA"
        assert is_signed(message, payment["paySign"], shop.sandbox.keys.merchant.public_key())

    def test_a_repeat_is_the_same_order_and_can_still_be_paid(self, shop: Shop) -> None:
        first = shop.place(Method.WECHATPAY_NATIVE)
        second = shop.place(Method.WECHATPAY_NATIVE)

        assert second.order == first.order
        assert second.payment == first.payment

    def test_a_repeat_with_other_wishes_is_refused(self, shop: Shop) -> None:
        shop.place()

        with pytest.raises(IdempotencyKeyReused):
            shop.place(product_id="credits_50")

    def test_a_repeat_of_what_is_paid_tells_so(self, shop: Shop) -> None:
        order = shop.place().order
        shop.deliver(ALIPAY, shop.pay(order))

        again = shop.place()

        assert again.order.state is OrderState.PAID
        assert again.payment is None

    def test_the_thirty_first_order_of_a_day_is_refused(self, shop: Shop) -> None:
        for number in range(ORDERS_PER_DAY):
            shop.place(key=f"key-{number}")

        with pytest.raises(QuotaExceeded):
            shop.place(key="one more")

    @pytest.mark.parametrize(
        ("method", "openid"), [(Method.WECHATPAY_JSAPI, ""), (Method.WECHATPAY_APP, "openid")]
    )
    def test_jsapi_alone_needs_its_payer(self, shop: Shop, method: Method, openid: str) -> None:
        with pytest.raises(InvalidRequest):
            shop.place(method, openid=openid)

    def test_a_guest_buys_nothing(self, shop: Shop) -> None:
        guest = Caller(
            user_id=ALICE.user_id,
            session_id=ALICE.session_id,
            log_key=b"g1",
            guest_until=shop.clock.now() + timedelta(days=7),
        )

        with pytest.raises(GuestCannotBuy):
            shop.place(caller=guest)

        assert list_orders(shop) == []

    def test_what_is_not_in_the_catalogue_is_not_sold(self, shop: Shop) -> None:
        with pytest.raises(InvalidRequest):
            shop.place(product_id="credits_1000000")

    def test_an_answer_that_is_not_signed_by_the_provider_is_none(self, shop: Shop) -> None:
        secret = json.loads(shop.secrets[WECHATPAY])
        alipays = json.loads(shop.secrets[ALIPAY])["keys"][0]
        secret["keys"] = dict.fromkeys(secret["keys"], alipays)
        shop.secrets[WECHATPAY] = json.dumps(secret)

        with pytest.raises(PaymentUnavailable):
            shop.place(Method.WECHATPAY_NATIVE)

    def test_a_provider_that_is_down_leaves_an_order_to_repeat(self, shop: Shop) -> None:
        up = shop.secrets[WECHATPAY]
        shop.secrets[WECHATPAY] = json.dumps(json.loads(up) | {"endpoint": "http://127.0.0.1:9"})
        with pytest.raises(PaymentUnavailable):
            shop.place(Method.WECHATPAY_NATIVE)
        shop.secrets[WECHATPAY] = up

        placed = shop.place(Method.WECHATPAY_NATIVE)

        assert placed.payment
        assert [one.no for one in list_orders(shop)] == [placed.order.no]


def list_orders(shop: Shop) -> list[Order]:
    return list(shop.ordering.list_orders(ALICE.user_id, limit=24, after=None).orders)


class TestReading:
    def test_orders_are_listed_newest_first_by_page(self, shop: Shop) -> None:
        numbers = []
        for number in range(3):
            shop.clock.advance(seconds=1)
            numbers.append(shop.place(key=f"key-{number}").order.no)
        shop.place(caller=BOB)

        first = shop.ordering.list_orders(ALICE.user_id, limit=2, after=None)
        rest = shop.ordering.list_orders(ALICE.user_id, limit=2, after=first.next_after)

        assert [order.no for order in (*first.orders, *rest.orders)] == numbers[::-1]
        assert rest.next_after is None

    def test_somebody_elses_order_is_not_there(self, shop: Shop) -> None:
        order = shop.place().order

        for number in (order.no, "nonsense", "0" * 32):
            with pytest.raises(NotFound):
                shop.ordering.get_order(BOB.user_id, number)
        assert shop.ordering.get_order(ALICE.user_id, order.no) == order

    def test_a_months_membership_ends_31_days_after_it_was_paid(self, shop: Shop) -> None:
        order = shop.place(product_id="member_month").order
        shop.clock.advance(minutes=3)
        shop.deliver(ALIPAY, shop.pay(order))

        holdings = shop.ordering.get_holdings(ALICE.user_id)

        assert holdings.member_until
        assert (holdings.member_until - shop.clock.now()).days == 31
        assert holdings.credits == Balance()


class TestCalls:
    @pytest.mark.parametrize("method", [Method.WECHATPAY_NATIVE, Method.ALIPAY_APP])
    def test_a_payment_and_its_repeats_cost_one_call_each(self, shop: Shop, method: Method) -> None:
        order = shop.place(method).order
        told = shop.pay(order)

        for _ in range(2):
            with counted_calls() as calls:
                assert shop.deliver(method.provider, told) is Verdict.TAKEN
            assert calls.names == ["TransactWriteItems"]
