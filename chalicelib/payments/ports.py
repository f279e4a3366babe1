"""What payments needs from outside: providers, in words that both of them fit into.

Nothing here is a provider's own field: an adapter reads what was signed, keeps what is listed here
and drops the rest (SE.4).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from chalicelib.money import Money
from chalicelib.payments.model import Method as Method
from chalicelib.payments.model import Provider as Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What a provider is asked to collect."""

    order_no: str
    """At most 32 letters and digits: both providers take it."""
    method: Method
    title: str
    """What the payer reads."""
    total: Money
    expires_at: datetime
    tag: str
    """Comes back with the payment: the product."""
    openid: str = field(default="", repr=False)
    """Of the payer, for JSAPI alone."""
    source_ip: str = field(default="", repr=False)
    """For H5 alone, which will not go without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repayment:
    """What a provider is asked to give back."""

    refund_no: str
    """The same at every try: another number would be another refund."""
    order_no: str
    transaction_id: str
    amount: Money
    total: Money
    """Of the payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Money arrived for an order."""

    order_no: str
    transaction_id: str
    total: Money
    """What the order cost, before any coupon of the payer's."""
    app_id: str = ""
    tag: str = ""
    payer_id: str = field(default="", repr=False)
    some_went_back: bool = False
    """Some of it or all, by no refund of ours: when asked, WeChat Pay says that, and no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """Money of one payment went back; proves the payment too.

    WeChat Pay tells each refund by itself (`amount`), Alipay tells the sum so far (`sum`), and
    both of a refund that we asked for.
    """

    order_no: str
    transaction_id: str
    total: Money
    refund_no: str = ""
    amount: Money | None = None
    sum: Money | None = None
    app_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundStuck:
    """A refund did not go through: a person must look."""

    order_no: str
    refund_no: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The order cannot be paid any more."""

    order_no: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """Genuine, and of no meaning for us."""


Event = Paid | Refunded | RefundStuck | Closed | Nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message of a provider, proven to be theirs."""

    provider: Provider
    id: str
    """Theirs; the same whenever it is sent again."""
    digest: str
    """SHA-256 of the bytes as they came, in hex."""
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """A movement of money as a provider's daily bill tells it; who paid is not read."""

    order_no: str
    """What the merchant called the order: any text, should it be none of ours."""
    transaction_id: str
    amount: Money
    refund_no: str = ""
    """Of a refund, as whoever made it called it."""
    is_refund: bool = False


class BillMissing(Exception):
    """There is no bill of that day: not yet, or because nothing happened on it."""


class BillUnreadable(Exception):
    """What came is not the whole bill; `reason` may be logged."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotificationRefused(Exception):
    """What came is not the provider's, or not readable; `reason` may be logged."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PaymentProvider(Protocol):
    """One provider. Every call may be repeated: it is known by the number of the order."""

    @property
    def methods(self) -> tuple[Method, ...]:
        """The ways to pay that this merchant has."""
        ...

    @property
    def first_expiry(self) -> datetime | None:
        """When the first certificate that it works with ends; None where none does."""
        ...

    def app_id(self, method: Method) -> str:
        """Return the app that a payment must name."""
        ...

    def prepare(self, purchase: Purchase) -> Mapping[str, str]:
        """Return what the client hands to the provider to pay.

        Raises:
            PaymentUnavailable: the provider gave no answer that could be verified.
        """
        ...

    def ask(self, order_no: str) -> Event:
        """Ask what became of an order: Paid, Refunded, Closed, or Nothing while that is open.

        Raises:
            PaymentUnavailable: no answer that could be verified, which proves nothing.
        """
        ...

    def close(self, order_no: str) -> bool:
        """Make an order unpayable; False if the provider would not, as when it was just paid.

        Raises:
            PaymentUnavailable.
        """
        ...

    def refund(self, repayment: Repayment) -> Event:
        """Give money back: Refunded once it is, Nothing while it is on its way, or RefundStuck.

        Raises:
            PaymentUnavailable.
        """
        ...

    def sends_from(self, address: str) -> bool:
        """Whether notifications come from an address, as far as the provider says: no proof."""
        ...

    def read_bill(self, day: date) -> Iterator[BillLine]:
        """Fetch the bill of a day (of China), and yield its lines once the whole of it is here.

        Raises:
            BillMissing, BillUnreadable, PaymentUnavailable.
        """
        ...

    def read_notification(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Notification:
        """Read what was posted to us, offline: first who sent it, then what it says.

        Raises:
            NotificationRefused.
        """
        ...


class Providers(Protocol):
    """The providers that this stage has a contract with."""

    def find(self, provider: Provider) -> PaymentProvider | None: ...
