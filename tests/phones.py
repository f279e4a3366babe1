"""Phone numbers for people who are made up by tests."""

import itertools

_numbers = itertools.count(13_900_000_000)


def next_phone() -> str:
    """Return a number no other test of this run uses, in E.164."""
    return f"+86{next(_numbers)}"
