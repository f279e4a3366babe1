"""One whole local system for all live tests: the packaged template on a throw-away cloud.

Slow to make and shared, so each test is a new person with a phone number of their own.
"""

import itertools
from collections.abc import Callable, Iterator

import pytest

from local.client import Client
from local.machine import CannotStart, check_tools
from local.system import System, running_system

_numbers = itertools.count(13_900_000_000)


def next_phone() -> str:
    """Return a phone number no other test uses, in E.164."""
    return f"+86{next(_numbers)}"


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    try:
        check_tools()
    except CannotStart as reason:
        pytest.skip(f"live tests need the local cloud: {reason}")
    with running_system() as running:
        yield running


@pytest.fixture
def log_in(system: System) -> Callable[[], Client]:
    """Make a new person who is logged in."""

    def make() -> Client:
        client = Client(system.url)
        client.log_in(next_phone())
        return client

    return make


@pytest.fixture
def person(log_in: Callable[[], Client]) -> Client:
    return log_in()
