"""Rows that count codes, as parts of the transactions that send and verify them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from math import ceil

from chalicelib.clock import to_epoch_s
from chalicelib.errors import TooManyRequests
from chalicelib.identity.code_limits import Budget, Counter, Limit
from chalicelib.keys import limit_key
from chalicelib.retention.schedule import LIMITS
from chalicelib.storage import ALWAYS, Absent, AllOf, AnyOf, Compare, Condition, Update

COUNTERS_KEPT = LIMITS.period
"""A row is about one day; a code sent before midnight may be verified after it."""


def take(budgets: Iterable[Budget], now: datetime) -> Iterator[Update]:
    """Count one code in each budget, on the condition that none of its limits is reached."""
    for budget in budgets:
        counted = dict.fromkeys(sorted(budget.counters(now)), 1)
        below = AllOf(tuple(_is_below(limit, now) for limit in budget.limits))
        yield _add(budget, counted, now, when=below)


def give_back(budgets: Iterable[Budget], taken_at: datetime) -> Iterator[Update]:
    """Undo `take`; whether that may happen is for the transaction's other writes to say."""
    for budget in budgets:
        counted = dict.fromkeys(sorted(budget.counters(taken_at)), -1)
        yield _add(budget, counted, taken_at, when=ALWAYS)


def pay_back(budgets: Iterable[Budget], taken_at: datetime, amount: int) -> Iterator[Update]:
    """Let a login make room for further codes; once a login, as its transaction happens once."""
    for budget in budgets:
        counted = dict.fromkeys(sorted(budget.counters(taken_at, Counter.UNVERIFIED)), -amount)
        yield _add(budget, counted, taken_at, when=ALWAYS)


def too_many(limit: str, until: datetime, now: datetime) -> TooManyRequests:
    return TooManyRequests(limit, max(1, ceil((until - now).total_seconds())))


def _add(budget: Budget, counted: dict[str, int], at: datetime, *, when: Condition) -> Update:
    return Update(
        key=limit_key(budget.subject, at.date()),
        set={"ttl": to_epoch_s(at + COUNTERS_KEPT)},
        add=counted,
        when=when,
    )


def _is_below(limit: Limit, now: datetime) -> Condition:
    attribute = limit.attribute(now)
    below = Compare(attribute, "<", limit.most)
    return AnyOf((Absent(attribute), below)) if limit.most > 0 else below
