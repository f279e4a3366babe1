"""What an authentic notification of WeChat Pay says, in our words.

Fields: pay.weixin.qq.com, "支付通知" and "退款结果通知", read 2026-11. Others are dropped.
"""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from chalicelib.money import Currency, Money
from chalicelib.payments.ports import (
    Closed,
    Event,
    Nothing,
    Notification,
    NotificationRefused,
    Paid,
    Provider,
    Refunded,
    RefundStuck,
)
from chalicelib.remote.strict import NotReadable, integer_at, object_at, read_json, text_at
from chalicelib.remote.wechatpay_signing import decrypt

ALGORITHM = "AEAD_AES_256_GCM"


def read_event(body: bytes, *, api_key: bytes, merchant_id: str) -> Notification:
    """Open and read a notification whose signature holds.

    Raises:
        NotReadable, NotAuthentic: it is not in the form that WeChat describes.
        NotificationRefused: it is for another merchant, or contradicts itself.
    """
    envelope = read_json(body)
    resource = object_at(envelope, "resource")
    if resource.get("algorithm") != ALGORITHM:
        raise NotReadable("an algorithm that is not agreed")
    associated = resource.get("associated_data", "")
    if not isinstance(associated, str):
        raise NotReadable("associated_data is not text")
    plain = decrypt(
        api_key,
        nonce=text_at(resource, "nonce"),
        associated_data=associated,
        ciphertext=text_at(resource, "ciphertext", longest=len(body)),
    )
    return Notification(
        provider=Provider.WECHATPAY,
        id=text_at(envelope, "id"),
        digest=hashlib.sha256(body).hexdigest(),
        event=_event(text_at(envelope, "event_type"), read_json(plain), merchant_id),
    )


def read_payment(
    transaction: Mapping[str, Any], merchant_id: str, *, states: Collection[str] = ("SUCCESS",)
) -> Paid:
    """Read a transaction that succeeded, as notifications and queries tell it."""
    if transaction.get("mchid") != merchant_id:
        raise NotificationRefused("merchant")
    state = transaction.get("trade_state")
    if state not in states:
        raise NotificationRefused("state")
    amount = object_at(transaction, "amount")
    if amount.get("currency") != Currency.CNY:
        raise NotificationRefused("currency")
    attach = transaction.get("attach", "")
    payer = transaction.get("payer", {})
    return Paid(
        order_no=text_at(transaction, "out_trade_no"),
        transaction_id=text_at(transaction, "transaction_id"),
        # Never payer_total: a coupon lowers that.
        total=Money(integer_at(amount, "total")),
        app_id=text_at(transaction, "appid"),
        tag=attach if isinstance(attach, str) else "",
        payer_id=text_at(payer, "openid") if isinstance(payer, dict) and payer else "",
        some_went_back=state == "REFUND",
    )


def read_state(transaction: Mapping[str, Any], merchant_id: str) -> Event:
    """Read the answer to a query: what is not decided yet is Nothing.

    REFUND is said of a transaction of which anything went back, and no query tells how much.

    Raises:
        NotReadable, NotificationRefused.
    """
    match transaction.get("trade_state"):
        case "NOTPAY" | "USERPAYING" | "ACCEPT" | "PAYERROR":
            return Nothing()
        case "CLOSED" | "REVOKED":
            return Closed(order_no=text_at(transaction, "out_trade_no"))
    return read_payment(transaction, merchant_id, states=("SUCCESS", "REFUND"))


def _event(kind: str, content: Mapping[str, Any], merchant_id: str) -> Event:
    match kind:
        case "TRANSACTION.SUCCESS":
            return read_payment(content, merchant_id)
        case "REFUND.SUCCESS" | "REFUND.ABNORMAL" | "REFUND.CLOSED":
            return _refund(kind, content, merchant_id)
    return Nothing()


def _refund(kind: str, content: Mapping[str, Any], merchant_id: str) -> Refunded | RefundStuck:
    """Read the end of a refund; it names neither app nor currency."""
    if content.get("mchid") != merchant_id:
        raise NotificationRefused("merchant")
    outcome = kind.partition(".")[2]
    if content.get("refund_status") != outcome:
        raise NotificationRefused("state")
    order_no, refund_no = text_at(content, "out_trade_no"), text_at(content, "out_refund_no")
    if outcome != "SUCCESS":
        return RefundStuck(order_no=order_no, refund_no=refund_no, outcome=outcome.lower())
    amount = object_at(content, "amount")
    return Refunded(
        order_no=order_no,
        transaction_id=text_at(content, "transaction_id"),
        refund_no=refund_no,
        total=Money(integer_at(amount, "total")),
        amount=Money(integer_at(amount, "refund")),
    )
