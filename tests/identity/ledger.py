"""The counters of codes in memory: what `limit_items` does in a transaction, fast enough for days
of traffic."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from chalicelib.identity.code_limits import Budget, Counter, Limit


class Ledger:
    def __init__(self) -> None:
        self._rows: dict[tuple[str, date], dict[str, int]] = defaultdict(dict)

    def row(self, budget: Budget, now: datetime) -> dict[str, int]:
        return self._rows[budget.subject, now.date()]

    def take(self, budgets: Iterable[Budget], now: datetime) -> Limit | None:
        """Count one code everywhere, or nowhere and return the limit that is reached."""
        listed = list(budgets)
        for budget in listed:
            reached = budget.find_reached(self.row(budget, now), now)
            if reached:
                return reached
        for budget in listed:
            self._add(budget, now, budget.counters(now), 1)
        return None

    def pay_back(self, budgets: Iterable[Budget], taken_at: datetime, amount: int) -> None:
        for budget in budgets:
            unverified = budget.counters(taken_at, Counter.UNVERIFIED)
            self._add(budget, taken_at, unverified, -amount)

    def _add(self, budget: Budget, at: datetime, attributes: frozenset[str], amount: int) -> None:
        row = self.row(budget, at)
        for attribute in attributes:
            row[attribute] = row.get(attribute, 0) + amount
