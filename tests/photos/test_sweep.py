"""The sweep of what is due: shard by shard, as often as needed, killed anywhere."""

import json
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from chalicelib.clock import from_iso, to_iso
from chalicelib.errors import Unavailable
from chalicelib.ids import UserId, uuid7
from chalicelib.keys import DUE_SHARDS, due_shard, photo_key, renditions_prefix, sweep_cursor_key
from chalicelib.photos.model import Photo
from chalicelib.storage import ALWAYS, Delete, Put, Tally
from tests.faults import Crash
from tests.memory import MemoryObjects
from tests.photos.stock import Ports, Stock, moments
from tests.world import sqs_event

HOUR = timedelta(hours=1)
PLENTY = timedelta(hours=1)


@pytest.fixture
def stock() -> Stock:
    return Stock()


def user(stock: Stock) -> UserId:
    return UserId(uuid7(stock.clock.now(), stock.entropy))


def fill(stock: Stock, photos: int, *, every: timedelta = timedelta(minutes=1)) -> list[Photo]:
    """Store photos, one after the other, and start the sweep's cursor where they begin."""
    owner, times = user(stock), moments(stock.clock.now(), every)
    stored = [stock.add(owner, at) for at, _ in zip(times, range(photos), strict=False)]
    begin_sweeping(stock, stored[0])
    return stored


def begin_sweeping(stock: Stock, first: Photo) -> None:
    hour = first.expires_at.replace(minute=0, second=0, microsecond=0)
    row = {"swept_until": to_iso(hour)}
    stock.photos.write(Put(key=sweep_cursor_key(), item=row, when=ALWAYS))


def go_to_end_of(stock: Stock, photo: Photo, *, late: timedelta = timedelta()) -> None:
    stock.clock.sleep(photo.expires_at + late - stock.clock.now())


def left(stock: Stock) -> set[str]:
    return {key.sk.removeprefix("PHOTO#") for key in stock.photos.rows if "PHOTO#" in key.sk}


def shard_event(shard: int) -> dict[str, Any]:
    return sqs_event(json.dumps({"shard": shard}))


class TestOneRun:
    def test_takes_everything_due_and_nothing_else(self, stock: Stock) -> None:
        photos = fill(stock, 300)
        go_to_end_of(stock, photos[199])

        destroyed = stock.expiry().expire_photos(within=PLENTY)

        assert (destroyed.photos, destroyed.objects) == (200, 600)
        assert left(stock) == {photo.id for photo in photos[200:]}
        assert len(stock.pictures()) == 300

    def test_tells_how_many_went_and_that_nothing_is_late(self, stock: Stock) -> None:
        photos = fill(stock, 10)
        go_to_end_of(stock, photos[-1])
        stock.expiry().expire_photos(within=PLENTY)

        lines = {line["message"]: line for line in stock.log.lines}
        assert lines["photos_expired"]["count"] == 10
        assert lines["sweep_ended"]["age_s"] == 0

    def test_reads_no_hour_twice_once_it_is_done(self, stock: Stock) -> None:
        photos = fill(stock, 50)
        go_to_end_of(stock, photos[-1], late=100 * HOUR)
        stock.expiry().expire_photos(within=PLENTY)
        ports = Ports()
        stock.expiry(ports).expire_photos(within=PLENTY)

        assert ports.calls <= 1 + DUE_SHARDS * 3

    def test_goes_on_where_the_cursor_of_an_earlier_release_was(self, stock: Stock) -> None:
        [photo] = fill(stock, 1)
        go_to_end_of(stock, photo, late=50 * HOUR)

        assert stock.expiry().expire_photos(within=PLENTY).photos == 1
        cursor = stock.photos.rows[sweep_cursor_key()][f"swept_until_{due_shard(photo.id):02}"]
        assert stock.clock.now() - 3 * HOUR < from_iso(cursor) <= stock.clock.now() - 2 * HOUR


class TestCost:
    def test_reads_follow_what_expired_and_not_what_is_stored(self) -> None:
        calls = []
        for stored in (200, 2000):
            stock, ports = Stock(), Ports()
            photos = fill(stock, stored, every=timedelta(seconds=20))
            go_to_end_of(stock, photos[99])
            assert stock.expiry(ports).expire_photos(within=PLENTY).photos == 100
            calls.append(ports.calls)

        assert calls[1] <= calls[0] * 1.05


class TestWhatResists:
    class Stubborn(MemoryObjects):
        def __init__(self, stock: Stock) -> None:
            super().__init__(stock.clock)
            self.stuck = ""

        def destroy(self, prefix: str) -> Tally:
            if prefix == self.stuck:
                raise Unavailable
            return super().destroy(prefix)

    @pytest.fixture
    def stubborn(self, stock: Stock) -> "TestWhatResists.Stubborn":
        stock.renditions = found = self.Stubborn(stock)
        return found

    def test_keeps_nothing_else_waiting_and_is_met_again(
        self, stock: Stock, stubborn: "TestWhatResists.Stubborn"
    ) -> None:
        photos = fill(stock, 30)
        stubborn.stuck = renditions_prefix(photos[0].user_id, photos[0].id)
        go_to_end_of(stock, photos[-1])
        stock.expiry().expire_photos(within=PLENTY)
        assert left(stock) == {photos[0].id}

        stock.clock.advance(days=3)
        stock.expiry().expire_photos(within=PLENTY)
        assert left(stock) == {photos[0].id}
        stubborn.stuck = ""
        stock.expiry().expire_photos(within=PLENTY)
        assert left(stock) == set()
        assert stock.pictures() == []

    def test_is_told_of_with_its_age(
        self, stock: Stock, stubborn: "TestWhatResists.Stubborn"
    ) -> None:
        [photo] = fill(stock, 1)
        stubborn.stuck = renditions_prefix(photo.user_id, photo.id)
        for late in (1, 5):
            go_to_end_of(stock, photo, late=late * HOUR)
            stock.expiry().expire_photos(within=PLENTY)

        ages = [line["age_s"] for line in stock.log.lines if line["message"] == "sweep_ended"]
        failed = [line for line in stock.log.lines if line["message"] == "expiry_failed"]
        assert ages == [3600, 5 * 3600]
        assert [line["photo_id"] for line in failed] == [photo.id] * 2
        assert failed[0]["error"] == "Unavailable"


class TestMoreThanARunCanDo:
    def test_is_handed_over_shard_by_shard(self, stock: Stock) -> None:
        photos = fill(stock, 200)
        go_to_end_of(stock, photos[-1], late=HOUR)

        assert stock.expiry().expire_photos(within=timedelta()).photos == 0
        shards = sorted(json.loads(body)["shard"] for body in stock.queue.sent)
        assert shards == sorted({due_shard(photo.id) for photo in photos})
        assert stock.log.lines[-1]["age_s"] == int(
            (stock.clock.now() - photos[0].expires_at).total_seconds()
        )

    def test_is_worked_off_by_a_worker_a_shard(self, stock: Stock) -> None:
        photos = fill(stock, 200)
        go_to_end_of(stock, photos[-1])
        stock.expiry().expire_photos(within=timedelta())
        for body in stock.queue.sent:
            answer = stock.expiry().expire_shards(sqs_event(body), within=PLENTY)
            assert answer == {"batchItemFailures": []}

        assert left(stock) == set()
        stock.queue.sent.clear()
        stock.expiry().expire_photos(within=PLENTY)
        assert stock.queue.sent == []

    def test_a_worker_takes_its_own_shard_alone_and_nothing_early(self, stock: Stock) -> None:
        photos = fill(stock, 100)
        go_to_end_of(stock, photos[49])
        shard = due_shard(photos[0].id)
        for _ in range(2):
            stock.expiry().expire_shards(shard_event(shard), within=PLENTY)

        gone = {photo.id for photo in photos if photo.id not in left(stock)}
        assert gone == {photo.id for photo in photos[:50] if due_shard(photo.id) == shard}

    @pytest.mark.parametrize("body", ["{", "{}", '{"shard": 16}', '{"shard": -1}', "[]"])
    def test_a_message_that_names_no_shard_comes_back(self, stock: Stock, body: str) -> None:
        fill(stock, 1)

        answer = stock.expiry().expire_shards(sqs_event(body), within=PLENTY)

        assert answer["batchItemFailures"] == [{"itemIdentifier": "message-1"}]

    def test_nothing_is_handed_over_while_there_is_time(self, stock: Stock) -> None:
        photos = fill(stock, 50)
        go_to_end_of(stock, photos[-1])
        stock.expiry().expire_photos(within=PLENTY)

        assert stock.queue.sent == []


def sweep_killed_at_random(stock: Stock, random: Random, *, photos: int) -> int:
    """Sweep until nothing is due, each run killed after some call of a port; return the runs."""
    deaths = max(photos // 50, 5)
    for run in range(deaths):
        service = stock.expiry(Ports(random.randrange(1, 16 * photos // deaths)))
        try:
            service.expire_photos(within=PLENTY)
        except Crash:
            stock.clock.advance(seconds=1)
        else:
            return run + 1
    stock.expiry().expire_photos(within=PLENTY)
    return deaths + 1


def check_killed_sweeps(seed: int, photos: int) -> int:
    """Kill sweeps of a library at random points: the same end, nothing early, nothing left."""
    stock, random = Stock(), Random(seed)
    stored = fill(stock, photos, every=timedelta(hours=24) / photos)
    due = stored[: photos * 2 // 3]
    go_to_end_of(stock, due[-1])
    runs = sweep_killed_at_random(stock, random, photos=len(due))
    kept = {photo.id for photo in stored if stock.clock.now() < photo.expires_at}
    stock.expiry().expire_photos(within=PLENTY)

    assert left(stock) == kept
    objects = {stored.key.rsplit("/", 2)[1] for stored in stock.pictures()}
    assert objects == kept
    assert len(stock.pictures()) == 3 * len(kept)
    return runs


class TestKilledAtRandom:
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_the_same_end_nothing_early_nothing_left(self, seed: int) -> None:
        assert check_killed_sweeps(seed, photos=1500) > 5

    def test_a_row_that_went_by_itself_stops_nobody(self, stock: Stock) -> None:
        photos = fill(stock, 3)
        go_to_end_of(stock, photos[-1])
        stock.photos.write(Delete(key=photo_key(photos[0].user_id, photos[0].id), when=ALWAYS))

        assert stock.expiry().expire_photos(within=PLENTY).photos == 2
