"""Transactions over two tables, as the port promises them."""

from collections.abc import Sequence

import pytest

from chalicelib.storage import (
    Absent,
    Compare,
    ConditionFailed,
    Delete,
    Elsewhere,
    Exists,
    Key,
    Put,
    Table,
    Update,
)
from tests.memory import MemoryTable
from tests.world import World

KEY = Key("a", "1")


@pytest.fixture(params=["dynamodb", "memory"])
def tables(request: pytest.FixtureRequest) -> Sequence[Table]:
    if request.param == "memory":
        return MemoryTable(), MemoryTable()
    world: World = request.getfixturevalue("world")
    return world.photos, world.accounts


class TestElsewhere:
    def test_transaction_may_reach_into_another_table(self, tables: Sequence[Table]) -> None:
        table, other = tables
        table.write(
            Put(key=KEY, item={"n": 1}, when=Absent()),
            Elsewhere(other, Put(key=KEY, item={"n": 2}, when=Absent())),
        )
        assert (table.get(KEY) or {})["n"] == 1
        assert (other.get(KEY) or {})["n"] == 2

        with pytest.raises(ConditionFailed) as failure:
            table.write(
                Delete(key=KEY, when=Exists()),
                Elsewhere(other, Update(key=KEY, set={"n": 3}, when=Compare("n", "=", 1))),
            )
        assert (failure.value.index, (failure.value.item or {})["n"]) == (1, 2)
        assert table.get(KEY)
