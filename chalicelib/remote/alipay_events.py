"""What an authentic notification of Alipay says, and its answer to a query, in our words.

Fields: opendocs.alipay.com, "异步通知" and alipay.trade.query, read 2026-11. Others are dropped.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.money import Money
from chalicelib.payments.ports import Closed, Event, Nothing, NotificationRefused, Paid, Refunded
from chalicelib.remote.strict import NotReadable, text_at

NOT_COVERED = frozenset({"sign", "sign_type"})
"""Of a trade notification; a request's signature covers its sign_type."""
PAID_STATES = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})


def notification_text(form: Mapping[str, str]) -> bytes:
    """Return what Alipay signed of a trade notification: all but sign and sign_type, empty values
    too, decoded once.
    """
    covered = sorted(form.keys() - NOT_COVERED)
    return "&".join(f"{name}={form[name]}" for name in covered).encode()


def read_event(form: Mapping[str, str], *, seller_id: str) -> Event:
    """Read a notification whose signature and app hold.

    Raises:
        NotReadable, ValueError: it is not in the form that Alipay describes.
        NotificationRefused: it is for another seller, or in no state that there is.
    """
    if form.get("notify_type") != "trade_status_sync":
        return Nothing()
    if form.get("seller_id") != seller_id:
        raise NotificationRefused("seller")
    status, order_no = form.get("trade_status", ""), text_at(form, "out_trade_no")
    refunded = Money.from_major(form.get("refund_fee") or "0")
    if refunded.minor > 0 and status in PAID_STATES | {"TRADE_CLOSED"}:
        return Refunded(
            order_no=order_no,
            transaction_id=text_at(form, "trade_no"),
            total=Money.from_major(text_at(form, "total_amount")),
            sum=refunded,
            app_id=form["app_id"],
        )
    match status:
        case "TRADE_SUCCESS" | "TRADE_FINISHED":
            return _payment(form)
        case "TRADE_CLOSED":
            return Closed(order_no=order_no)
        case "WAIT_BUYER_PAY":
            return Nothing()
    raise NotificationRefused("state")


def read_state(trade: Mapping[str, Any]) -> Event:
    """Read the answer to a query: what is not decided yet is Nothing.

    A trade is closed when it was not paid in time, or when all of it went back; only of the second
    is there a day of payment. That a part went back, a query does not say.
    """
    match trade.get("trade_status"):
        case "WAIT_BUYER_PAY":
            return Nothing()
        case "TRADE_CLOSED" if "send_pay_date" in trade:
            total = Money.from_major(text_at(trade, "total_amount"))
            return Refunded(
                order_no=text_at(trade, "out_trade_no"),
                transaction_id=text_at(trade, "trade_no"),
                total=total,
                sum=total,
            )
        case "TRADE_CLOSED":
            return Closed(order_no=text_at(trade, "out_trade_no"))
        case "TRADE_SUCCESS" | "TRADE_FINISHED":
            return Paid(
                order_no=text_at(trade, "out_trade_no"),
                transaction_id=text_at(trade, "trade_no"),
                total=Money.from_major(text_at(trade, "total_amount")),
                payer_id=str(trade.get("buyer_user_id") or trade.get("buyer_open_id") or ""),
            )
    raise NotReadable("a state that a query cannot settle")


def _payment(form: Mapping[str, str]) -> Paid:
    return Paid(
        order_no=text_at(form, "out_trade_no"),
        transaction_id=text_at(form, "trade_no"),
        total=Money.from_major(text_at(form, "total_amount")),
        app_id=form["app_id"],
        tag=form.get("passback_params", ""),
        payer_id=form.get("buyer_id", "") or form.get("buyer_open_id", ""),
    )
