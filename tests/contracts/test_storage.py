"""The ports Table and Objects, as the capabilities rely on them."""

import io
from datetime import UTC, timedelta

import pytest

from chalicelib.aws.s3 import BACKSTOP_TAG
from chalicelib.keys import BY_DUE
from chalicelib.storage import (
    ALWAYS,
    Absent,
    AllOf,
    AnyOf,
    AttributeOr,
    Check,
    Compare,
    ConditionFailed,
    Delete,
    Exists,
    Key,
    ObjectMissing,
    Objects,
    ObjectTooLarge,
    Put,
    Table,
    Tally,
    Update,
)
from tests.faults import Crash, counted_calls
from tests.memory import MemoryObjects, MemoryTable
from tests.world import World

KEY, OTHER = Key("a", "1"), Key("a", "2")


@pytest.fixture(params=["dynamodb", "memory"])
def table(request: pytest.FixtureRequest) -> Table:
    """A table with the index of the photos' expiry."""
    if request.param == "memory":
        return MemoryTable()
    world: World = request.getfixturevalue("world")
    return world.photos


@pytest.fixture(params=["s3", "memory"])
def objects(request: pytest.FixtureRequest) -> Objects:
    if request.param == "memory":
        return MemoryObjects()
    world: World = request.getfixturevalue("world")
    return world.originals


class TestTable:
    def test_values_come_back_as_they_went(self, table: Table) -> None:
        item = {
            "text": "文字",
            "number": 12345678901234567890,
            "yes": True,
            "raw": b"\x00\xff",
            "nothing": None,
            "list": [1, "a", {"deep": b"x"}],
        }
        table.write(Put(key=KEY, item=item, when=Absent()))

        assert table.get(KEY) == {"pk": "a", "sk": "1", **item}
        assert table.get(OTHER) is None

    def test_failed_condition_shows_the_row_and_writes_nothing(self, table: Table) -> None:
        table.write(Put(key=KEY, item={"n": 1}, when=Absent()))

        with pytest.raises(ConditionFailed) as failure:
            table.write(Put(key=KEY, item={"n": 2}, when=Absent()))
        assert failure.value.item == {"pk": "a", "sk": "1", "n": 1}
        assert table.get(KEY) == failure.value.item

    def test_transaction_is_all_or_nothing_and_names_the_refusal(self, table: Table) -> None:
        table.write(Put(key=OTHER, item={"n": 1}, when=Absent()))

        with pytest.raises(ConditionFailed) as failure:
            table.write(
                Put(key=KEY, item={}, when=Absent()),
                Check(key=OTHER, when=Compare("n", "=", 2)),
            )
        assert (failure.value.index, failure.value.item) == (1, {"pk": "a", "sk": "2", "n": 1})
        assert table.get(KEY) is None

    def test_update_sets_adds_removes_and_returns_the_row(self, table: Table) -> None:
        table.write(Put(key=KEY, item={"old": 1, "count": 5}, when=ALWAYS))

        row = table.write(
            Update(
                key=KEY,
                set={"state": "new", "kept": AttributeOr("count", 0), "made": AttributeOr("no", 7)},
                add={"count": -1},
                remove=("old",),
                when=Exists(),
            )
        )
        assert row == {"pk": "a", "sk": "1", "state": "new", "kept": 5, "made": 7, "count": 4}

    @pytest.mark.parametrize(
        ("condition", "holds"),
        [
            (Exists("n"), True),
            (Absent("n"), False),
            (Compare("n", "<=", 5), True),
            (Compare("n", "<", 5), False),
            (Compare("missing", "<", 5), False),
            (AnyOf((Absent("n"), Compare("n", ">", 4))), True),
            (AllOf((Exists("n"), AnyOf((Absent("n"), Compare("n", "=", 4))))), False),
            (AllOf((AnyOf((Absent("x"), Exists("x"))), Exists("n"))), True),
            (AnyOf((AllOf((Absent("n"), Exists("n"))), Exists("n"))), True),
        ],
    )
    def test_conditions_mean_what_they_say(
        self, table: Table, condition: AllOf, holds: bool
    ) -> None:
        table.write(Put(key=KEY, item={"n": 5}, when=ALWAYS))
        try:
            table.write(Delete(key=KEY, when=condition))
            happened = True
        except ConditionFailed:
            happened = False

        assert happened is holds

    def test_query_pages_in_order_within_a_prefix(self, table: Table) -> None:
        for sk in ("a1", "a2", "a3", "b1"):
            table.write(Put(key=Key("p", sk), item={}, when=Absent()))
        first = table.query("p", prefix="a", limit=2, newest_first=True)
        rest = table.query("p", prefix="a", limit=2, newest_first=True, after=first.next_key)

        assert [row["sk"] for row in first.items + rest.items] == ["a3", "a2", "a1"]
        assert rest.next_key is None

    def test_an_index_is_read_up_to_a_key_and_shows_keys_alone(self, table: Table) -> None:
        for sk, expires_at in (("1", "02"), ("2", "01"), ("3", "03"), ("4", "02")):
            item = {"due_bucket": "b", "expires_at": expires_at, "n": 1}
            table.write(Put(key=Key("p", sk), item=item, when=Absent()))
        table.write(Put(key=Key("p", "5"), item={"expires_at": "01"}, when=Absent()))
        first = table.query("b", index=BY_DUE, up_to="02", limit=2)
        rest = table.query("b", index=BY_DUE, up_to="02", limit=2, after=first.next_key)

        assert [row["sk"] for row in first.items + rest.items] == ["2", "1", "4"]
        assert first.items[0] == {"pk": "p", "sk": "2", "due_bucket": "b", "expires_at": "01"}
        assert rest.next_key is None

    def test_an_index_follows_what_is_written(self, table: Table) -> None:
        key = Key("p", "1")
        table.write(Put(key=key, item={"due_bucket": "b", "expires_at": "01"}, when=Absent()))
        assert table.query("b", index=BY_DUE, limit=1).items
        table.write(Update(key=key, set={"due_bucket": "c"}, when=Exists()))

        assert table.query("b", index=BY_DUE, limit=1).items == ()
        assert len(table.query("c", index=BY_DUE, limit=1).items) == 1
        table.write(Update(key=key, remove=("due_bucket",), when=Exists()))
        assert table.query("c", index=BY_DUE, limit=1).items == ()

    def test_reads_of_the_table_ask_for_what_was_just_written(self, world: World) -> None:
        asked: list[bool] = []

        def note(params: dict[str, bool], **_: object) -> None:
            asked.append(params.get("ConsistentRead", False))

        events = world.dynamodb.meta.events
        events.register("provide-client-params.dynamodb", note, unique_id="reads")
        try:
            world.accounts.get(KEY)
            world.accounts.query("p", limit=1)
        finally:
            events.unregister("provide-client-params.dynamodb", unique_id="reads")

        assert asked == [True, True]

    def test_each_write_is_one_call(self, world: World) -> None:
        with counted_calls() as counter:
            world.accounts.write(Put(key=KEY, item={}, when=Absent()))
            world.accounts.write(Update(key=KEY, set={"n": 1}, when=Exists()))
            world.accounts.write(Delete(key=KEY, when=Exists()), Check(key=OTHER, when=Absent()))

        assert counter.names == ["PutItem", "UpdateItem", "TransactWriteItems"]


class TestObjects:
    def test_what_was_put_is_fetched_whole(self, objects: Objects) -> None:
        objects.put("k", b"data", content_type="image/jpeg", backstop="x")
        into = io.BytesIO()

        assert objects.fetch("k", into, max_bytes=4) == 4
        assert into.read() == b"data"

    def test_missing_and_too_large_are_told_apart(self, objects: Objects) -> None:
        objects.put("k", b"data", content_type="image/jpeg", backstop="x")

        with pytest.raises(ObjectMissing):
            objects.fetch("none", io.BytesIO(), max_bytes=4)
        into = io.BytesIO()
        with pytest.raises(ObjectTooLarge):
            objects.fetch("k", into, max_bytes=3)
        assert into.getvalue() == b""

    def test_deleting_what_is_not_there_is_fine(self, objects: Objects) -> None:
        objects.delete("none")

    def test_destroying_takes_everything_below_a_prefix_and_nothing_beside_it(
        self, world: World
    ) -> None:
        for key in ("a/1", "a/2", "ab", "b/1"):
            world.originals.put(key, b"12345", content_type="image/jpeg", backstop="x")
        world.s3.create_multipart_upload(Bucket="originals", Key="a/3")

        assert world.originals.tally("a/") == Tally(3, 10)
        assert world.originals.destroy("a/") == Tally(3, 10)
        assert world.originals.tally("a/") == Tally()
        assert world.objects() == {"originals/ab", "originals/b/1"}

    def test_what_is_destroyed_is_what_was_listed(self, objects: Objects) -> None:
        for key in ("a/2", "a/1", "b"):
            objects.put(key, b"12345", content_type="image/jpeg", backstop="x")
        listed = list(objects.list_stored("a/"))

        assert [(one.key, one.size_bytes) for one in listed] == [("a/1", 5), ("a/2", 5)]
        assert len(list(objects.list_stored())) == 3
        assert objects.destroy("a/") == Tally(2, 10)
        assert [one.key for one in objects.list_stored()] == ["b"]

    def test_listing_tells_of_unfinished_uploads_and_of_times(self, world: World) -> None:
        world.originals.put("a", b"1", content_type="image/jpeg", backstop="x")
        world.s3.create_multipart_upload(Bucket="originals", Key="b")

        listed = list(world.originals.list_stored())
        assert [one.key for one in listed] == ["a", "b"]
        assert all(one.stored_at.tzinfo is UTC for one in listed)

    def test_copies_stay_when_the_first_goes(self, objects: Objects) -> None:
        objects.put("a", b"12345", content_type="image/jpeg", backstop="x")
        objects.copy("a", "b", backstop="y")
        objects.delete("a")

        assert objects.tally("") == Tally(1, 5)
        with pytest.raises(ObjectMissing):
            objects.copy("a", "b", backstop="y")

    def test_destroying_takes_old_versions_and_markers_too(self, world: World) -> None:
        world.s3.put_bucket_versioning(
            Bucket="originals", VersioningConfiguration={"Status": "Enabled"}
        )
        world.originals.put("k", b"old", content_type="image/jpeg", backstop="x")
        world.originals.put("k", b"new", content_type="image/jpeg", backstop="x")
        world.originals.delete("k")
        world.originals.destroy("k")

        listed = world.s3.list_object_versions(Bucket="originals")
        assert "Versions" not in listed
        assert "DeleteMarkers" not in listed

    def test_destroying_more_than_one_batch(self, world: World) -> None:
        for number in range(1003):
            world.s3.put_object(Bucket="originals", Key=f"k/{number}", Body=b"")

        assert world.originals.destroy("k/").objects == 1003

    def test_backstop_is_a_tag_that_can_be_changed_below_a_prefix(self, world: World) -> None:
        for key in ("a/1", "a/2", "b"):
            world.renditions.put(key, b"1", content_type="image/jpeg", backstop="early")
        world.s3.create_multipart_upload(Bucket="renditions", Key="a/3")
        world.renditions.copy("b", "c", backstop="own")
        world.renditions.retag("a/", backstop="late")

        tags = {
            key: world.s3.get_object_tagging(Bucket="renditions", Key=key)["TagSet"]
            for key in ("a/1", "a/2", "b", "c")
        }
        late, early = (
            [{"Key": BACKSTOP_TAG, "Value": "late"}],
            [{"Key": BACKSTOP_TAG, "Value": "early"}],
        )
        own = [{"Key": BACKSTOP_TAG, "Value": "own"}]
        assert tags == {"a/1": late, "a/2": late, "b": early, "c": own}

    def test_presigning_asks_nobody(self, world: World) -> None:
        with counted_calls() as counter:
            world.originals.presign_download("k", filename="f", lifetime=timedelta(minutes=5))
            world.originals.presign_upload(
                "k", content_type="image/png", max_bytes=1, sha256=None, lifetime=timedelta(1)
            )
        assert counter.names == []


def test_crash_is_survived_by_no_handler_of_ours() -> None:
    assert not issubclass(Crash, Exception)
