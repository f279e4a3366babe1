"""The port `Table` in memory, for tests that write thousands of times: moto copies the whole table
for each transaction. `tests/identity/test_code_floods.py` holds its writes to those of DynamoDB.
"""

from typing import Any

from chalicelib.storage import (
    Absent,
    AllOf,
    AnyOf,
    AttributeOr,
    Check,
    Compare,
    Condition,
    ConditionFailed,
    Delete,
    Exists,
    Item,
    Key,
    Page,
    Put,
    Write,
)


class MemoryTable:
    """Writes and reads of single rows; it has no partitions to query."""

    def __init__(self) -> None:
        self.rows: dict[Key, dict[str, Any]] = {}

    def get(self, key: Key) -> Item | None:
        return self.rows.get(key)

    def query(self, partition: str, **_: Any) -> Page:
        raise AssertionError(f"no test queries {partition} here")

    def write(self, *writes: Write) -> Item | None:
        for index, write in enumerate(writes):
            found = self.rows.get(write.key)
            if not holds(write.when, found or {}):
                raise ConditionFailed(index, dict(found) if found else None)
        for write in writes:
            self._apply(write)
        return dict(self.rows.get(writes[0].key, {})) if len(writes) == 1 else None

    def _apply(self, write: Write) -> None:
        match write:
            case Check():
                return
            case Delete():
                self.rows.pop(write.key, None)
                return
            case Put():
                row = dict(write.item)
            case _:
                row = dict(self.rows.get(write.key, {}))
                row |= {name: _resolved(value, row) for name, value in write.set.items()}
                row |= {name: row.get(name, 0) + n for name, n in write.add.items()}
                row = {name: row[name] for name in row if name not in write.remove}
        self.rows[write.key] = row | {"pk": write.key.pk, "sk": write.key.sk}


def holds(condition: Condition, row: Item) -> bool:
    match condition:
        case Exists(attribute):
            return attribute in row
        case Absent(attribute):
            return attribute not in row
        case AnyOf(conditions):
            return any(holds(one, row) for one in conditions)
        case AllOf(conditions):
            return all(holds(one, row) for one in conditions)
        case Compare(attribute, operator, value):
            return attribute in row and _compared(row[attribute], operator, value)


def _compared(left: Any, operator: str, right: Any) -> bool:
    if operator == "=":
        return bool(left == right)
    if operator.endswith("=") and left == right:
        return True
    return bool(left < right if operator.startswith("<") else left > right)


def _resolved(value: Any, row: Item) -> Any:
    return row.get(value.attribute, value.fallback) if isinstance(value, AttributeOr) else value
