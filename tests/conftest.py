"""What every test may ask for; credentials are fakes, so that nothing can reach an account."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from local.machine import CannotStart, check_tools
from local.system import System, running_system
from tests.world import World, running_world

TESTS = Path(__file__).parent

hypothesis.settings.register_profile("no_clock", deadline=None)
hypothesis.settings.load_profile("no_clock")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--sequences",
        type=int,
        default=24,
        help="random sequences of payment events on the live system",
    )


@pytest.fixture(scope="session")
def sequences(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("sequences"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Side by side, a file stays with one process; what packages the template, with one for all."""
    for item in items:
        file = item.path.relative_to(TESTS)
        group = "template" if file.parts[0] == "infra" else str(file)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def world() -> Iterator[World]:
    with running_world() as world:
        yield world


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The packaged template, live on a throw-away cloud: slow to make, so everyone shares it."""
    try:
        check_tools()
    except CannotStart as reason:
        pytest.skip(f"live tests need the local cloud: {reason}")
    with running_system() as running:
        yield running
