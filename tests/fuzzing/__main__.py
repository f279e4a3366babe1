"""`python -m tests.fuzzing RUNS [SEED]`: look for what no example showed; `make fuzz` does so.

Examples come in batches, each with a seed of its own: a crash of the interpreter itself, or one
that hangs for a minute, names no example, but the last line printed names its batch.
"""

import faulthandler
import sys
import time
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzzing.targets import TARGETS, Target

BATCH = 1_000
HANGING_S = 60


def fuzz(target: Target, runs: int, first_seed: int) -> Counter[str]:
    """Run a target's check on so many examples; returns what became of them."""
    outcomes: Counter[str] = Counter()

    def once(example: Any) -> None:
        faulthandler.dump_traceback_later(HANGING_S, exit=True)
        outcomes[target.check(example)] += 1

    try:
        while (done := outcomes.total()) < runs:
            number = first_seed + done
            if sys.stdout.isatty():
                print(f"\r  seed {number}", end="", flush=True)
            batch = settings(
                max_examples=min(BATCH, runs - done),
                database=None,
                deadline=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            )
            seed(number)(batch(given(target.examples)(once)))()
    finally:
        faulthandler.cancel_dump_traceback_later()
    return outcomes


def main(arguments: list[str]) -> None:
    runs = int(arguments[0]) if arguments else 10_000
    first_seed = int(arguments[1]) if len(arguments) > 1 else 0
    for name, target in TARGETS.items():
        started_s = time.monotonic()
        outcomes = fuzz(target, max(1, round(runs * target.share)), first_seed)
        said = ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.most_common())
        took_s = time.monotonic() - started_s
        print(f"\r{name}: {outcomes.total():,} runs in {took_s:.0f} s, none failed: {said}")


if __name__ == "__main__":
    main(sys.argv[1:])
