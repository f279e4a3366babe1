"""Faults at each call of upload, processing, deletion and expiry in turn, then nothing but the
ordinary schedules: no client repeats, no message comes again by itself.
"""

from collections.abc import Callable
from functools import partial
from itertools import count

import pytest

from chalicelib.clock import to_iso
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import sweep_cursor_key
from chalicelib.retention.schedule import SWEEP_EVERY
from chalicelib.storage import ALWAYS, Put
from tests.faults import Fault
from tests.photo_world import JPEG
from tests.photos.invariants import Faulty, find_broken, run_schedules

Step = Callable[[Faulty, UserId, PhotoId], object]


def upload(world: Faulty, user_id: UserId, _: PhotoId) -> object:
    return world.upload(user_id, key="another", data=JPEG)


def process(world: Faulty, user_id: UserId, photo_id: PhotoId) -> object:
    return world.deliver(user_id, photo_id)


def refuse(world: Faulty, user_id: UserId, _: PhotoId) -> object:
    return world.deliver(user_id, world.upload(user_id, key="refused", data=b"%PDF-1.7"))


def delete(world: Faulty, user_id: UserId, photo_id: PhotoId) -> object:
    return world.deletion.delete_photo(user_id, photo_id)


def expire(world: Faulty, user_id: UserId, photo_id: PhotoId) -> object:
    photo = world.photo_store.find(user_id, photo_id)
    assert photo
    world.clock.sleep(photo.expires_at - world.clock.now())
    swept_until = to_iso(photo.expires_at.replace(minute=0, second=0, microsecond=0))
    row = {"swept_until": swept_until}
    world.rows.write(Put(key=sweep_cursor_key(), item=row, when=ALWAYS))
    return world.expiry.expire_photos(within=SWEEP_EVERY)


@pytest.mark.parametrize("is_processed", [False, True])
@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("step", [upload, process, refuse, delete, expire])
def test_nothing_is_left_that_should_not_be(step: Step, fault: Fault, is_processed: bool) -> None:
    for nth in count(1):
        world = Faulty()
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        if is_processed:
            world.deliver(user_id, photo_id)
        has_fired = world.calls.run_into(partial(step, world, user_id, photo_id), fault, nth)
        run_schedules(world, hours=0.5)
        assert find_broken(world) == [], nth

        world.clock.advance(hours=25)
        run_schedules(world, hours=0.25)
        assert find_broken(world) == [], nth
        assert list(world.buckets["originals"].list_stored()) == [], nth
        if not has_fired:
            break
    assert nth > 2


class TestTheCheckerItself:
    @pytest.fixture
    def world(self) -> Faulty:
        return Faulty()

    def test_finds_an_original_that_stayed(self, world: Faulty) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        world.deliver(user_id, photo_id)
        world.put_original(user_id, photo_id)
        world.clock.advance(minutes=11)

        assert len(find_broken(world)) == 1

    def test_finds_objects_without_a_row_and_rows_without_objects(self, world: Faulty) -> None:
        user_id = world.log_in()
        first = world.upload(user_id)
        world.deliver(user_id, first)
        stored = [one.key for one in world.buckets["renditions"].list_stored()]
        for key in stored:
            world.buckets["renditions"].copy(key, key.replace(first, "0" * 36), backstop="")
            world.buckets["renditions"].delete(key)

        assert len(find_broken(world)) == 1 + len(stored)

    def test_finds_a_row_past_its_time(self, world: Faulty) -> None:
        world.grant(world.log_in())
        world.clock.advance(days=2)

        assert len(find_broken(world)) == 1
