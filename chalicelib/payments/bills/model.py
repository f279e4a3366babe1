"""What a difference is, and how a line of a bill compares with an order. No I/O.

Nothing of a payer is in here: a difference names an order, a transaction or a refund, and amounts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from chalicelib.clock import CHINA
from chalicelib.ids import digest
from chalicelib.payments.items import Refund
from chalicelib.payments.orders import Order
from chalicelib.payments.ports import BillLine, Provider

READY_AT: Mapping[Provider, time] = {Provider.WECHATPAY: time(10), Provider.ALIPAY: time(9)}
"""When the bill of the day before is made, in China (their documents, "下载账单", read 2026-11)."""
BILL_DAYS = 7
"""How many days back a bill that was missing is still asked for."""
DAYS_END = time(23)
OVERDUE = timedelta(days=3)
"""A difference that nobody has worked for so long calls a person again."""
_NAME = re.compile(r"[0-9A-Za-z_|*@-]{1,64}")


class Kind(StrEnum):
    UNKNOWN_ORDER = "unknown_order"
    """The bill has an order that is none of ours."""
    NOT_RECORDED = "not_recorded"
    """The bill has a payment or refund that no order of ours has."""
    AMOUNT = "amount"
    NOT_IN_LEDGER = "not_in_ledger"
    """Bill and order agree, and what was bought or taken back was never posted."""
    NOT_IN_BILL = "not_in_bill"
    """Ours, and in no bill for three days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    provider: Provider
    day: str
    """Of the bill, or of ours where it should have been in one."""
    kind: Kind
    order_no: str
    name: str
    """The transaction's or the refund's."""
    bill_minor: int | None
    our_minor: int | None
    found_at: datetime

    @property
    def id(self) -> str:
        """The same for the same thing, however often it is compared."""
        return digest(f"{self.provider} {self.kind} {self.order_no} {self.name}")[:32]


def days_to_compare(provider: Provider, now: datetime) -> list[date]:
    """List the days whose bill should be there, the oldest first."""
    local = now.astimezone(CHINA)
    last = local.date() - timedelta(days=1 if local.time() >= READY_AT[provider] else 2)
    return [last - timedelta(days=back) for back in reversed(range(BILL_DAYS))]


def end_of_day(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), CHINA)


def is_days_end(now: datetime) -> bool:
    """Whether a bill that is still missing is worth waking somebody for."""
    return now.astimezone(CHINA).time() >= DAYS_END


def name_of(text: str) -> str:
    """Return what a merchant called something, if it is no more than a name."""
    return text if _NAME.fullmatch(text) else "unreadable"


def compare_payment(line: BillLine, order: Order) -> tuple[Kind, int | None] | None:
    """Compare a payment with its order; None when they agree, else how not, and our amount."""
    for one in order.payments:
        if one.transaction_id == line.transaction_id:
            return None if one.total == line.amount else (Kind.AMOUNT, one.total.minor)
    return Kind.NOT_RECORDED, None


def compare_refund(
    line: BillLine, order: Order, refund: Refund | None
) -> tuple[Kind, int | None] | None:
    """Compare a refund with what we know of it: from the provider, or because we asked for it.

    Alipay tells refunds that were made by hand by their sum alone: that it holds this one is all
    that can be said.
    """
    payment = next(
        (one for one in order.payments if one.transaction_id == line.transaction_id), None
    )
    if payment is None:
        return Kind.NOT_RECORDED, None
    known = payment.refunds.get(line.refund_no)
    if known is None and refund is not None:
        known = refund.repayment.amount.minor
    if known is None and payment.refund_sum >= line.amount.minor:
        return None
    if known is None:
        return Kind.NOT_RECORDED, None
    return None if known == line.amount.minor else (Kind.AMOUNT, known)
