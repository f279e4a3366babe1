"""The ports `Table` and `Objects` in memory, for tests that write thousands of times: moto copies
the whole table for each transaction. `tests/contracts/test_storage.py` holds them to the real ones.
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, BinaryIO

from chalicelib.clock import Clock
from chalicelib.storage import (
    PRIMARY,
    Absent,
    AllOf,
    AnyOf,
    AttributeOr,
    Check,
    Compare,
    Condition,
    ConditionFailed,
    Delete,
    Elsewhere,
    Exists,
    Index,
    Item,
    Key,
    ObjectMissing,
    ObjectTooLarge,
    Page,
    Put,
    RowWrite,
    Stored,
    Tally,
    UploadForm,
    Write,
)
from tests.fakes import FakeClock

LAST = "\U0010ffff"
"""Sorts after every other character."""
Place = tuple[str, str, str]
"""Where a row lies in a partition: its sort key there, then its own two keys."""


class MemoryTable:
    """Rows by key, and sorted by partition for each index that was ever asked."""

    def __init__(self) -> None:
        self.rows: dict[Key, dict[str, Any]] = {}
        self._sorted: dict[Index, defaultdict[str, list[Place]]] = {}

    def get(self, key: Key) -> Item | None:
        return self.rows.get(key)

    def query(
        self,
        partition: str,
        *,
        index: Index = PRIMARY,
        prefix: str = "",
        up_to: str = "",
        limit: int,
        after: Item | None = None,
        newest_first: bool = False,
    ) -> Page:
        places = self._index(index)[partition]
        low, high = 0, len(places)
        if prefix:
            low = bisect_left(places, (prefix, "", ""))
            high = bisect_left(places, (prefix + LAST, "", ""))
        elif up_to:
            high = bisect_right(places, up_to, key=lambda place: place[0])
        if after:
            last = (after[index.sort], after["pk"], after["sk"])
            if newest_first:
                high = bisect_left(places, last)
            else:
                low = bisect_right(places, last)
        taken = places[max(low, high - limit) : high][::-1] if newest_first else None
        if taken is None:
            taken = places[low : min(high, low + limit)]
        items = tuple(self._shown(index, Key(*place[1:])) for place in taken)
        is_last = len(taken) == max(high - low, 0)
        return Page(items, None if is_last else _keys_of(index, items[-1]))

    def write(self, *writes: Write) -> Item | None:
        placed = [self._placed(write) for write in writes]
        for index, (table, write) in enumerate(placed):
            found = table.rows.get(write.key)
            if not holds(write.when, found or {}):
                raise ConditionFailed(index, dict(found) if found else None)
        for table, write in placed:
            table._apply(write)
        return dict(self.rows.get(placed[0][1].key, {})) if len(writes) == 1 else None

    def _placed(self, write: Write) -> tuple[Any, RowWrite]:
        return (write.table, write.write) if isinstance(write, Elsewhere) else (self, write)

    def _apply(self, write: RowWrite) -> None:
        match write:
            case Check():
                return
            case Delete():
                self._replace(write.key, None)
                return
            case Put():
                row = dict(write.item)
            case _:
                row = dict(self.rows.get(write.key, {}))
                row |= {name: _resolved(value, row) for name, value in write.set.items()}
                row |= {name: row.get(name, 0) + n for name, n in write.add.items()}
                row = {name: row[name] for name in row if name not in write.remove}
        self._replace(write.key, row | {"pk": write.key.pk, "sk": write.key.sk})

    def _replace(self, key: Key, row: dict[str, Any] | None) -> None:
        before = self.rows.pop(key, None)
        if row is not None:
            self.rows[key] = row
        for index, partitions in self._sorted.items():
            if before and index.partition in before and index.sort in before:
                places = partitions[before[index.partition]]
                del places[bisect_left(places, (before[index.sort], key.pk, key.sk))]
            if row:
                _insert(partitions, index, row)

    def _index(self, index: Index) -> defaultdict[str, list[Place]]:
        if index not in self._sorted:
            self._sorted[index] = defaultdict(list)
            for row in self.rows.values():
                _insert(self._sorted[index], index, row)
        return self._sorted[index]

    def _shown(self, index: Index, key: Key) -> Item:
        """Return a row as a query shows it: of an index, its keys only."""
        row = self.rows[key]
        return row if index is PRIMARY else _keys_of(index, row)


def _insert(partitions: defaultdict[str, list[Place]], index: Index, row: dict[str, Any]) -> None:
    if index.partition in row and index.sort in row:
        insort(partitions[row[index.partition]], (row[index.sort], row["pk"], row["sk"]))


def _keys_of(index: Index, row: Item) -> Item:
    return {name: row[name] for name in ("pk", "sk", index.partition, index.sort)}


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


class MemoryObjects:
    """One bucket without versions; its addresses lead nowhere."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or FakeClock()
        self._stored: dict[str, tuple[bytes, Stored]] = {}
        self._keys: list[str] = []
        self.backstops: dict[str, str] = {}

    def presign_upload(
        self,
        key: str,
        *,
        content_type: str,
        max_bytes: int,
        sha256: bytes | None,
        lifetime: timedelta,
    ) -> UploadForm:
        return UploadForm("https://bucket.invalid", {"key": key, "Content-Type": content_type})

    def presign_download(self, key: str, *, filename: str, lifetime: timedelta) -> str:
        return f"https://bucket.invalid/{key}"

    def fetch(self, key: str, into: BinaryIO, *, max_bytes: int) -> int:
        if key not in self._stored:
            raise ObjectMissing
        data = self._stored[key][0]
        if len(data) > max_bytes:
            raise ObjectTooLarge
        into.write(data)
        into.seek(0)
        return len(data)

    def put(self, key: str, data: bytes, *, content_type: str, backstop: str) -> None:
        self.backstops[key] = backstop
        if key not in self._stored:
            insort(self._keys, key)
        now = self._clock.now()
        self._stored[key] = data, Stored(key=key, size_bytes=len(data), stored_at=now)

    def copy(self, key: str, to: str, *, backstop: str) -> None:
        if key not in self._stored:
            raise ObjectMissing
        self.put(to, self._stored[key][0], content_type="", backstop=backstop)

    def retag(self, prefix: str, *, backstop: str) -> None:
        self.backstops.update({stored.key: backstop for stored in self.list_stored(prefix)})

    def delete(self, key: str) -> None:
        if self._stored.pop(key, None):
            del self._keys[bisect_left(self._keys, key)]

    def destroy(self, prefix: str) -> Tally:
        destroyed = self.tally(prefix)
        for stored in list(self.list_stored(prefix)):
            self.delete(stored.key)
        return destroyed

    def tally(self, prefix: str) -> Tally:
        found = (Tally(1, stored.size_bytes) for stored in self.list_stored(prefix))
        return sum(found, Tally())

    def list_stored(self, prefix: str = "") -> Iterator[Stored]:
        low = bisect_left(self._keys, prefix)
        high = bisect_left(self._keys, prefix + LAST) if prefix else len(self._keys)
        yield from [self._stored[key][1] for key in self._keys[low:high]]
