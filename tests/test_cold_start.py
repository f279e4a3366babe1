"""What a login imports, and what it does without; `make bench` measures it
(docs/decisions/0019-cold-start.md).
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.environment import environment

ROOT = Path(__file__).resolve().parents[1]

HEAVY = ("PIL", "pillow_heif", "cryptography", "phonenumbers")
"""Worth tens of milliseconds each, and nothing a login needs before a number is there."""

ALLOWED_LAYERS = (
    *("routes", "bodies", "serving", "model", "pricing", "errors", "ports"),
    *("schedule", "rules"),
)
"""What may be loaded of a capability that is not identity: how it looks from outside."""

LOOK = """
import dataclasses, gc, json, sys
import app
from chalicelib.container import services
has_boto3 = "boto3" in sys.modules
services().identity.login, services().identity.sessions
modules = sorted(sys.modules)
classes = [
    f"{name} in {module}"
    for module in modules
    if module.startswith("chalicelib")
    for name, value in vars(sys.modules[module]).items()
    if dataclasses.is_dataclass(value) and value.__module__ == module
]
from chalicelib.aws.clients import client
[client(needed).meta for needed in ("dynamodb", "secretsmanager", "sns")]
searches = gc.get_stats()[2]["collections"]
print(json.dumps([modules, classes, has_boto3, searches]))
"""


class Seen(NamedTuple):
    """What a fresh interpreter held once the login service was made."""

    modules: list[str]
    dataclasses: list[str]
    app_imports_boto3: bool
    searches: int
    """Times that the collector looked through all objects, the clients' too."""


@pytest.fixture(scope="module")
def seen() -> Seen:
    told = environment(AWS_DEFAULT_REGION="us-east-1")
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, env=told, stdout=subprocess.PIPE)
    assert done.returncode == 0
    return Seen(*json.loads(done.stdout))


class TestLogin:
    def test_loads_nothing_heavy_that_it_does_not_need(self, seen: Seen) -> None:
        assert not set(seen.modules) & set(HEAVY)
        assert not [name for name in seen.modules if name.startswith("chalicelib.imaging")]

    def test_loads_no_service_of_another_capability(self, seen: Seen) -> None:
        """Import it in `container/` where it is made, and in routes for types only."""
        ours = [name.split(".")[1:] for name in seen.modules if name.startswith("chalicelib.")]
        others = [
            parts
            for parts in ours
            if len(parts) > 1
            and parts[0] not in ("identity", "aws")
            and parts not in (["container", "identity"], ["container", "senders"])
            and not parts[-1].endswith(ALLOWED_LAYERS)
            and not any(other[:-1] == parts for other in ours)  # a folder, which holds nothing
        ]

        assert not others

    def test_defines_no_dataclass(self, seen: Seen) -> None:
        """A value on this path is `class X(Struct, frozen=True)`, at a fortieth of the cost."""
        assert not seen.dataclasses

    def test_needs_no_boto3_to_import_the_table_of_contents(self, seen: Seen) -> None:
        assert not seen.app_imports_boto3

    def test_is_not_searched_for_garbage_to_the_bottom(self, seen: Seen) -> None:
        assert seen.searches == 0
