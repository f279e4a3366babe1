"""The storage gateway: what capabilities may ask of tables and buckets.

Nothing here knows AWS; `chalicelib/aws/` implements the ports. Every key shape is in `keys.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Protocol

from msgspec import Struct, field

Item = Mapping[str, Any]
"""Attributes of a row: str, int, bool, bytes, None, and lists and dicts of them. Stores parse it at
once.
"""


class Key(Struct, frozen=True):
    pk: str
    sk: str


class Index(Struct, frozen=True):
    """A way to query: the table itself, or a secondary index; names its two key attributes."""

    name: str | None
    partition: str
    sort: str


ROWS_A_PAGE = 100

PRIMARY = Index(None, "pk", "sk")


# Conditions and writes: every write says when it may happen


class Exists(Struct, frozen=True):
    attribute: str = "pk"


class Absent(Struct, frozen=True):
    attribute: str = "pk"


class Compare(Struct, frozen=True):
    """`attribute operator value`; operator is one of = < <= > >=. False where the attribute is
    absent.
    """

    attribute: str
    operator: str
    value: str | int | bool | bytes


class AnyOf(Struct, frozen=True):
    conditions: tuple["Condition", ...]


class AllOf(Struct, frozen=True):
    conditions: tuple["Condition", ...]


Condition = Exists | Absent | Compare | AnyOf | AllOf

ALWAYS = AllOf(())
"""For the few writes whose repeat is harmless and whose loss of a race is meant; say why beside it.
"""


class AttributeOr(Struct, frozen=True):
    """A value to set: the attribute's own if the row has it, `fallback` if not."""

    attribute: str
    fallback: str | int


class Put(Struct, frozen=True, kw_only=True):
    key: Key
    item: Item
    when: Condition


class Update(Struct, frozen=True, kw_only=True):
    key: Key
    set: Item = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    when: Condition


class Delete(Struct, frozen=True, kw_only=True):
    key: Key
    when: Condition


class Check(Struct, frozen=True, kw_only=True):
    """Writes nothing; makes the whole transaction depend on a row."""

    key: Key
    when: Condition


class Elsewhere(Struct, frozen=True):
    """A write to another table, in the transaction of those beside it."""

    table: "Table"
    write: "RowWrite"


RowWrite = Put | Update | Delete | Check
Write = RowWrite | Elsewhere


class ConditionFailed(Exception):
    """A write was refused; `index` is its place in the call, `item` the row as it was found (None:
    absent).
    """

    def __init__(self, index: int, item: Item | None) -> None:
        super().__init__(f"the condition of write {index} does not hold")
        self.index = index
        self.item = item


class Page(Struct, frozen=True):
    items: tuple[Item, ...]
    next_key: Item | None
    """Where the next page starts; None at the end."""


class Table(Protocol):
    """One table. Reads of the table itself are strongly consistent; reads of an index lag by
    moments.
    """

    def get(self, key: Key) -> Item | None: ...

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
        """Read one partition in key order: rows whose sort key starts with `prefix`, or is <=
        `up_to`.
        """
        ...

    def write(self, *writes: Write) -> Item | None:
        """Do all of the writes or none (at most 100), in one call. None stands elsewhere alone.

        Returns:
            The row after a lone Update, otherwise None.
        Raises:
            ConditionFailed: nothing was written.
            Unavailable: throttled or in conflict with another transaction; nothing was written.
        """
        ...


def read_partition(table: Table, partition: str) -> Iterator[Item]:
    """Yield every row of one partition, page by page."""
    after = None
    while True:
        page = table.query(partition, limit=ROWS_A_PAGE, after=after)
        yield from page.items
        after = page.next_key
        if after is None:
            return


def delete_rows(table: Table, rows: Iterable[Item]) -> int:
    """Delete rows that were read, and count them. What is gone meanwhile may be deleted again."""
    keys = [Key(row["pk"], row["sk"]) for row in rows]
    for key in keys:
        table.write(Delete(key=key, when=ALWAYS))
    return len(keys)


# Objects


class ObjectMissing(Exception):
    """No object has that key."""


class ObjectTooLarge(Exception):
    """The object has more bytes than the caller takes; none were read."""


class UploadForm(Struct, frozen=True):
    """A presigned POST: send `fields` in order, then `file`, as multipart/form-data to `url`."""

    url: str
    fields: Mapping[str, str]


class Tally(Struct, frozen=True):
    """How many objects, versions and unfinished uploads, and how many bytes in them."""

    objects: int = 0
    size_bytes: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.objects + other.objects, self.size_bytes + other.size_bytes)


class Stored(Struct, frozen=True, kw_only=True):
    """Something that lies in a bucket: an object, a version, a marker or an unfinished upload."""

    key: str
    size_bytes: int
    stored_at: datetime


class Objects(Protocol):
    """One bucket. Objects are encrypted with the bucket's own key."""

    def presign_upload(
        self,
        key: str,
        *,
        content_type: str,
        max_bytes: int,
        sha256: bytes | None,
        lifetime: timedelta,
    ) -> UploadForm:
        """Let the holder store one object: this key, this type, 1 to `max_bytes` bytes, this
        checksum.
        """
        ...

    def presign_download(self, key: str, *, filename: str, lifetime: timedelta) -> str:
        """Let the holder read one object, as an attachment that no cache may store."""
        ...

    def fetch(self, key: str, into: BinaryIO, *, max_bytes: int) -> int:
        """Copy an object into a file and return its size.

        Raises:
            ObjectMissing, ObjectTooLarge.
        """
        ...

    def put(self, key: str, data: bytes, *, content_type: str, backstop: str) -> None:
        """Store an object under the `backstop` tag by which the bucket's lifecycle finds it."""
        ...

    def copy(self, key: str, to: str, *, backstop: str) -> None:
        """Copy an object within the bucket; a repeat writes the same again.

        Raises:
            ObjectMissing.
        """
        ...

    def retag(self, prefix: str, *, backstop: str) -> None:
        """Give every object below a prefix another `backstop` tag; its age stays what it is."""
        ...

    def delete(self, key: str) -> None:
        """Delete the object; what is not there counts as deleted."""
        ...

    def destroy(self, prefix: str) -> Tally:
        """Delete every object, version and unfinished upload below a prefix, and look again.

        Returns:
            What was there.
        Raises:
            Unavailable: something is left; repeat.
        """
        ...

    def tally(self, prefix: str) -> Tally: ...

    def list_stored(self, prefix: str = "") -> Iterator[Stored]:
        """Yield everything below a prefix, page by page: what `destroy` would delete."""
        ...
