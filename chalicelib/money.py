"""Amounts of money: whole minor units of one currency. There are no fractions here, so nothing
rounds.
"""

import re
from enum import StrEnum

from msgspec import Struct

MINOR_PER_MAJOR = 100
_MAJOR_TEXT = re.compile(r"(0|[1-9][0-9]{0,9})(?:\.([0-9]{1,2}))?", re.ASCII)


class Currency(StrEnum):
    CNY = "CNY"


class Money(Struct, frozen=True):
    """An amount; `minor` counts fen for CNY and may be negative only in differences."""

    minor: int
    currency: Currency = Currency.CNY

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency is not self.currency:
            raise ValueError("amounts of two currencies do not add")
        return other.minor

    def to_major(self) -> str:
        """Write an amount in major units with two decimals, as Alipay wants it: 1990 → 19.90."""
        if self.minor < 0:
            raise ValueError("only amounts from zero up are written in major units")
        major, minor = divmod(self.minor, MINOR_PER_MAJOR)
        return f"{major}.{minor:02}"

    @classmethod
    def from_major(cls, text: str, currency: Currency = Currency.CNY) -> "Money":
        """Read an amount in major units: ASCII digits and at most two decimals, nothing else.

        Raises:
            ValueError: signs, exponents, spaces, other digits, leading zeros, more decimals.
        """
        found = _MAJOR_TEXT.fullmatch(text)
        if found is None:
            raise ValueError("not an amount in major units")
        return cls(int(found[1]) * MINOR_PER_MAJOR + int((found[2] or "").ljust(2, "0")), currency)
