"""The port `PaymentProvider` on Alipay's gateway, version 1.0 with RSA2 (opendocs.alipay.com, read
2026-11).

What a merchant has is one secret, as JSON: `app_id`, `seller_id`, `private_key` of the app, `keys`
(Alipay's, bare or in certificates; two while they change), `methods`, `notify_url`, and with
certificates `app_certificate` and `root_certificates`. Paying needs no call: the client carries the
signed order to Alipay.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from chalicelib.clock import CHINA, Clock
from chalicelib.money import Money
from chalicelib.payments.errors import PaymentUnavailable
from chalicelib.payments.ports import (
    BillLine,
    Event,
    Method,
    Nothing,
    Notification,
    NotificationRefused,
    Provider,
    Purchase,
    Refunded,
    RefundStuck,
    Repayment,
)
from chalicelib.remote.alipay_bills import read_bill
from chalicelib.remote.alipay_events import notification_text, read_event, read_state
from chalicelib.remote.alipay_gateway import TAKEN, AlipayGateway
from chalicelib.remote.alipay_signing import SIGN_TYPE, request_text
from chalicelib.remote.certificates import first_expiry, serials_in_requests
from chalicelib.remote.networks import Networks
from chalicelib.remote.rsa import (
    is_signed,
    load_private_key,
    load_public_key,
    sign,
)
from chalicelib.remote.strict import NotReadable, read_form, text_at

GATEWAY = "https://openapi.alipay.com/gateway.do"
CHARSET = "utf-8"
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
REFUSED = "40004"
"""The gateway understood and would not: no balance, a trade that is finished."""
CALLS = {
    Method.ALIPAY_APP: ("alipay.trade.app.pay", "QUICK_MSECURITY_PAY"),
    Method.ALIPAY_PAGE: ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
    Method.ALIPAY_WAP: ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
}
"""Method and product code of each way to pay."""


class AlipaySecret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the stage's secret holds."""

    app_id: str
    seller_id: str
    private_key: str
    keys: list[str]
    methods: list[Method]
    notify_url: str
    return_url: str = ""
    """Where Alipay's page sends the payer afterwards; proves nothing."""
    app_certificate: str = ""
    root_certificates: str = ""
    networks: list[str] = msgspec.field(default_factory=list)
    """Where its notifications come from, as it says."""
    gateway: str = GATEWAY


class AlipayPayments:
    def __init__(self, secret: AlipaySecret, *, clock: Clock) -> None:
        """Load the keys.

        Raises:
            ValueError: a key, certificate or network is none, or one of two certificates.
        """
        self._secret = secret
        self._networks = Networks(secret.networks)
        self._clock = clock
        self._private_key = load_private_key(secret.private_key)
        self._keys = [load_public_key(text) for text in secret.keys]
        self._gateway = AlipayGateway(secret.gateway, self._keys)
        self._serials = serials_in_requests(secret.app_certificate, secret.root_certificates)

    @property
    def methods(self) -> tuple[Method, ...]:
        return tuple(self._secret.methods)

    @property
    def first_expiry(self) -> datetime | None:
        return first_expiry([*self._secret.keys, self._secret.app_certificate])

    def app_id(self, method: Method) -> str:
        return self._secret.app_id

    def prepare(self, purchase: Purchase) -> Mapping[str, str]:
        name, product_code = CALLS[purchase.method]
        order = {
            "out_trade_no": purchase.order_no,
            "product_code": product_code,
            "total_amount": purchase.total.to_major(),
            "subject": purchase.title,
            "time_expire": _china_time(purchase.expires_at),
            "passback_params": purchase.tag,
        }
        content = json.dumps(order, ensure_ascii=False, separators=(",", ":"))
        parameters = self._signed({"method": name, "biz_content": content})
        if purchase.method is Method.ALIPAY_APP:
            return {"order_string": urlencode(parameters)}
        return {"url": f"{self._secret.gateway}?{urlencode(parameters)}"}

    def ask(self, order_no: str) -> Event:
        answer = self._call("alipay.trade.query", {"out_trade_no": order_no})
        if answer.get("sub_code") == "ACQ.TRADE_NOT_EXIST":
            return Nothing()
        try:
            return read_state(_taken(answer))
        except (NotReadable, ValueError):
            raise PaymentUnavailable from None

    def close(self, order_no: str) -> bool:
        answer = self._call("alipay.trade.close", {"out_trade_no": order_no})
        # What the payer never opened does not exist there; its time_expire makes it unpayable.
        return answer.get("code") == TAKEN or answer.get("sub_code") == "ACQ.TRADE_NOT_EXIST"

    def refund(self, repayment: Repayment) -> Event:
        """Refund, and ask when the answer says that no money moved: a repeat says so.

        `refund_fee` is what went back of the payment so far, by whomever (opendocs.alipay.com,
        alipay.trade.refund): notifications tell refunds by that sum too.
        """
        request = {
            "trade_no": repayment.transaction_id,
            "refund_amount": repayment.amount.to_major(),
            "out_request_no": repayment.refund_no,
        }
        answer = self._call("alipay.trade.refund", request)
        if answer.get("code") == REFUSED and answer.get("sub_code") != "ACQ.SYSTEM_ERROR":
            return RefundStuck(
                order_no=repayment.order_no,
                refund_no=repayment.refund_no,
                outcome=str(answer.get("sub_code"))[:32].lower(),
            )
        _taken(answer)
        if answer.get("fund_change") != "Y":
            question = {
                "trade_no": repayment.transaction_id,
                "out_request_no": repayment.refund_no,
            }
            found = _taken(self._call("alipay.trade.fastpay.refund.query", question))
            if found.get("refund_status") != "REFUND_SUCCESS":
                return Nothing()
        try:
            sum_so_far = Money.from_major(text_at(answer, "refund_fee"))
        except (NotReadable, ValueError):
            raise PaymentUnavailable from None
        return Refunded(
            order_no=repayment.order_no,
            transaction_id=repayment.transaction_id,
            refund_no=repayment.refund_no,
            total=repayment.total,
            amount=repayment.amount,
            sum=sum_so_far,
        )

    def sends_from(self, address: str) -> bool:
        return self._networks.hold(address)

    def read_bill(self, day: date) -> Iterator[BillLine]:
        question = {"bill_type": "trade", "bill_date": day.isoformat()}
        answer = self._call("alipay.data.dataservice.bill.downloadurl.query", question)
        return read_bill(answer, self._secret.gateway)

    def read_notification(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Notification:
        """Read a trade notification. Its time is not judged: Alipay repeats for 25 hours."""
        try:
            form = read_form(body)
            self._check_authentic(form)
            return Notification(
                provider=Provider.ALIPAY,
                id=text_at(form, "notify_id"),
                digest=hashlib.sha256(body).hexdigest(),
                event=read_event(form, seller_id=self._secret.seller_id),
            )
        except (NotReadable, ValueError):
            raise NotificationRefused("not_readable") from None

    def _check_authentic(self, form: Mapping[str, str]) -> None:
        if form.get("sign_type", SIGN_TYPE) != SIGN_TYPE:
            raise NotificationRefused("signature")
        signature = form.get("sign", "")
        message = notification_text(form)
        if not any(is_signed(message, signature, key) for key in self._keys):
            raise NotificationRefused("signature")
        if form.get("app_id") != self._secret.app_id:
            raise NotificationRefused("app")

    def _call(self, name: str, content: Mapping[str, str]) -> dict[str, Any]:
        text = json.dumps(content, separators=(",", ":"))
        return self._gateway.call(name, lambda: self._signed({"method": name, "biz_content": text}))

    def _signed(self, call: Mapping[str, str]) -> dict[str, str]:
        """Add what every call has, the serials of certificates if there are, and the signature."""
        secret = self._secret
        parameters = {
            "app_id": secret.app_id,
            "format": "JSON",
            "charset": CHARSET,
            "sign_type": SIGN_TYPE,
            "timestamp": _china_time(self._clock.now()),
            "version": "1.0",
            "notify_url": secret.notify_url,
            **({"return_url": secret.return_url} if secret.return_url else {}),
            **self._serials,
            **call,
        }
        return parameters | {"sign": sign(request_text(parameters), self._private_key)}


def _taken(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    if answer.get("code") != TAKEN:
        raise PaymentUnavailable
    return answer


def provider_of(text: str, *, clock: Clock) -> AlipayPayments:
    """Make the provider that a secret describes.

    Raises:
        ValueError: the secret is something else; says nothing of it.
    """
    try:
        secret = msgspec.json.decode(text.encode(), type=AlipaySecret)
    except msgspec.DecodeError:
        raise ValueError("not the secret of a merchant of Alipay") from None
    if any(method not in CALLS for method in secret.methods):
        raise ValueError("a way to pay that is not Alipay's")
    return AlipayPayments(secret, clock=clock)


def _china_time(instant: datetime) -> str:
    """Alipay's clock is China's, and says so nowhere."""
    return instant.astimezone(CHINA).strftime(TIME_FORMAT)
