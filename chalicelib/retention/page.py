"""The retention schedule as a page of the documents."""

from datetime import timedelta

from chalicelib.retention.rules import Months, Rule
from chalicelib.retention.schedule import DAY, HOUR, LIFECYCLE_DAYS, MINUTE, SCHEDULE, SWEEP_EVERY

OPENING = """# What is kept, and until when

Printed from the retention schedule (`chalicelib/retention/schedule.py`) by
`python -m chalicelib.retention > docs/retention.md`; a test fails while the two differ.
Nothing else writes a period: times to live, lifecycle rules, queues, logs and sweeps take theirs
from there.

| what | where | from | kept | clause | ended by | and if that fails |
|---|---|---|---|---|---|---|
"""


def retention_page() -> str:
    return OPENING + "".join(map(_row, SCHEDULE)) + _closing()


def _row(rule: Rule) -> str:
    places = ", ".join(f"`{place}`" for place in rule.places)
    cells = (
        *(rule.data, places, rule.since, in_words(rule.kept)),
        *(rule.clause, str(rule.ended_by), rule.backstop),
    )
    return f"| {' | '.join(cells)} |\n"


def in_words(kept: timedelta | Months | str) -> str:
    """Say a period in the largest unit that it is whole in."""
    if not isinstance(kept, timedelta):
        return str(kept)
    if kept > 366 * DAY:
        return f"{kept // (365 * DAY)} years"
    for name, unit in (("day", DAY), ("hour", HOUR), ("minute", MINUTE)):
        if not kept % unit:
            count = kept // unit
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    raise ValueError(f"a period of {kept} is not whole in anything")


def _closing() -> str:
    lifecycles = ", ".join(f"{name} {days}" for name, days in LIFECYCLE_DAYS.items())
    return f"""
Reads compare the present with a photo's end, so it is gone on time whatever else runs. The sweeper
looks every {in_words(SWEEP_EVERY)}. The lifecycle of S3 acts days after the upload, rounded up to
midnight UTC: {lifecycles.replace("_", " ")}. Half a year has at most 184.
"""
