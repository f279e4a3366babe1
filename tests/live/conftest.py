"""People on the live system; each test is a new person with a phone number of their own."""

from collections.abc import Callable, Iterator

import pytest

from local.client import Client
from local.machine import CannotStart, check_tools
from local.sandbox.server import Sandbox
from local.system import System, running_system
from tests.phones import next_phone


@pytest.fixture(scope="session")
def strict() -> Iterator[System]:
    """The same system with every signature checked and every policy enforced, over TLS."""
    try:
        check_tools(strict=True)
    except CannotStart as reason:
        pytest.skip(str(reason))
    with running_system(strict=True) as running:
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


@pytest.fixture
def sandbox(system: System) -> Sandbox:
    assert system.sandbox
    return system.sandbox
