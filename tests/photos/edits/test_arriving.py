"""A guest's edits come into the account with their photo, and nothing of them stays behind."""

from datetime import timedelta
from functools import partial
from itertools import count

import pytest

from chalicelib.ids import EditId, UserId
from chalicelib.photos.edits.model import Edit, EditJob, EditState, OutputWish
from chalicelib.photos.model import LEASE
from chalicelib.photos.ports import Joined
from chalicelib.retention.model import GUEST_MARGIN
from tests.faults import Fault
from tests.memory_world import MemoryWorld
from tests.photos.edits.editing import ask, current, deliver, made, objects_of


class Move:
    """A guest with a ready photo, and the account that they log in to."""

    def __init__(self) -> None:
        self.world = MemoryWorld()
        self.guest, self.account = self.world.log_in(), self.world.log_in()
        until = self.world.clock.now() + timedelta(days=7)
        photo_id = self.world.grant(self.guest, guest_until=until)[0].photo.id
        self.world.put_original(self.guest, photo_id)
        self.world.deliver(self.guest, photo_id)
        self.photo = EditJob(user_id=self.guest, photo_id=photo_id, edit_id=EditId("none"))
        self.there = EditJob(user_id=self.account, photo_id=photo_id, edit_id=EditId("none"))

    def log_in(self) -> None:
        self.world.guests.guests[self.guest] = Joined(self.account, self.world.clock.now())

    def bring(self) -> tuple[int, int]:
        brought = self.world.arrivals.bring_photos(self.account)
        return brought.photos, brought.waiting

    def sweep(self) -> None:
        """Let the sweeps run that run by themselves until the guest is over."""
        for _ in range(8):
            self.world.clock.advance(minutes=15)
            self.world.expiry.expire_photos(within=timedelta(hours=1))

    def edits(self, owner: UserId) -> tuple[Edit, ...]:
        return self.world.edits.store.list_edits(owner, self.photo.photo_id)

    def moved(self, edit: Edit) -> Edit:
        return next(one for one in self.edits(self.account) if one.id == edit.id)


@pytest.fixture
def move() -> Move:
    return Move()


class TestMove:
    def test_every_edit_comes_along_and_the_same_one_is_shown(self, move: Move) -> None:
        world = move.world
        first = made(world, move.photo, key="first", contrast=10)
        second = made(world, move.photo, key="second", contrast=20)
        world.edits.history.choose_edit(move.guest, move.photo.photo_id, first.id)
        before = {one.id: one for one in move.edits(move.guest)}
        move.log_in()
        assert move.bring() == (1, 0)

        photo = world.library.get_photo(move.account, move.photo.photo_id).photo
        assert photo.edits == (first.id, second.id)
        assert current(world, move.account, photo.id) == first.id
        shown = world.edits.history.list_edits(move.account, photo.id)
        order = [(one.edit.id, one.is_current) for one in shown]
        assert order == [(second.id, False), (first.id, True)]
        assert move.moved(second).recipe == before[second.id].recipe
        assert move.moved(second).renditions == before[second.id].renditions
        assert world.objects() == objects_of(move.there, move.moved(first), move.moved(second))

    def test_one_can_go_back_and_edit_on(self, move: Move) -> None:
        world = move.world
        first = made(world, move.photo)
        move.log_in()
        move.bring()
        world.edits.history.choose_edit(move.account, move.photo.photo_id, None)
        assert current(world, move.account, move.photo.photo_id) is None
        world.edits.history.choose_edit(move.account, move.photo.photo_id, first.id)
        more = ask(world, move.there, key="more", contrast=99)
        deliver(world, more)

        assert current(world, move.account, move.photo.photo_id) == more.id
        assert world.objects() == objects_of(move.there, move.moved(first), move.moved(more))

    def test_edit_that_was_refused_keeps_its_reason(self, move: Move) -> None:
        refused = ask(move.world, move.photo, wish=OutputWish(max_bytes=1024))
        deliver(move.world, refused)
        move.log_in()
        move.bring()

        assert move.moved(refused).state is EditState.REJECTED
        assert move.moved(refused).reason == "cannot_fit"

    def test_photo_waits_for_the_edit_that_is_being_made(self, move: Move) -> None:
        edit = ask(move.world, move.photo)
        move.log_in()
        assert move.bring() == (0, 1)
        deliver(move.world, edit)
        assert move.bring() == (1, 0)

        assert current(move.world, move.account, move.photo.photo_id) == edit.id

    def test_edit_that_was_lost_holds_nothing_up(self, move: Move) -> None:
        kept = made(move.world, move.photo, key="kept")
        ask(move.world, move.photo, key="lost", contrast=90)
        move.log_in()
        move.world.clock.advance(minutes=61)
        assert move.bring() == (1, 0)

        assert [one.id for one in move.edits(move.account)] == [kept.id]
        assert current(move.world, move.account, move.photo.photo_id) == kept.id
        assert move.world.objects() == objects_of(move.there, move.moved(kept))

    def test_edit_that_the_guest_asks_for_meanwhile_is_not_left_behind(self, move: Move) -> None:
        world = move.world
        move.log_in()
        asked: list[Edit] = []

        def ask_meanwhile() -> None:
            world.calls.before.clear()
            asked.append(ask(world, move.photo))

        world.calls.before["copy"] = ask_meanwhile
        assert move.bring() == (0, 1)
        deliver(world, asked[0])
        world.clock.sleep(LEASE)
        assert move.bring() == (1, 0)

        assert current(world, move.account, move.photo.photo_id) == asked[0].id

    def test_photo_that_its_owner_deletes_meanwhile_leaves_nothing(self, move: Move) -> None:
        world = move.world
        made(world, move.photo)
        move.log_in()

        def delete_meanwhile() -> None:
            world.calls.before.clear()
            world.deletion.delete_photo(move.account, move.photo.photo_id)

        world.calls.before["copy"] = delete_meanwhile
        move.bring()

        assert world.objects() == set()
        assert (move.edits(move.account), move.edits(move.guest)) == ((), ())

    def test_late_message_of_a_guests_edit_makes_nothing(self, move: Move) -> None:
        edit = made(move.world, move.photo)
        move.log_in()
        move.bring()
        deliver(move.world, edit)

        assert move.world.objects() == objects_of(move.there, move.moved(edit))


@pytest.mark.parametrize("fault", Fault)
class TestKilled:
    def test_next_call_brings_photo_and_edits_once(self, fault: Fault) -> None:
        for nth in count(1):
            move = Move()
            edits = [made(move.world, move.photo, key=f"{n}", contrast=n) for n in (10, 20)]
            move.log_in()
            has_fired = move.world.calls.run_into(move.bring, fault, nth)
            move.world.clock.sleep(LEASE)
            move.bring()
            move.sweep()

            assert_moved(move, edits, nth)
            if not has_fired:
                break
        assert nth > 18

    def test_sweep_finishes_what_nobody_repeats(self, fault: Fault) -> None:
        for nth in count(2):  # the first call makes the guest due; before it, its own end does
            move = Move()
            edits = [made(move.world, move.photo)]
            move.log_in()
            has_fired = move.world.calls.run_into(move.bring, fault, nth)
            move.sweep()

            assert_moved(move, edits, nth)
            if not has_fired:
                break
        assert nth > 14

    def test_sweep_that_dies_is_finished_by_the_next(self, fault: Fault) -> None:
        for nth in count(1):
            move = Move()
            edits = [made(move.world, move.photo)]
            move.log_in()
            move.world.clock.sleep(timedelta(days=7) + GUEST_MARGIN)
            end_guest = partial(move.world.photo_services.guests.end_guest, move.guest)
            has_fired = move.world.calls.run_into(end_guest, fault, nth)
            move.sweep()

            assert_moved(move, edits, nth)
            if not has_fired:
                break
        assert nth > 14


def assert_moved(move: Move, edits: list[Edit], nth: int) -> None:
    photo = move.world.library.get_photo(move.account, move.photo.photo_id).photo
    assert photo.edits == tuple(edit.id for edit in edits), nth
    assert current(move.world, move.account, photo.id) == edits[-1].id, nth
    assert {edit.id for edit in move.edits(move.account)} == set(photo.edits), nth
    assert move.edits(move.guest) == (), nth
    moved = [move.moved(edit) for edit in edits]
    assert move.world.objects() == objects_of(move.there, *moved), nth
    assert not any(move.guest in key.pk for key in move.world.rows.rows), nth
