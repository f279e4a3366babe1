"""Moving a guest's photos, and ending a guest, killed at each AWS call in turn and tried again."""

from datetime import timedelta
from itertools import count

import pytest

from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import renditions_prefix
from chalicelib.photos.model import LEASE, PhotoState
from chalicelib.retention.model import GUEST_MARGIN
from tests.faults import Fault, counted_calls
from tests.guests import ENDS_AT, add_photo, come, log_in_as, sweep, upload
from tests.photos.test_crashes import run_into
from tests.world import World, running_world


def prepare_join(world: World) -> tuple[UserId, UserId, PhotoId]:
    alice = world.log_in()
    guest = come(world)
    photo_id = add_photo(world, guest)
    log_in_as(world, guest)
    return alice, guest.user_id, photo_id


def assert_moved(world: World, alice: UserId, photo_id: PhotoId, nth: int) -> None:
    photo = world.library.get_photo(alice, photo_id).photo
    assert photo.state is PhotoState.READY, nth
    assert world.objects() == {
        f"renditions/{renditions_prefix(alice, photo_id)}{name}.jpg"
        for name in ("full", "preview", "thumb")
    }, nth
    assert world.granting.get_limits(alice).used_photos == 1, nth


@pytest.mark.parametrize("fault", Fault)
class TestKilledMove:
    def test_next_call_finishes_it(self, fault: Fault) -> None:
        for nth in count(1):
            with running_world() as world:
                alice, _, photo_id = prepare_join(world)
                has_fired = run_into(world, bring, (alice, photo_id), fault, nth)
                world.clock.sleep(LEASE)
                world.arrivals.bring_photos(alice)
                sweep(world)

                assert_moved(world, alice, photo_id, nth)
            if not has_fired:
                break
        assert nth > 12

    def test_sweep_finishes_what_nobody_repeats_and_ends_the_guest(self, fault: Fault) -> None:
        # The second call makes the guest due; before it, the guest's own end does.
        for nth in count(3):
            with running_world() as world:
                alice, guest_id, photo_id = prepare_join(world)
                has_fired = run_into(world, bring, (alice, photo_id), fault, nth)
                for _ in range(3):
                    world.clock.advance(minutes=30)
                    sweep(world)

                assert guest_id not in world.dump(), nth
                assert_moved(world, alice, photo_id, nth)
            if not has_fired:
                break


def bring(world: World, user_id: UserId, _: PhotoId) -> object:
    return world.arrivals.bring_photos(user_id)


def end(world: World, guest_id: UserId, _: PhotoId) -> None:
    world.photo_services.guests.end_guest(guest_id)


@pytest.mark.parametrize("fault", Fault)
class TestKilledEnding:
    def test_next_sweep_leaves_nothing(self, fault: Fault) -> None:
        for nth in count(1):
            with running_world() as world:
                guest = come(world)
                add_photo(world, guest)
                world.clock.sleep(timedelta(days=7) - timedelta(hours=1))
                photo_id = upload(world, guest, key="late")
                world.clock.sleep(ENDS_AT + GUEST_MARGIN - world.clock.now())
                has_fired = run_into(world, end, (guest.user_id, photo_id), fault, nth)
                sweep(world)

                assert world.objects() == set(), nth
                assert guest.user_id not in world.dump(), nth
            if not has_fired:
                break
        assert nth > 12

    def test_one_who_registered_loses_nothing(self, fault: Fault) -> None:
        for nth in count(1):
            with running_world() as world:
                guest = come(world)
                photo_id = add_photo(world, guest)
                log_in_as(world, guest)
                world.clock.sleep(ENDS_AT + GUEST_MARGIN - world.clock.now())
                has_fired = run_into(world, end, (guest.user_id, photo_id), fault, nth)
                sweep(world)

                assert len(world.objects()) == 3, nth
                assert world.library.get_photo(guest.user_id, photo_id), nth
            if not has_fired:
                break


class TestCost:
    def test_a_photo_moves_in_sixteen_calls(self) -> None:
        with running_world() as world:
            alice, _, _ = prepare_join(world)
            with counted_calls() as counter:
                world.arrivals.bring_photos(alice)

            assert len(counter.names) <= 3 + 16
