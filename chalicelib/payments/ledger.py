"""Credits and member days as a double-entry ledger: what one account gets, another gives.

Every entry sums to zero, so all accounts together always do. A balance is the sum of an account's
lines; the wallet's row carries the present sums only so that a write can refuse to go below zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.payments.catalogue import Product, Unit

PURCHASE, RECLAIM, HOLD, RELEASE = "purchase", "reclaim", "hold", "release"
"""Kinds of postings: what their ids begin with."""


class Account(StrEnum):
    """The first two are the wallet's and never negative; the others are the house's."""

    AVAILABLE = "available"
    HELD = "held"
    """For edits that are being made: nobody can spend them, and nobody has yet."""
    SOLD = "sold"
    LOST = "lost"
    """Given back in money after it had been spent."""
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class Line:
    account: Account
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One posting. Its id says what it is for, so the same thing cannot be posted twice."""

    id: str
    unit: Unit
    at: datetime
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        if sum(line.amount for line in self.lines):
            raise ValueError("an entry must sum to zero")

    def sum_of(self, account: Account) -> int:
        return sum(line.amount for line in self.lines if line.account is account)


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits of a wallet."""

    available: int = 0
    held: int = 0


def purchase(product: Product, reference: str, at: datetime) -> Entry:
    """Post what a payment bought."""
    lines = (Line(Account.SOLD, -product.quantity), Line(Account.AVAILABLE, product.quantity))
    return Entry(id=f"{PURCHASE}#{reference}", unit=product.unit, at=at, lines=lines)


def reclaim(unit: Unit, reference: str, at: datetime, *, taken: int, lost: int) -> Entry:
    """Post what a refund takes back; `lost` of it had been spent before."""
    lines = (
        Line(Account.SOLD, taken + lost),
        Line(Account.AVAILABLE, -taken),
        Line(Account.LOST, -lost),
    )
    return Entry(
        id=f"{RECLAIM}#{reference}",
        unit=unit,
        at=at,
        lines=tuple(one for one in lines if one.amount),
    )


def hold(reference: str, credits: int, at: datetime) -> Entry:
    """Post what an edit reserves when it is asked for."""
    lines = (Line(Account.AVAILABLE, -credits), Line(Account.HELD, credits))
    return Entry(id=f"{HOLD}#{reference}", unit=Unit.CREDITS, at=at, lines=lines)


def release(reference: str, credits: int, at: datetime, *, is_spent: bool) -> Entry:
    """Post what became of it: one posting either way, so that it cannot be both."""
    to = Account.SPENT if is_spent else Account.AVAILABLE
    lines = (Line(Account.HELD, -credits), Line(to, credits))
    return Entry(id=f"{RELEASE}#{reference}", unit=Unit.CREDITS, at=at, lines=lines)


def balance_of(entries: Iterable[Entry]) -> Balance:
    """Derive the balance of a wallet's credits from all of its entries."""
    credits = [entry for entry in entries if entry.unit is Unit.CREDITS]
    return Balance(
        available=sum(entry.sum_of(Account.AVAILABLE) for entry in credits),
        held=sum(entry.sum_of(Account.HELD) for entry in credits),
    )


def member_until(entries: Iterable[Entry]) -> datetime | None:
    """Derive the end of the membership: each purchase goes on where the one before it ends.

    What a refund took back counts as never bought.
    """
    taken: dict[str, int] = {}
    bought: list[tuple[datetime, str, int]] = []
    for entry in entries:
        kind, _, reference = entry.id.partition("#")
        days = entry.sum_of(Account.AVAILABLE)
        if entry.unit is not Unit.MEMBER_DAYS:
            continue
        if kind == PURCHASE:
            bought.append((entry.at, reference, days))
        else:
            order_no = reference.partition("#")[0]
            taken[order_no] = taken.get(order_no, 0) - days
    until: datetime | None = None
    for at, reference, days in sorted(bought):
        kept = days - taken.get(reference, 0)
        until = max(until or at, at) + timedelta(days=kept)
    return until
