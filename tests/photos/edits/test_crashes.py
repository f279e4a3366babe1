"""A worker, a request, a choice and a deletion, killed at each AWS call in turn, then tried again.

After the ordinary redelivery an edit has one end, and nothing is left that its photo does not name.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count

import pytest

from chalicelib.errors import AppError
from chalicelib.ids import EditId, uuid7
from chalicelib.keys import photo_key
from chalicelib.photos.edits.model import EDITS_KEPT, Edit, EditJob, EditState
from chalicelib.photos.edits.store import PhotoChanged
from chalicelib.storage import ALWAYS, Update
from tests.faults import Crash, Fault, counted_calls
from tests.photos.edits.editing import (
    DONE,
    ask,
    current,
    deliver,
    give_up,
    made,
    objects_of,
    ready_photo,
    shown,
)
from tests.world import World, running_world


def run_into(step: Callable[[], object], fault: Fault, nth: int) -> bool:
    """Run a step into its nth fault; returns whether it has that many calls."""
    with counted_calls(fault, nth) as counter, suppress(Crash, AppError, PhotoChanged):
        step()
    return counter.fired


def fill(world: World, photo: EditJob) -> None:
    """Let a photo name as many edits as it may keep, without making them."""
    found = world.photo_store.find(photo.user_id, photo.photo_id)
    assert found
    others = [EditId(uuid7(world.clock.now(), world.entropy)) for _ in range(EDITS_KEPT - 1)]
    key = photo_key(photo.user_id, photo.photo_id)
    world.photos.write(Update(key=key, set={"edits": [*found.edits, *others]}, when=ALWAYS))


def delete_once(world: World, photo: EditJob) -> None:
    world.darkroom.meanwhile = None
    world.deletion.delete_photo(photo.user_id, photo.photo_id)


def redeliver(world: World, edit: Edit) -> None:
    for attempt in (2, 3):
        world.clock.advance(minutes=6)
        if deliver(world, edit, attempt=attempt) == DONE:
            return
    raise AssertionError("never done")


@pytest.mark.parametrize("fault", Fault)
class TestKilledWorker:
    def test_edit_always_ends_ready(self, fault: Fault) -> None:
        for nth in count(1):
            with running_world() as world:
                photo = ready_photo(world)
                edit = ask(world, photo)
                has_fired = run_into(partial(deliver, world, edit), fault, nth)
                redeliver(world, edit)

                assert shown(world, edit).state is EditState.READY, nth
                assert current(world, photo.user_id, photo.photo_id) == edit.id, nth
                assert world.objects() == objects_of(photo, edit), nth
            if not has_fired:
                break
        assert nth > 7

    def test_whatever_made_room_always_goes(self, fault: Fault) -> None:
        for nth in count(7):  # until then it goes as above
            with running_world() as world:
                photo = ready_photo(world)
                oldest = made(world, photo, key="oldest")
                world.edits.history.choose_edit(photo.user_id, photo.photo_id, None)
                fill(world, photo)
                edit = ask(world, photo, key="more", contrast=99)
                has_fired = run_into(partial(deliver, world, edit), fault, nth)
                redeliver(world, edit)

                assert world.objects() == objects_of(photo, edit), nth
                assert world.edits.store.find(oldest.job) is None, nth
            if not has_fired:
                break
        assert nth > 11

    def test_photo_deleted_after_the_crash_leaves_nothing(self, fault: Fault) -> None:
        for nth in count(1):
            with running_world() as world:
                photo = ready_photo(world)
                edit = ask(world, photo)
                has_fired = run_into(partial(deliver, world, edit), fault, nth)
                world.deletion.delete_photo(photo.user_id, photo.photo_id)
                redeliver(world, edit)

                assert world.objects() == set(), nth
                assert world.edits.store.find(edit.job) is None, nth
            if not has_fired:
                break

    def test_worker_killed_over_a_deleted_photo_leaves_nothing(self, fault: Fault) -> None:
        """The photo goes while the worker draws, and the worker dies while it tidies up."""
        for nth in count(4):  # until then there is no deletion
            with running_world() as world:
                photo = ready_photo(world)
                edit = ask(world, photo)
                world.darkroom.meanwhile = partial(delete_once, world, photo)
                has_fired = run_into(partial(deliver, world, edit), fault, nth)
                world.deletion.delete_photos(photo.user_id, [photo.photo_id])
                redeliver(world, edit)

                assert world.objects() == set(), nth
                assert world.edits.store.find(edit.job) is None, nth
            if not has_fired:
                break

    def test_edit_given_up_leaves_nothing(self, fault: Fault) -> None:
        for nth in count(1):
            with running_world() as world:
                photo = ready_photo(world)
                edit = ask(world, photo)
                world.darkroom.failure = RuntimeError("a bug of ours")
                deliver(world, edit)
                has_fired = run_into(partial(give_up, world, edit), fault, nth)
                give_up(world, edit)

                assert shown(world, edit).state is EditState.FAILED, nth
                assert world.objects() == objects_of(photo), nth
            if not has_fired:
                break
        assert nth > 4


@pytest.mark.parametrize("fault", Fault)
class TestKilledRequest:
    def test_repeat_with_the_same_key_asks_once(self, fault: Fault) -> None:
        for nth in count(1):
            with running_world() as world:
                photo = ready_photo(world)
                has_fired = run_into(partial(ask, world, photo), fault, nth)
                edit = ask(world, photo)
                deliver(world, edit)

                assert len(world.edits.store.list_edits(photo.user_id, photo.photo_id)) == 1, nth
                assert current(world, photo.user_id, photo.photo_id) == edit.id, nth
                assert world.edit_queue.sent, nth
            if not has_fired:
                break
        assert nth > 2

    def test_repeated_choice_is_made(self, fault: Fault) -> None:
        for nth in count(1):
            with running_world() as world:
                photo = ready_photo(world)
                edit = made(world, photo)
                owner = (photo.user_id, photo.photo_id)
                choose = world.edits.history.choose_edit
                choose(*owner, None)
                has_fired = run_into(partial(choose, *owner, edit.id), fault, nth)
                choose(*owner, edit.id)

                assert current(world, *owner) == edit.id, nth
            if not has_fired:
                break
        assert nth > 3


@pytest.mark.parametrize("fault", Fault)
class TestKilledDeletion:
    def test_repeating_it_destroys_every_edit(self, fault: Fault) -> None:
        for nth in count(1):
            with running_world() as world:
                photo = ready_photo(world)
                edit = made(world, photo)
                owner = (photo.user_id, photo.photo_id)
                has_fired = run_into(partial(world.deletion.delete_photo, *owner), fault, nth)
                world.deletion.delete_photos(owner[0], [owner[1]])

                assert world.objects() == set(), nth
                assert world.edits.store.find(edit.job) is None, nth
                assert world.photo_store.find(*owner) is None, nth
            if not has_fired:
                break
        assert nth > 8
