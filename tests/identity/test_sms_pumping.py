"""A normal launch gets its codes, an attack does not: traffic of hours against the real budgets.

Each simulation prints what it would have cost. A text costs 0.645 US cents to the United States and
up to ten times that elsewhere; the attack is priced at the tenfold, as that is where it goes.
"""

import heapq
import random
from collections import Counter as Tally
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from chalicelib.identity.code_limits import (
    CodeLimits,
    Subjects,
    budgets_of,
    draw_shard,
    guarded_budgets_of,
)
from tests.fakes import START, FakeEntropy
from tests.identity.ledger import Ledger

LAUNCH_USD, ATTACK_USD = 0.00645, 0.0645
LIMITS = CodeLimits()


@dataclass(frozen=True, slots=True, order=True)
class Wish:
    """Someone asks for a code, and types it in some seconds later or never."""

    at: datetime
    country: str
    block: int
    address: int
    typed_after_s: int | None


def launch(random_: random.Random, people: int = 6_000, hours: int = 2) -> list[Wish]:
    """People of all the country, most of them in the first half hour; four of five log in."""
    seconds = (min(random_.expovariate(1 / 2400), hours * 3600 - 1) for _ in range(people))
    return [
        Wish(
            at=START + timedelta(seconds=second),
            country="86",
            block=random_.randrange(50_000),
            address=random_.randrange(3_000),
            typed_after_s=random_.randrange(8, 90) if random_.random() < 0.8 else None,
        )
        for second in seconds
    ]


def attack(random_: random.Random, *, blocks: int, country: str = "44") -> list[Wish]:
    """A hundred thousand codes in six hours from two thousand addresses; none is ever typed in."""
    return [
        Wish(
            at=START + timedelta(seconds=random_.randrange(6 * 3600)),
            country=country,
            block=10**6 + random_.randrange(blocks),
            address=10**6 + random_.randrange(2_000),
            typed_after_s=None,
        )
        for _ in range(100_000)
    ]


def simulate(wishes: list[Wish], limits: CodeLimits = LIMITS) -> Tally[str]:
    """Send what the budgets let through; count by country what was sent and what was refused."""
    ledger, entropy, result = Ledger(), FakeEntropy(), Tally[str]()
    typed: list[tuple[datetime, datetime, int, Subjects]] = []
    for number, wish in enumerate(sorted(wishes)):
        while typed and typed[0][0] <= wish.at:
            _, taken_at, _, subjects = heapq.heappop(typed)
            guarded = guarded_budgets_of(subjects, limits)
            ledger.pay_back(guarded, taken_at, limits.verified_allows)
        subjects = Subjects(
            phone=str(number),
            address=str(wish.address),
            device=None,
            block=str(wish.block),
            country=wish.country,
            shard=draw_shard(limits, entropy),
        )
        reached = ledger.take(budgets_of(subjects, limits), wish.at)
        result[f"{wish.country} {'refused' if reached else 'sent'}"] += 1
        if reached is None and wish.typed_after_s is not None:
            typed_at = wish.at + timedelta(seconds=wish.typed_after_s)
            heapq.heappush(typed, (typed_at, wish.at, number, subjects))
    return result


def say(name: str, asked: int, sent: int, usd: float) -> None:
    print(f"{name}: {asked:,} asked for, {sent:,} sent, ${sent * usd:,.2f} of ${asked * usd:,.2f}")  # noqa: T201


def test_normal_launch_gets_every_code() -> None:
    wishes = launch(random.Random(1))
    result = simulate(wishes)

    say("launch", len(wishes), result["86 sent"], LAUNCH_USD)
    assert result == {"86 sent": len(wishes)}


@pytest.mark.parametrize("blocks", [5, 100, 50_000])
def test_attack_gets_no_more_than_the_allowance(blocks: int) -> None:
    hours = 6
    wishes = attack(random.Random(2), blocks=blocks)
    result = simulate(wishes)

    say(f"attack on {blocks:,} blocks", len(wishes), result["44 sent"], ATTACK_USD)
    of_blocks = blocks * LIMITS.unverified_per_block_an_hour
    assert result["44 sent"] <= hours * min(of_blocks, LIMITS.unverified_per_country_an_hour)
    assert result["44 refused"] >= 0.97 * len(wishes)


def test_attack_on_one_country_does_not_stop_the_launch_in_another() -> None:
    random_ = random.Random(3)
    wishes = launch(random_)
    result = simulate(wishes + attack(random_, blocks=100))

    assert result["86 sent"] == len(wishes)
    assert result["44 sent"] <= 6 * LIMITS.unverified_per_country_an_hour


def test_without_the_guard_the_same_attack_takes_the_budget_of_the_day() -> None:
    unguarded = CodeLimits(unverified_per_block_an_hour=10**6, unverified_per_country_an_hour=10**6)
    result = simulate(attack(random.Random(2), blocks=100), unguarded)

    say("attack without the guard", 100_000, result["44 sent"], ATTACK_USD)
    assert result["44 sent"] == LIMITS.per_country_a_day
