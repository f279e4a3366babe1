"""What a genuine payment must agree with: the order, field by field."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.payments.catalogue import PRODUCTS
from chalicelib.payments.ledger import Balance
from chalicelib.payments.model import Method, Provider, Verdict
from chalicelib.payments.orders import Order
from local.sandbox.trades import Trade
from local.sandbox.wechatpay import Message
from tests.fakes import FakeClock
from tests.memory import MemoryTable
from tests.payments.shop import Shop, changed_form

WECHATPAY, ALIPAY = Provider.WECHATPAY, Provider.ALIPAY


@pytest.fixture
def shop() -> Shop:
    return Shop(MemoryTable(), FakeClock())


def untouched(shop: Shop, order: Order) -> bool:
    return shop.order(order.no) == order and shop.balance() == Balance()


Change = Callable[[dict[str, Any]], None]


def resealed(shop: Shop, trade: Trade, change: Change, *, event: str = "") -> Message:
    """A WeChat notification with another content, and a signature and seal that hold."""
    sandbox = shop.sandbox.wechatpay
    told = json.loads(sandbox.payment_notification(trade).body)
    resource = told["resource"]
    cipher = AESGCM(shop.sandbox.keys.api_key.encode())
    content = json.loads(
        cipher.decrypt(
            resource["nonce"].encode(), base64.b64decode(resource["ciphertext"]), b"transaction"
        )
    )
    change(content)
    return sandbox.notification(event or told["event_type"], "transaction", content)


class TestWhatIsCompared:
    @pytest.mark.parametrize(
        "change",
        [
            lambda paid: paid.update(mchid="1900000002"),
            lambda paid: paid.update(appid="wx0000000000000002"),
            lambda paid: paid.update(trade_state="USERPAYING"),
            lambda paid: paid.pop("trade_state"),
            lambda paid: paid["amount"].update(total=601),
            lambda paid: paid["amount"].update(total=True),
            lambda paid: paid["amount"].update(total="600"),
            lambda paid: paid["amount"].update(total=600.0),
            lambda paid: paid["amount"].update(currency="USD"),
            lambda paid: paid["amount"].pop("currency"),
            lambda paid: paid.update(amount=[600]),
            lambda paid: paid.update(out_trade_no="0" * 32),
            lambda paid: paid.update(out_trade_no=7),
            lambda paid: paid.update(transaction_id=""),
            lambda paid: paid.pop("transaction_id"),
        ],
    )
    @pytest.mark.parametrize("tag", ["credits_10", "", "credits_50"])
    def test_each_field_of_a_wechat_payment(self, shop: Shop, change: Change, tag: str) -> None:
        order = shop.write_order(Method.WECHATPAY_H5)
        shop.pay(order)
        trade = shop.trade_of(order)
        trade.tag = tag

        changed = resealed(shop, trade, change)

        assert shop.deliver(WECHATPAY, changed) is Verdict.REFUSED
        assert untouched(shop, order)

    @pytest.mark.parametrize("method", [Method.WECHATPAY_APP, Method.ALIPAY_APP])
    @pytest.mark.parametrize("tag", ["credits_50", "member_month", "nonsense", ""])
    def test_what_is_given_is_what_was_ordered_whatever_the_tag_says(
        self, shop: Shop, method: Method, tag: str
    ) -> None:
        order = shop.write_order(method)
        shop.trade_of(order).tag = tag

        assert shop.deliver(method.provider, shop.pay(order)) is Verdict.TAKEN
        assert shop.balance() == Balance(available=PRODUCTS["credits_10"].quantity)

    def test_a_coupon_of_the_payers_changes_nothing(self, shop: Shop) -> None:
        order = shop.write_order(Method.WECHATPAY_H5)
        shop.pay(order)

        told = resealed(
            shop, shop.trade_of(order), lambda paid: paid["amount"].update(payer_total=1)
        )

        assert shop.deliver(WECHATPAY, told) is Verdict.TAKEN
        assert shop.balance() == Balance(available=PRODUCTS["credits_10"].quantity)

    def test_only_the_payer_it_was_prepared_for_may_pay(self, shop: Shop) -> None:
        order = shop.write_order(Method.WECHATPAY_JSAPI, payer="openid-of-alice")
        shop.trade_of(order).payer = "openid-of-mallory"

        assert shop.deliver(WECHATPAY, shop.pay(order)) is Verdict.REFUSED
        assert untouched(shop, order)

        shop.trade_of(order).payer = "openid-of-alice"
        assert shop.deliver(WECHATPAY, shop.pay(order)) is Verdict.TAKEN

    @pytest.mark.parametrize(
        "change",
        [
            lambda form: form.update(app_id="2021000000000002"),
            lambda form: form.update(seller_id="2088000000000002"),
            lambda form: form.update(total_amount="6.01"),
            lambda form: form.update(total_amount="6e0"),
            lambda form: form.update(total_amount="+6.00"),
            lambda form: form.update(total_amount=""),
            lambda form: form.update(out_trade_no="0" * 32),
            lambda form: form.update(trade_status="TRADE_PENDING"),
            lambda form: form.update(trade_no=""),
            lambda form: form.update(refund_fee="NaN"),
            lambda form: form.update(refund_fee="6.01"),
            lambda form: form.update(sign_type="RSA"),
            lambda form: form.update(notify_id=""),
        ],
    )
    @pytest.mark.parametrize("tag", ["credits_10", ""])
    def test_each_field_of_an_alipay_payment(self, shop: Shop, change: Change, tag: str) -> None:
        order = shop.write_order(Method.ALIPAY_WAP)
        shop.trade_of(order).tag = tag

        changed = changed_form(shop.pay(order), change, shop.sandbox.keys)

        assert shop.deliver(ALIPAY, changed) is Verdict.REFUSED
        assert untouched(shop, order)

    @pytest.mark.parametrize(
        "change",
        [
            lambda form: form.update(trade_status="WAIT_BUYER_PAY"),
            lambda form: form.update(notify_type="servicemarket_order_notify"),
        ],
    )
    def test_genuine_news_of_no_meaning_is_taken_and_changes_nothing(
        self, shop: Shop, change: Change
    ) -> None:
        order = shop.write_order(Method.ALIPAY_WAP)

        changed = changed_form(shop.pay(order), change, shop.sandbox.keys)

        assert shop.deliver(ALIPAY, changed) is Verdict.TAKEN
        assert untouched(shop, order)

    def test_an_event_that_is_not_agreed_is_taken_and_changes_nothing(self, shop: Shop) -> None:
        order = shop.write_order(Method.WECHATPAY_APP)
        shop.pay(order)

        told = resealed(shop, shop.trade_of(order), lambda _: None, event="COUPON.USE")

        assert shop.deliver(WECHATPAY, told) is Verdict.TAKEN
        assert untouched(shop, order)
