"""What a suite hands back: named numbers, some of them with a target to keep."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    Attributes:
        name: stable, snake_case; parts separated by `/`.
        target: what it must reach; None for a number that only explains another.
        better: which side of the target is the good one.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    better: Literal["lower", "higher"] = "lower"

    @property
    def is_met(self) -> bool:
        """Tell whether the target holds; a figure without one always does."""
        if self.target is None:
            return True
        return self.value <= self.target if self.better == "lower" else self.value >= self.target
