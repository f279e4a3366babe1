"""People on the live system; each test is a new person with a phone number of their own."""

from collections.abc import Callable

import pytest

from local.client import Client
from local.sandbox.server import Sandbox
from local.system import System
from tests.phones import next_phone


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
