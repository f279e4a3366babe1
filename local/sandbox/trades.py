"""What the sandbox knows of every order, as a provider would."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum

BEIJING = timezone(timedelta(hours=8))


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
    now: Callable[[], float] = time.time
    paid_at: float = 0
    refunded_at: dict[str, float] = field(default_factory=dict)

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
        self.refunded_at[number] = self.now()
        return True


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that came, or with a number of a refund went."""

    trade: Trade
    at: float
    refund_no: str = ""


class Trades:
    """All trades, by provider and number."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._trades: dict[tuple[str, str], Trade] = {}
        self._numbers = itertools.count(1)

    def put(self, trade: Trade) -> Trade:
        """Keep a new trade; one of that number that is there already stays as it is."""
        trade.now = self._now
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

    def movements_on(self, provider: str, day: str) -> list["Movement"]:
        """List what a provider's bill of a day (YYYY-MM-DD, Beijing) has, as it happened."""
        found = [
            one
            for trade in self._trades.values()
            if trade.provider == provider
            for one in _movements(trade)
            if beijing_time(one.at).startswith(day)
        ]
        return sorted(found, key=lambda one: one.at)

    def pay(self, trade: Trade) -> None:
        """Take the money, even for a closed trade: that is how lateness is tried out."""
        if not trade.transaction_id:
            trade.transaction_id = f"42{next(self._numbers):026}"
        trade.payer = trade.payer or f"payer-of-{trade.provider}"
        trade.paid_at = trade.paid_at or self._now()
        trade.state = TradeState.PAID


def _movements(trade: Trade) -> list[Movement]:
    paid = [Movement(trade, trade.paid_at)] if trade.paid_at else []
    return paid + [Movement(trade, at, number) for number, at in trade.refunded_at.items()]


def beijing_time(at: float) -> str:
    return datetime.fromtimestamp(at, BEIJING).strftime("%Y-%m-%d %H:%M:%S")
