"""The shop on moto, with both providers behind a port of this machine."""

from collections.abc import Iterator

import pytest

from chalicelib.aws.dynamodb import DynamoTable
from local.sandbox.server import running_sandbox
from tests.payments.shop import Shop, shared_keys
from tests.world import World


@pytest.fixture
def open_shop(world: World) -> Iterator[Shop]:
    table = DynamoTable(world.dynamodb, "PaymentsTable")
    with running_sandbox(shared_keys(), lambda: world.clock.now().timestamp()) as sandbox:
        yield Shop(table, world.clock, sandbox)
