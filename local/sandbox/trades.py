"""What the sandbox knows of every order, as a provider would."""

import itertools
from dataclasses import dataclass, field
from enum import StrEnum


class TradeState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"


@dataclass(slots=True, kw_only=True)
class Trade:
    """One order of one merchant; amounts are fen."""

    provider: str
    order_no: str
    kind: str
    title: str
    total: int
    app_id: str
    tag: str
    notify_url: str
    expires_at: str
    payer: str = ""
    state: TradeState = TradeState.OPEN
    transaction_id: str = ""
    refunds: dict[str, int] = field(default_factory=dict)

    @property
    def refunded(self) -> int:
        return sum(self.refunds.values())

    def refund(self, number: str, amount: int) -> bool:
        """Give money back under a number of its own; the same number again changes nothing."""
        if number in self.refunds:
            return self.refunds[number] == amount
        if self.state is not TradeState.PAID or self.refunded + amount > self.total:
            return False
        self.refunds[number] = amount
        return True


class Trades:
    """All trades, by provider and number."""

    def __init__(self) -> None:
        self._trades: dict[tuple[str, str], Trade] = {}
        self._numbers = itertools.count(1)

    def put(self, trade: Trade) -> Trade:
        """Keep a new trade; one of that number that is there already stays as it is."""
        return self._trades.setdefault((trade.provider, trade.order_no), trade)

    def find(self, provider: str, order_no: str) -> Trade | None:
        return self._trades.get((provider, order_no))

    def find_transaction(self, provider: str, transaction_id: str) -> Trade | None:
        return next(
            (
                trade
                for (name, _), trade in self._trades.items()
                if name == provider and trade.transaction_id == transaction_id
            ),
            None,
        )

    def newest_first(self) -> list[Trade]:
        return list(reversed(self._trades.values()))

    def pay(self, trade: Trade) -> None:
        """Take the money, even for a closed trade: that is how lateness is tried out."""
        if not trade.transaction_id:
            trade.transaction_id = f"42{next(self._numbers):026}"
        trade.payer = trade.payer or f"payer-of-{trade.provider}"
        trade.state = TradeState.PAID
