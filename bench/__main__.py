"""`python -m bench [PHOTO…]`: run every suite, print one table, write `build/bench.json`.

Exits with 1 when a target is missed.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import aws_calls, cold_start, cost, edit_steps, edits, expiry, ladder, memory
from bench.figures import Figure

SUITES: tuple[Callable[[Sequence[Path]], list[Figure]], ...] = (
    aws_calls.measure,
    cold_start.measure,
    ladder.measure,
    memory.measure,
    edits.measure,
    edit_steps.measure,
    cost.measure,
    expiry.measure,
)

_REPORT = Path("build") / "bench.json"


def main(arguments: Sequence[str]) -> int:
    """Measure, show and write down; return the exit status."""
    photos = [Path(argument) for argument in arguments]
    missing = [photo for photo in photos if not photo.is_file()]
    if missing:
        print(f"No such photo: {', '.join(map(str, missing))}", file=sys.stderr)
        return 2
    console = Console()
    figures: list[Figure] = []
    for suite in SUITES:
        with console.status(f"measuring {suite.__module__}"):
            figures += suite(photos)
    console.print(_table(figures))
    _write(figures)
    console.print(f"written to {_REPORT}")
    return 0 if all(figure.is_met for figure in figures) else 1


def _table(figures: Sequence[Figure]) -> Table:
    table = Table("figure", "value", "target", "")
    for column in table.columns[1:3]:
        column.justify = "right"
    for figure in figures:
        sign = "≤" if figure.better == "lower" else "≥"
        target = "" if figure.target is None else f"{sign} {figure.target:g} {figure.unit}"
        verdict = "" if figure.target is None else ("met" if figure.is_met else "[red]missed[/red]")
        table.add_row(figure.name, f"{figure.value:g} {figure.unit}", target, verdict)
    return table


def _write(figures: Sequence[Figure]) -> None:
    """Write the figures that have a target; the others only mean something beside them."""
    _REPORT.parent.mkdir(parents=True, exist_ok=True)
    report = [asdict(figure) for figure in figures if figure.target is not None]
    _REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
