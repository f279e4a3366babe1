"""What an order is, and what each event makes of it. No I/O.

An order only ever moves forward. Notifications come twice, late and in any order, so an event that
has had its effect has none, and what a refund proves (that there was a payment) is not waited for.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.ids import Entropy, OrderNo, WalletId
from chalicelib.money import Money
from chalicelib.payments.catalogue import PRODUCTS, Product
from chalicelib.payments.ports import Method, Paid, Refunded
from chalicelib.retention.schedule import REQUESTS

ORDER_LIFETIME = timedelta(minutes=30)
"""How long an order can be paid: both providers are told (`time_expire`)."""
ORDERS_PER_DAY = 30
ORDER_REQUEST_REMEMBERED = REQUESTS.period

_WALLET_CHARACTERS, _ORDER_CHARACTERS = 16, 32
_DIGITS = frozenset("0123456789abcdefghijklmnopqrstuv")


class OrderState(StrEnum):
    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    CLOSED = "closed"
    REFUND_DUE = "refund_due"
    """Paid after it was closed: nothing was given, the money goes back by itself."""
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


class OrderEvent(StrEnum):
    PAID = "paid"
    CLOSED = "closed"
    REFUNDED_IN_PART = "refunded_in_part"
    REFUNDED_IN_FULL = "refunded_in_full"


_S, _E = OrderState, OrderEvent
TRANSITIONS: Mapping[tuple[OrderState, OrderEvent], OrderState] = {
    (_S.AWAITING_PAYMENT, _E.PAID): _S.PAID,
    (_S.AWAITING_PAYMENT, _E.CLOSED): _S.CLOSED,
    (_S.CLOSED, _E.PAID): _S.REFUND_DUE,
    (_S.CLOSED, _E.CLOSED): _S.CLOSED,
    (_S.REFUND_DUE, _E.PAID): _S.REFUND_DUE,
    (_S.REFUND_DUE, _E.CLOSED): _S.REFUND_DUE,
    (_S.REFUND_DUE, _E.REFUNDED_IN_PART): _S.REFUND_DUE,
    (_S.REFUND_DUE, _E.REFUNDED_IN_FULL): _S.REFUNDED,
    (_S.PAID, _E.PAID): _S.PAID,
    (_S.PAID, _E.CLOSED): _S.PAID,
    (_S.PAID, _E.REFUNDED_IN_PART): _S.PARTLY_REFUNDED,
    (_S.PAID, _E.REFUNDED_IN_FULL): _S.REFUNDED,
    (_S.PARTLY_REFUNDED, _E.PAID): _S.PARTLY_REFUNDED,
    (_S.PARTLY_REFUNDED, _E.CLOSED): _S.PARTLY_REFUNDED,
    (_S.PARTLY_REFUNDED, _E.REFUNDED_IN_PART): _S.PARTLY_REFUNDED,
    (_S.PARTLY_REFUNDED, _E.REFUNDED_IN_FULL): _S.REFUNDED,
    (_S.REFUNDED, _E.PAID): _S.REFUNDED,
    (_S.REFUNDED, _E.CLOSED): _S.REFUNDED,
    (_S.REFUNDED, _E.REFUNDED_IN_PART): _S.REFUNDED,
    (_S.REFUNDED, _E.REFUNDED_IN_FULL): _S.REFUNDED,
}
"""(from, event) → to. A refund always comes after a payment here: see `Order.after_refund`."""


class Mismatch(Exception):
    """A genuine event contradicts the order; `field` says in what. Nothing may come of it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that arrived for an order, by one transaction of the provider's."""

    transaction_id: str
    total: Money
    is_surplus: bool
    """It came too late or twice: nothing was given for it, and all of it goes back."""
    refunds: Mapping[str, int] = field(default_factory=dict)
    """Minor units by refund number, from a provider that tells each refund by itself."""
    refund_sum: int = 0
    """Minor units, from a provider that tells the sum so far."""
    asked: Mapping[str, int] = field(default_factory=dict)
    """Minor units by the number of a refund that staff asked for and that is on its way."""
    billed_on: str = ""
    """The day of the provider's bill that has it."""

    @property
    def refunded(self) -> Money:
        """What went back so far; never more than came."""
        told = max(sum(self.refunds.values()), self.refund_sum)
        return Money(min(told, self.total.minor), self.total.currency)

    @property
    def refundable(self) -> Money:
        """What may still be asked back: it is neither back nor on its way."""
        left = self.total.minor - self.refunded.minor - sum(self.asked.values())
        return Money(max(left, 0), self.total.currency)

    def after(self, refund: Refunded) -> "Payment":
        refunds = dict(self.refunds)
        asked = {
            number: minor for number, minor in self.asked.items() if number != refund.refund_no
        }
        if refund.amount is not None:
            refunds[refund.refund_no] = refund.amount.minor
        total = refund.sum.minor if refund.sum is not None else 0
        told = max(self.refund_sum, total)
        return replace(self, refunds=refunds, refund_sum=told, asked=asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    no: OrderNo
    method: Method
    app_id: str
    product: Product
    total: Money
    created_at: datetime
    expires_at: datetime
    state: OrderState = OrderState.AWAITING_PAYMENT
    version: int = 0
    """Counts the changes: each is written on the condition that it is the next."""
    payments: tuple[Payment, ...] = ()
    reclaimed: int = 0
    """Of what the product brought, how much refunds took back."""
    payer_index: str = ""
    """Keyed hash of whoever alone may pay (JSAPI), and then of whoever paid."""

    outlives_account: bool = False
    """It is kept as a record; nobody holds its wallet any more."""

    @property
    def wallet(self) -> WalletId:
        return wallet_of_order(self.no)

    @property
    def settling(self) -> Payment | None:
        """The payment that the product was given for."""
        return next((one for one in self.payments if not one.is_surplus), None)

    @property
    def reclaimable(self) -> int:
        """How much of the product the refunds so far take back: its share, rounded down, so that
        rounding never takes what was paid for.
        """
        if self.settling is None:
            return 0
        back, total = self.settling.refunded.minor, self.settling.total.minor
        return self.product.quantity * back // total

    def check(self, event: Paid | Refunded, payer_index: str = "") -> None:
        """Compare what a provider says with what was ordered.

        Raises:
            Mismatch: total, app, payer, or a refund of more than that.
        """
        if event.total != self.total:
            raise Mismatch("total")
        if isinstance(event, Refunded):
            told = [one.minor for one in (event.amount, event.sum) if one is not None]
            if not told or max(told) > self.total.minor:
                raise Mismatch("refund")
        if event.app_id and event.app_id != self.app_id:
            raise Mismatch("app")
        if payer_index and self.payer_index not in ("", payer_index):
            raise Mismatch("payer")

    def after_payment(self, transaction_id: str) -> "Order":
        """Add a payment. The first of an open order settles it; any other must go back."""
        if any(one.transaction_id == transaction_id for one in self.payments):
            return self
        is_surplus = self.state is not OrderState.AWAITING_PAYMENT
        payment = Payment(transaction_id=transaction_id, total=self.total, is_surplus=is_surplus)
        return replace(self._moved(OrderEvent.PAID), payments=(*self.payments, payment))

    def after_refund(self, refund: Refunded) -> "Order":
        """Add a refund, and first the payment that it proves."""
        paid = self.after_payment(refund.transaction_id)
        payments = tuple(
            one.after(refund) if one.transaction_id == refund.transaction_id else one
            for one in paid.payments
        )
        after = replace(paid, payments=payments)
        settling = after.settling or next(iter(payments))
        if settling.transaction_id != refund.transaction_id:
            return after
        if settling.refunded.minor == 0:
            return after
        is_whole = settling.refunded == settling.total
        return after._moved(
            OrderEvent.REFUNDED_IN_FULL if is_whole else OrderEvent.REFUNDED_IN_PART
        )

    def after_asking(self, refund_no: str, amount: Money) -> "Order":
        """Note that money of the payment that settled the order is on its way back."""
        payments = tuple(
            one if one.is_surplus else replace(one, asked={**one.asked, refund_no: amount.minor})
            for one in self.payments
        )
        return replace(self, payments=payments)

    def after_bill(self, transaction_id: str, day: str) -> "Order":
        """Note which bill has a payment."""
        payments = tuple(
            replace(one, billed_on=day) if one.transaction_id == transaction_id else one
            for one in self.payments
        )
        return replace(self, payments=payments)

    def after_closing(self) -> "Order":
        return self._moved(OrderEvent.CLOSED)

    def _moved(self, event: OrderEvent) -> "Order":
        return replace(self, state=TRANSITIONS[self.state, event])


def new_order_no(wallet: WalletId, now: datetime, entropy: Entropy) -> OrderNo:
    """Make an order's number: wallet, milliseconds, 32 random bits, as 32 digits of base 32.

    Both providers take letters and digits, WeChat Pay up to 32. It begins with the wallet, so a
    notification finds its row without a search.
    """
    milliseconds = int(now.timestamp() * 1000).to_bytes(6, "big")
    return OrderNo(wallet + _base32(milliseconds + entropy.random_bytes(4)))


def is_order_no(text: str) -> bool:
    return len(text) == _ORDER_CHARACTERS and _DIGITS.issuperset(text)


def wallet_of_order(order_no: OrderNo) -> WalletId:
    return WalletId(order_no[:_WALLET_CHARACTERS])


def wallet_from_hash(keyed_hash: bytes) -> WalletId:
    """Name a wallet by the first 80 bits of a keyed hash: enough that no two meet."""
    return WalletId(_base32(keyed_hash[:10]))


def product_of(product_id: str) -> Product | None:
    return PRODUCTS.get(product_id)


def _base32(raw: bytes) -> str:
    """Write bytes so that text order is their order: 0-9a-v, RFC 4648 §7."""
    return base64.b32hexencode(raw).decode().lower()
