"""Rows of the payments table as values, and back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.ids import OrderNo
from chalicelib.keys import ENTRY_PREFIX, ORDER_PREFIX, REFUND_PREFIX
from chalicelib.money import Currency, Money
from chalicelib.payments.catalogue import PRODUCTS, Unit
from chalicelib.payments.ledger import Account, Entry, Line
from chalicelib.payments.orders import Order, OrderState, Payment
from chalicelib.payments.ports import Method, Notification, Repayment
from chalicelib.retention.model import PAYMENT_RECORDS_KEPT
from chalicelib.retention.schedule import NOTIFICATIONS
from chalicelib.storage import Item

FIRST_LOOK = timedelta(minutes=2)
"""After an order was placed, its provider is asked for the first time if nothing was heard."""
NOTIFICATION_KEPT = NOTIFICATIONS.period
"""Providers repeat for 25 hours; a person who looks into a complaint needs longer."""
OUTLIVES = "outlives_account"
"""Marks a record that was stripped: no account belongs to it any more."""
DUE_ORDER, DUE_REFUND, DUE_BILL = "ORDER", "REFUND", "BILL"
BILL_WAIT = timedelta(days=3)
"""Within it a provider's bill must have had what happened: a bill a day, and two days to spare."""


class RefundState(StrEnum):
    ON_ITS_WAY = "on_its_way"
    STUCK = "stuck"
    """A person must look; it is still tried, four times a day."""
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money of ours that must go back, by the provider it came through."""

    method: Method
    repayment: Repayment
    act_id: str = ""
    """Of the staff's act that asked for it; empty for what goes back by itself."""
    created_at: datetime | None = None
    done_at: datetime | None = None
    billed_on: str = ""
    """The day of the provider's bill that has it."""
    stuck: str = ""
    """The provider's word for why it did not go through."""

    @property
    def state(self) -> RefundState:
        if self.done_at:
            return RefundState.DONE
        return RefundState.STUCK if self.stuck else RefundState.ON_ITS_WAY


def order_to_item(order: Order) -> dict[str, Any]:
    """Write a new order; it stays in the index of what is due until it is settled or closed."""
    bound = {"payer_index": order.payer_index} if order.payer_index else {}
    return {
        "method": order.method,
        "app_id": order.app_id,
        "product_id": order.product.id,
        "total_minor": order.total.minor,
        "currency": order.total.currency,
        "state": order.state,
        "version": order.version,
        "created_at": to_iso(order.created_at),
        "expires_at": to_iso(order.expires_at),
        "payments": [payment_to_item(one) for one in order.payments],
        "reclaimed": order.reclaimed,
        "due": DUE_ORDER,
        "due_at": to_iso(order.created_at + FIRST_LOOK),
        **bound,
    }


def order_from_item(row: Item) -> Order:
    currency = Currency(row["currency"])
    return Order(
        no=OrderNo(row["sk"].removeprefix(ORDER_PREFIX)),
        method=Method(row["method"]),
        app_id=row["app_id"],
        product=PRODUCTS[row["product_id"]],
        total=Money(row["total_minor"], currency),
        created_at=from_iso(row["created_at"]),
        expires_at=from_iso(row["expires_at"]),
        state=OrderState(row["state"]),
        version=row["version"],
        payments=tuple(_payment_from_item(one, currency) for one in row["payments"]),
        reclaimed=row["reclaimed"],
        payer_index=row.get("payer_index", ""),
        outlives_account=OUTLIVES in row,
    )


def payment_to_item(payment: Payment) -> dict[str, Any]:
    return {
        "transaction_id": payment.transaction_id,
        "total_minor": payment.total.minor,
        "is_surplus": payment.is_surplus,
        "refunds": dict(payment.refunds),
        "refund_sum": payment.refund_sum,
        **({"asked": dict(payment.asked)} if payment.asked else {}),
        **({"billed_on": payment.billed_on} if payment.billed_on else {}),
    }


def entry_to_item(entry: Entry) -> dict[str, Any]:
    return {
        "unit": entry.unit,
        "at": to_iso(entry.at),
        "lines": [{"account": line.account, "amount": line.amount} for line in entry.lines],
    }


def entry_from_item(row: Item) -> Entry:
    return Entry(
        id=row["sk"].removeprefix(ENTRY_PREFIX),
        unit=Unit(row["unit"]),
        at=from_iso(row["at"]),
        lines=tuple(Line(Account(line["account"]), line["amount"]) for line in row["lines"]),
    )


def notification_to_item(notification: Notification, now: datetime) -> dict[str, Any]:
    """Write what shows that a notification came: its hash, never its content."""
    return {
        "digest": notification.digest,
        "event": type(notification.event).__name__,
        "received_at": to_iso(now),
        "ttl": to_epoch_s(now + NOTIFICATION_KEPT),
    }


def refund_to_item(refund: Refund, now: datetime) -> dict[str, Any]:
    """Write a refund that is due; it stays in the index of what is due until it is done."""
    repayment = refund.repayment
    return {
        "order_no": repayment.order_no,
        "method": refund.method,
        "transaction_id": repayment.transaction_id,
        "amount_minor": repayment.amount.minor,
        "total_minor": repayment.total.minor,
        "currency": repayment.total.currency,
        "created_at": to_iso(now),
        "due": DUE_REFUND,
        "due_at": to_iso(now),
        **({"act_id": refund.act_id} if refund.act_id else {}),
    }


def record_marks(now: datetime) -> dict[str, Any]:
    """Mark a row as a record without an account, which ends by itself."""
    return {OUTLIVES: True, "ttl": to_epoch_s(now + PAYMENT_RECORDS_KEPT)}


def refund_from_item(row: Item) -> Refund:
    currency = Currency(row["currency"])
    repayment = Repayment(
        refund_no=row["sk"].removeprefix(REFUND_PREFIX),
        order_no=row["order_no"],
        transaction_id=row["transaction_id"],
        amount=Money(row["amount_minor"], currency),
        total=Money(row["total_minor"], currency),
    )
    return Refund(
        method=Method(row["method"]),
        repayment=repayment,
        act_id=row.get("act_id", ""),
        created_at=from_iso(row["created_at"]),
        done_at=from_iso(row["done_at"]) if "done_at" in row else None,
        stuck=row.get("stuck", ""),
        billed_on=row.get("billed_on", ""),
    )


def _payment_from_item(row: Item, currency: Currency) -> Payment:
    return Payment(
        transaction_id=row["transaction_id"],
        total=Money(row["total_minor"], currency),
        is_surplus=row["is_surplus"],
        refunds=dict(row["refunds"]),
        refund_sum=row["refund_sum"],
        asked=dict(row.get("asked", {})),
        billed_on=row.get("billed_on", ""),
    )
