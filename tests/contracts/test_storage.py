"""The ports Table and Objects, as the capabilities rely on them."""

import io
from datetime import timedelta

import pytest

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
    ObjectTooLarge,
    Put,
    Tally,
    Update,
)
from tests.faults import Crash, counted_calls
from tests.world import World

KEY, OTHER = Key("a", "1"), Key("a", "2")


class TestTable:
    def test_values_come_back_as_they_went(self, world: World) -> None:
        item = {
            "text": "文字",
            "number": 12345678901234567890,
            "yes": True,
            "raw": b"\x00\xff",
            "nothing": None,
            "list": [1, "a", {"deep": b"x"}],
        }
        world.accounts.write(Put(key=KEY, item=item, when=Absent()))

        assert world.accounts.get(KEY) == {"pk": "a", "sk": "1", **item}
        assert world.accounts.get(OTHER) is None

    def test_failed_condition_shows_the_row_and_writes_nothing(self, world: World) -> None:
        world.accounts.write(Put(key=KEY, item={"n": 1}, when=Absent()))

        with pytest.raises(ConditionFailed) as failure:
            world.accounts.write(Put(key=KEY, item={"n": 2}, when=Absent()))
        assert failure.value.item == {"pk": "a", "sk": "1", "n": 1}
        assert world.accounts.get(KEY) == failure.value.item

    def test_transaction_is_all_or_nothing_and_names_the_refusal(self, world: World) -> None:
        world.accounts.write(Put(key=OTHER, item={"n": 1}, when=Absent()))

        with pytest.raises(ConditionFailed) as failure:
            world.accounts.write(
                Put(key=KEY, item={}, when=Absent()),
                Check(key=OTHER, when=Compare("n", "=", 2)),
            )
        assert (failure.value.index, failure.value.item) == (1, {"pk": "a", "sk": "2", "n": 1})
        assert world.accounts.get(KEY) is None

    def test_update_sets_adds_removes_and_returns_the_row(self, world: World) -> None:
        world.accounts.write(Put(key=KEY, item={"old": 1, "count": 5}, when=ALWAYS))

        row = world.accounts.write(
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
        self, world: World, condition: AllOf, holds: bool
    ) -> None:
        world.accounts.write(Put(key=KEY, item={"n": 5}, when=ALWAYS))
        try:
            world.accounts.write(Delete(key=KEY, when=condition))
            happened = True
        except ConditionFailed:
            happened = False

        assert happened is holds

    def test_query_pages_in_order_within_a_prefix(self, world: World) -> None:
        for sk in ("a1", "a2", "a3", "b1"):
            world.accounts.write(Put(key=Key("p", sk), item={}, when=Absent()))
        first = world.accounts.query("p", prefix="a", limit=2, newest_first=True)
        rest = world.accounts.query(
            "p", prefix="a", limit=2, newest_first=True, after=first.next_key
        )

        assert [row["sk"] for row in first.items + rest.items] == ["a3", "a2", "a1"]
        assert rest.next_key is None

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
    def test_what_was_put_is_fetched_whole(self, world: World) -> None:
        world.originals.put("k", b"data", content_type="image/jpeg")
        into = io.BytesIO()

        assert world.originals.fetch("k", into, max_bytes=4) == 4
        assert into.read() == b"data"

    def test_missing_and_too_large_are_told_apart(self, world: World) -> None:
        world.originals.put("k", b"data", content_type="image/jpeg")

        with pytest.raises(ObjectMissing):
            world.originals.fetch("none", io.BytesIO(), max_bytes=4)
        into = io.BytesIO()
        with pytest.raises(ObjectTooLarge):
            world.originals.fetch("k", into, max_bytes=3)
        assert into.getvalue() == b""

    def test_deleting_what_is_not_there_is_fine(self, world: World) -> None:
        world.originals.delete("none")

    def test_destroying_takes_everything_below_a_prefix_and_nothing_beside_it(
        self, world: World
    ) -> None:
        for key in ("a/1", "a/2", "ab", "b/1"):
            world.originals.put(key, b"12345", content_type="image/jpeg")
        world.s3.create_multipart_upload(Bucket="originals", Key="a/3")

        assert world.originals.tally("a/") == Tally(3, 10)
        assert world.originals.destroy("a/") == Tally(3, 10)
        assert world.originals.tally("a/") == Tally()
        assert world.objects() == {"originals/ab", "originals/b/1"}

    def test_destroying_takes_old_versions_and_markers_too(self, world: World) -> None:
        world.s3.put_bucket_versioning(
            Bucket="originals", VersioningConfiguration={"Status": "Enabled"}
        )
        world.originals.put("k", b"old", content_type="image/jpeg")
        world.originals.put("k", b"new", content_type="image/jpeg")
        world.originals.delete("k")
        world.originals.destroy("k")

        listed = world.s3.list_object_versions(Bucket="originals")
        assert "Versions" not in listed
        assert "DeleteMarkers" not in listed

    def test_destroying_more_than_one_batch(self, world: World) -> None:
        for number in range(1003):
            world.s3.put_object(Bucket="originals", Key=f"k/{number}", Body=b"")

        assert world.originals.destroy("k/").objects == 1003

    def test_presigning_asks_nobody(self, world: World) -> None:
        with counted_calls() as counter:
            world.originals.presign_download("k", filename="f", lifetime=timedelta(minutes=5))
            world.originals.presign_upload(
                "k", content_type="image/png", max_bytes=1, sha256=None, lifetime=timedelta(1)
            )
        assert counter.names == []


def test_crash_is_survived_by_no_handler_of_ours() -> None:
    assert not issubclass(Crash, Exception)
