"""A worker, a deletion and a sweep, killed at each of their AWS calls in turn, then tried again.

After the ordinary redelivery there is always the same end: one terminal state, the renditions of a
ready photo and nothing else, no original (FD.1, FD.3).
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest

from chalicelib.errors import AppError
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import rendition_object, renditions_prefix
from chalicelib.photos.model import PhotoState
from tests.faults import Crash, Fault, counted_calls
from tests.world import JPEG, World, running_world, upload_event

Step = Callable[[World, UserId, PhotoId], object]


def deliver(world: World, user_id: UserId, photo_id: PhotoId) -> object:
    return world.deliver(user_id, photo_id)


def delete(world: World, user_id: UserId, photo_id: PhotoId) -> object:
    return world.deletion.delete_photo(user_id, photo_id)


def expire(world: World, user_id: UserId, photo_id: PhotoId) -> object:
    return world.expiry.expire_photos(within=timedelta(hours=1))


def prepare(world: World, data: bytes, *, is_processed: bool) -> tuple[UserId, PhotoId]:
    user_id = world.log_in()
    photo_id = world.upload(user_id, data=data)
    if is_processed:
        world.deliver(user_id, photo_id)
    return user_id, photo_id


def run_into(
    world: World, step: Step, owner: tuple[UserId, PhotoId], fault: Fault, nth: int
) -> bool:
    """Run a step into its nth fault; returns whether it has that many calls."""
    with counted_calls(fault, nth) as counter, suppress(Crash, AppError):
        step(world, *owner)
    return counter.fired


def redeliver(world: World, owner: tuple[UserId, PhotoId]) -> None:
    """What SQS does: the message comes again once its wait is over, until it is done."""
    for attempt in (2, 3):
        world.clock.advance(minutes=6)
        if world.deliver(*owner, attempt=attempt) == {"batchItemFailures": []}:
            return


@pytest.mark.parametrize("fault", Fault)
class TestKilledWorker:
    def test_accepted_photo_always_ends_ready(self, fault: Fault) -> None:
        for nth in count(1):
            with running_world() as world:
                owner = prepare(world, JPEG, is_processed=False)
                has_fired = run_into(world, deliver, owner, fault, nth)
                redeliver(world, owner)

                shown = world.library.get_photo(*owner)
                assert shown.photo.state is PhotoState.READY, nth
                assert shown.photo.original_deleted_at is not None, nth
                assert world.objects() == {
                    f"renditions/{renditions_prefix(*owner)}{name}.jpg"
                    for name in ("full", "preview", "thumb")
                }, nth
            if not has_fired:
                break
        assert nth > 8

    def test_refused_photo_always_ends_rejected_with_nothing_left(self, fault: Fault) -> None:
        for nth in count(1):
            with running_world() as world:
                owner = prepare(world, b"%PDF-1.7", is_processed=False)
                has_fired = run_into(world, deliver, owner, fault, nth)
                redeliver(world, owner)

                shown = world.library.get_photo(*owner)
                assert shown.photo.state is PhotoState.REJECTED, nth
                assert world.objects() == set(), nth
            if not has_fired:
                break
        assert nth > 5

    def test_photo_deleted_after_the_crash_leaves_nothing(self, fault: Fault) -> None:
        for nth in count(1):
            with running_world() as world:
                owner = prepare(world, JPEG, is_processed=False)
                has_fired = run_into(world, deliver, owner, fault, nth)
                world.deletion.delete_photo(*owner)
                redeliver(world, owner)

                assert world.objects() == set(), nth
                assert world.photo_store.find(*owner) is None, nth
            if not has_fired:
                break


def give_up(world: World, user_id: UserId, photo_id: PhotoId) -> object:
    return world.worker.give_up_uploads(upload_event(user_id, photo_id))


@pytest.mark.parametrize("fault", Fault)
class TestKilledGivingUp:
    def test_photo_always_ends_failed_with_nothing_left(self, fault: Fault) -> None:
        for nth in count(1):
            with running_world() as world:
                owner = prepare(world, JPEG, is_processed=False)
                world.renditions.put(
                    rendition_object(*owner, "full"),
                    b"of a worker that died",
                    content_type="x",
                    backstop="x",
                )
                has_fired = run_into(world, give_up, owner, fault, nth)
                give_up(world, *owner)

                assert world.library.get_photo(*owner).photo.state is PhotoState.FAILED, nth
                assert world.objects() == set(), nth
            if not has_fired:
                break
        assert nth > 7


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("is_processed", [False, True])
class TestKilledDeletion:
    def test_repeating_it_finishes_it(self, fault: Fault, is_processed: bool) -> None:
        for nth in count(1):
            with running_world() as world:
                owner = prepare(world, JPEG, is_processed=is_processed)
                has_fired = run_into(world, delete, owner, fault, nth)
                world.deletion.delete_photos(owner[0], [owner[1]])

                assert world.objects() == set(), nth
                assert world.photo_store.find(*owner) is None, nth
            if not has_fired:
                break
        assert nth > 7

    def test_sweep_finishes_what_nobody_repeats(self, fault: Fault, is_processed: bool) -> None:
        for nth in count(2):
            with running_world() as world:
                owner = prepare(world, JPEG, is_processed=is_processed)
                has_fired = run_into(world, delete, owner, fault, nth)
                expire(world, *owner)

                assert world.objects() == set(), nth
                assert world.photo_store.find(*owner) is None, nth
            if not has_fired:
                break


def prepare_sweep(world: World) -> tuple[UserId, PhotoId, PhotoId]:
    """One photo whose upload nobody processed for a day, and a young one."""
    user_id = world.log_in()
    due = world.upload(user_id)
    world.clock.advance(hours=24)
    return user_id, due, world.upload(user_id, key="young")


@pytest.mark.parametrize("fault", Fault)
class TestKilledSweep:
    def test_next_run_finishes_it_and_takes_nothing_early(self, fault: Fault) -> None:
        with running_world() as world:
            owner = prepare_sweep(world)[:2]
            with counted_calls() as counter:
                expire(world, *owner)
        # Of the many empty queries the first stands for all.
        telling = [n for n, name in enumerate(counter.names, 1) if n == 2 or name != "Query"]
        assert len(telling) > 7

        for nth in telling:
            with running_world() as world:
                user_id, due, young = prepare_sweep(world)
                assert run_into(world, expire, (user_id, due), fault, nth)
                expire(world, user_id, due)

                assert world.photo_store.find(user_id, due) is None, nth
                assert world.photo_store.find(user_id, young) is not None, nth
                assert len(world.objects()) == 1, nth


class TestKilledGrant:
    @pytest.mark.parametrize("fault", Fault)
    def test_repeat_with_the_same_key_gives_one_photo(self, fault: Fault) -> None:
        with running_world() as world:
            user_id = world.log_in()
            with counted_calls(fault, 1), pytest.raises((Crash, AppError)):
                world.grant(user_id)

            world.grant(user_id)
            assert len(world.photo_store.list_page(user_id, limit=10, after=None).photos) == 1
            assert world.granting.get_limits(user_id).used_photos == 1
