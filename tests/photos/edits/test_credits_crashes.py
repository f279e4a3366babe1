"""Edits that cost credits, in any order of events, and killed at each call in turn.

What follows a death is what follows in life: the client repeats, the message comes again, the
schedule runs.
"""

from functools import partial
from itertools import count, permutations

import pytest

from chalicelib.payments.ledger import Balance
from chalicelib.photos.edits.model import EditState
from tests.faults import Fault
from tests.memory_world import MemoryWorld
from tests.photos.edits.editing import (
    DONE,
    deliver,
)
from tests.photos.edits.paying import (
    BOUGHT,
    DENOISE,
    Step,
    ask,
    deleted,
    end,
    holdings,
    made,
    refused,
    rich_photo,
    settle,
    waited,
)


@pytest.fixture
def world() -> MemoryWorld:
    world = MemoryWorld()
    world.is_selling = True
    return world


class TestAnyOrder:
    @pytest.mark.parametrize("steps", list(permutations([made, refused, deleted, waited])))
    def test_whatever_comes_first_decides_and_nothing_stays_held(
        self, world: MemoryWorld, steps: tuple[Step, ...]
    ) -> None:
        photo = rich_photo(world)
        edit = ask(world, photo)
        for step in (*steps, *steps):
            step(world, photo, edit)

        spent = DENOISE if steps[0] is made else 0
        assert end(world, photo) == Balance(available=BOUGHT - spent)


@pytest.mark.parametrize("fault", Fault)
class TestKilled:
    def test_request_reserves_once_and_its_edit_is_made(self, fault: Fault) -> None:
        for nth in count(1):
            world = MemoryWorld()
            photo = rich_photo(world)
            has_fired = world.calls.run_into(partial(ask, world, photo), fault, nth)
            edit = ask(world, photo)
            assert holdings(world, photo).held == DENOISE, nth
            assert deliver(world, edit) == DONE, nth

            assert end(world, photo) == Balance(available=BOUGHT - DENOISE), nth
            if not has_fired:
                break
        assert nth > 4

    def test_request_that_nobody_repeats_costs_nothing_unless_it_is_made(
        self, fault: Fault
    ) -> None:
        for nth in count(1):
            world = MemoryWorld()
            photo = rich_photo(world)
            has_fired = world.calls.run_into(partial(ask, world, photo), fault, nth)
            left = end(world, photo)

            edits = world.edits.store.list_edits(photo.user_id, photo.photo_id)
            spent = sum(one.credits for one in edits if one.state is EditState.READY)
            assert left == Balance(available=BOUGHT - spent), nth
            if not has_fired:
                break

    @pytest.mark.parametrize("step", [made, refused, deleted])
    def test_worker_leaves_nothing_held_and_nothing_paid_twice(
        self, fault: Fault, step: Step
    ) -> None:
        for nth in count(1):
            world = MemoryWorld()
            photo = rich_photo(world)
            edit = ask(world, photo)
            has_fired = world.calls.run_into(partial(step, world, photo, edit), fault, nth)
            world.darkroom.failure = None
            world.clock.advance(minutes=6)
            left = end(world, photo)

            edits = world.edits.store.list_edits(photo.user_id, photo.photo_id)
            spent = sum(one.credits for one in edits if one.state is EditState.READY)
            assert left == Balance(available=BOUGHT - spent), nth
            if not has_fired:
                break
        assert nth > 3

    @pytest.mark.parametrize("is_made", [True, False])
    def test_schedule_posts_once(self, fault: Fault, *, is_made: bool) -> None:
        for nth in count(1):
            world = MemoryWorld()
            photo = rich_photo(world)
            edit = ask(world, photo)
            (made if is_made else refused)(world, photo, edit)
            has_fired = world.calls.run_into(partial(settle, world), fault, nth)
            settle(world)

            spent = DENOISE if is_made else 0
            assert holdings(world, photo) == Balance(available=BOUGHT - spent), nth
            if not has_fired:
                break
        assert nth > 3
