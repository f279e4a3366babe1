"""The port `PaymentProvider` on WeChat Pay, API v3.

Source: pay.weixin.qq.com/doc/v3/merchant, read 2026-11.

What a merchant has is one secret, as JSON: `mchid`, `certificate` and `private_key` of its own,
`api_key` (32 bytes), `keys` (WeChat's, by serial), `app_ids` (of each way to pay that is offered),
`notify_url`, and perhaps `networks`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from chalicelib.clock import CHINA, Clock
from chalicelib.ids import Entropy
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
from chalicelib.remote.certificates import first_expiry, serial_of_own
from chalicelib.remote.networks import Networks
from chalicelib.remote.rsa import load_private_key, load_public_key
from chalicelib.remote.strict import NotReadable, text_at
from chalicelib.remote.wechatpay_bills import read_bill
from chalicelib.remote.wechatpay_client import WechatpayClient
from chalicelib.remote.wechatpay_events import read_event, read_state
from chalicelib.remote.wechatpay_signing import (
    API_KEY_BYTES,
    Merchant,
    NotAuthentic,
    check_authentic,
    client_signature,
)

ENDPOINT = "https://api.mch.weixin.qq.com"
TRANSACTIONS = "/v3/pay/transactions"
NO_CONTENT, NOT_FOUND = 204, 404
REFUSED = frozenset({400, 403, NOT_FOUND})
"""Of a refund: no balance, no such payment, too late. Repeats help once a person has acted."""


class WechatpaySecret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the stage's secret holds."""

    mchid: str
    certificate: str
    private_key: str
    api_key: str
    keys: dict[str, str]
    app_ids: dict[Method, str]
    notify_url: str
    networks: list[str] = msgspec.field(default_factory=list)
    """Where its notifications come from, as it says."""
    endpoint: str = ENDPOINT


class Wechatpay:
    def __init__(self, secret: WechatpaySecret, *, clock: Clock, entropy: Entropy) -> None:
        """Load the keys.

        Raises:
            ValueError: a key or network is none, the certificate is of another key, or the API key
                has not 32 bytes.
        """
        self._api_key = secret.api_key.encode()
        if len(self._api_key) != API_KEY_BYTES:
            raise ValueError("the API key has not 32 bytes")
        self._secret = secret
        self._networks = Networks(secret.networks)
        self._clock = clock
        self._entropy = entropy
        private_key = load_private_key(secret.private_key)
        self._merchant = Merchant(
            id=secret.mchid,
            serial=serial_of_own(secret.certificate, private_key),
            private_key=private_key,
            ring={serial: load_public_key(text) for serial, text in secret.keys.items()},
        )
        self._client = WechatpayClient(
            self._merchant, secret.endpoint, clock=clock, entropy=entropy
        )

    @property
    def methods(self) -> tuple[Method, ...]:
        return tuple(self._secret.app_ids)

    @property
    def first_expiry(self) -> datetime | None:
        return first_expiry([*self._secret.keys.values(), self._secret.certificate])

    def app_id(self, method: Method) -> str:
        return self._secret.app_ids[method]

    def prepare(self, purchase: Purchase) -> Mapping[str, str]:
        kind = purchase.method.value.rpartition("_")[2]
        answer = self._client.call("POST", f"{TRANSACTIONS}/{kind}", self._order(purchase))
        try:
            return self._for_client(purchase.method, answer.taken())
        except NotReadable:
            raise PaymentUnavailable from None

    def sends_from(self, address: str) -> bool:
        return self._networks.hold(address)

    def read_notification(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Notification:
        try:
            check_authentic(self._merchant.ring, headers, body, now=now)
            return read_event(body, api_key=self._api_key, merchant_id=self._merchant.id)
        except NotAuthentic as refusal:
            raise NotificationRefused(refusal.reason) from None
        except NotReadable:
            raise NotificationRefused("not_readable") from None

    def _order(self, purchase: Purchase) -> dict[str, Any]:
        order: dict[str, Any] = {
            "appid": self.app_id(purchase.method),
            "mchid": self._merchant.id,
            "description": purchase.title,
            "out_trade_no": purchase.order_no,
            "time_expire": purchase.expires_at.astimezone(CHINA).isoformat(timespec="seconds"),
            "attach": purchase.tag,
            "notify_url": self._secret.notify_url,
            "amount": {"total": purchase.total.minor, "currency": purchase.total.currency.value},
        }
        if purchase.method is Method.WECHATPAY_JSAPI:
            order["payer"] = {"openid": purchase.openid}
        if purchase.method is Method.WECHATPAY_H5:
            order["scene_info"] = {
                "payer_client_ip": purchase.source_ip,
                "h5_info": {"type": "Wap"},
            }
        return order

    def _for_client(self, method: Method, answer: Mapping[str, Any]) -> dict[str, str]:
        match method:
            case Method.WECHATPAY_NATIVE:
                return {"code_url": text_at(answer, "code_url", longest=512)}
            case Method.WECHATPAY_H5:
                return {"h5_url": text_at(answer, "h5_url", longest=1024)}
        prepay_id, app_id = text_at(answer, "prepay_id"), self.app_id(method)
        stamp, nonce = str(int(self._clock.now().timestamp())), self._nonce()
        if method is Method.WECHATPAY_APP:
            signature = client_signature(self._merchant, app_id, stamp, nonce, prepay_id)
            return {
                "appid": app_id,
                "partnerid": self._merchant.id,
                "prepayid": prepay_id,
                "package": "Sign=WXPay",
                "noncestr": nonce,
                "timestamp": stamp,
                "sign": signature,
            }
        package = f"prepay_id={prepay_id}"
        return {
            "appId": app_id,
            "timeStamp": stamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": client_signature(self._merchant, app_id, stamp, nonce, package),
        }

    def ask(self, order_no: str) -> Event:
        target = f"{TRANSACTIONS}/out-trade-no/{order_no}?mchid={self._merchant.id}"
        answer = self._client.call("GET", target)
        if answer.status == NOT_FOUND and answer.code == "ORDER_NOT_EXIST":
            return Nothing()
        try:
            return read_state(answer.taken(), self._merchant.id)
        except (NotReadable, NotificationRefused):
            raise PaymentUnavailable from None

    def close(self, order_no: str) -> bool:
        answer = self._client.call(
            "POST", f"{TRANSACTIONS}/out-trade-no/{order_no}/close", {"mchid": self._merchant.id}
        )
        return answer.status == NO_CONTENT or answer.code in ("ORDER_CLOSED", "ORDER_NOT_EXIST")

    def refund(self, repayment: Repayment) -> Event:
        request = {
            "transaction_id": repayment.transaction_id,
            "out_refund_no": repayment.refund_no,
            "notify_url": self._secret.notify_url,
            "amount": {
                "refund": repayment.amount.minor,
                "total": repayment.total.minor,
                "currency": repayment.total.currency.value,
            },
        }
        reply = self._client.call("POST", "/v3/refund/domestic/refunds", request)
        if reply.status in REFUSED:
            return _stuck(repayment, reply.code)
        answer = reply.taken()
        match answer.get("status"):
            case "SUCCESS":
                return Refunded(
                    order_no=repayment.order_no,
                    transaction_id=repayment.transaction_id,
                    refund_no=repayment.refund_no,
                    total=repayment.total,
                    amount=repayment.amount,
                )
            case "PROCESSING":
                return Nothing()
        return _stuck(repayment, str(answer.get("status")))

    def read_bill(self, day: date) -> Iterator[BillLine]:
        return read_bill(self._client, day, merchant_id=self._merchant.id)

    def _nonce(self) -> str:
        return self._entropy.random_bytes(16).hex()


def _stuck(repayment: Repayment, word: str) -> RefundStuck:
    return RefundStuck(
        order_no=repayment.order_no, refund_no=repayment.refund_no, outcome=word[:32].lower()
    )


def provider_of(text: str, *, clock: Clock, entropy: Entropy) -> Wechatpay:
    """Make the provider that a secret describes.

    Raises:
        ValueError: the secret is something else; says nothing of it.
    """
    try:
        secret = msgspec.json.decode(text.encode(), type=WechatpaySecret)
    except msgspec.DecodeError:
        raise ValueError("not the secret of a merchant of WeChat Pay") from None
    if any(method.provider is not Provider.WECHATPAY for method in secret.app_ids):
        raise ValueError("a way to pay that is not WeChat Pay's")
    return Wechatpay(secret, clock=clock, entropy=entropy)
