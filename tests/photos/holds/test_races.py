"""Holds against whole accounts that end, and against deaths at every call (ST.2, ST.3)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count

import pytest

from chalicelib.errors import NotFound
from chalicelib.photos.errors import DeletionOnHold
from chalicelib.photos.holds.model import PhotoHeld
from chalicelib.photos.ports import StillGuest
from tests.faults import Fault
from tests.memory_world import MemoryWorld
from tests.photos.holds.test_holds import (
    is_there,
    place,
    ready,
    sweep,
    sweep_daily,
    swept_world,
)


@pytest.fixture
def world() -> MemoryWorld:
    return swept_world()


class TestWholeAccounts:
    def test_erasure_waits_and_then_no_hold_can_come(self, world: MemoryWorld) -> None:
        owner = ready(world)
        hold = place(world, *owner)
        with pytest.raises(PhotoHeld):
            world.photos_data.erase(owner[0])
        assert is_there(world, owner)

        world.holds.release(owner[0], hold.id)
        assert world.photos_data.erase(owner[0])["RenditionsBucket"] == 3
        assert owner[0] not in str(world.rows.rows)

    def test_guest_who_is_held_outlives_the_guest_s_end(self, world: MemoryWorld) -> None:
        guest = world.log_in()
        until = world.clock.now() + timedelta(days=7)
        world.guests.guests[guest] = StillGuest(until)
        photo_id = world.grant(guest, guest_until=until)[0].photo.id
        world.put_original(guest, photo_id)
        world.deliver(guest, photo_id)
        hold = place(world, guest)
        sweep_daily(world, 10)
        assert is_there(world, (guest, photo_id))

        world.holds.release(guest, hold.id)
        sweep_daily(world, 2)
        assert world.objects() == set()


@pytest.mark.parametrize("fault", Fault)
class TestKilledAnywhere:
    def test_deletion_and_hold_end_as_one_of_them_came_first(self, fault: Fault) -> None:
        for nth in count(1):
            world = swept_world()
            owner = ready(world)
            fired = world.calls.run_into(partial(world.deletion.delete_photo, *owner), fault, nth)
            is_late = refused(partial(place, world, *owner))
            sweep(world)

            assert is_there(world, owner) == (not is_late), nth
            if not fired:
                break
        assert nth > 5

    def test_release_is_made_up_for_within_a_day(self, fault: Fault) -> None:
        for nth in count(1):
            world = swept_world()
            owner = ready(world)
            hold = place(world, *owner)
            refused(partial(world.deletion.delete_photo, *owner))
            fired = world.calls.run_into(
                partial(world.holds.release, owner[0], hold.id), fault, nth
            )
            is_released = world.holds.list_holds(owner[0])[0].released_at is not None
            sweep_daily(world, 2)

            assert is_there(world, owner) == (not is_released), nth
            if not fired:
                break
        assert nth > 4


def refused(step: Callable[[], object]) -> bool:
    try:
        step()
    except (NotFound, DeletionOnHold):
        return True
    return False
