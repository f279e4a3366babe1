"""A hold keeps exactly what it names, whoever wants it gone and whenever (ST.2, ST.3)."""

from datetime import timedelta
from functools import partial

import pytest

from chalicelib.errors import Conflict, InvalidRequest, NotFound
from chalicelib.ids import HoldId, PhotoId, UserId, uuid7
from chalicelib.keys import photo_key, renditions_prefix
from chalicelib.photos.ending_store import EndingStore
from chalicelib.photos.errors import DeletionOnHold
from chalicelib.photos.holds.model import Hold
from tests.memory_world import MemoryWorld
from tests.photo_world import upload_event
from tests.photos.edits.editing import deliver, made
from tests.photos.keeping.test_choosing import job_of

HOUR = timedelta(hours=1)
Owner = tuple[UserId, PhotoId]


@pytest.fixture
def world() -> MemoryWorld:
    return swept_world()


def swept_world() -> MemoryWorld:
    """A world whose sweeps have begun, and remember how far they came."""
    world = MemoryWorld()
    sweep(world)
    world.clock.advance(hours=4)
    sweep(world)
    return world


def ready(world: MemoryWorld, user_id: UserId | None = None) -> Owner:
    owner = user_id or world.log_in()
    world.choices.set_default(owner, 3)
    photo_id = world.upload(owner, key=uuid7(world.clock.now(), world.entropy))
    world.deliver(owner, photo_id)
    return owner, photo_id


def place(
    world: MemoryWorld, user_id: UserId, photo_id: PhotoId | None = None, *, days: int = 300
) -> Hold:
    return world.holds.place(
        HoldId(uuid7(world.clock.now(), world.entropy)),
        user_id,
        photo_id,
        reference="CASE-17",
        reviewer="lin",
        until=world.clock.now() + timedelta(days=days),
    )


def sweep(world: MemoryWorld) -> int:
    return world.expiry.expire_photos(within=HOUR).photos


def sweep_daily(world: MemoryWorld, days: int) -> int:
    destroyed = 0
    for _ in range(days):
        world.clock.advance(days=1)
        destroyed += sweep(world)
    return destroyed


def is_there(world: MemoryWorld, owner: Owner) -> bool:
    stored = world.buckets["renditions"].tally(renditions_prefix(*owner)).objects
    assert stored in (0, 3)
    assert (world.photos.get(photo_key(*owner)) is not None) == bool(stored)
    return bool(stored)


class TestDeletion:
    def test_of_a_held_photo_is_refused_and_done_at_the_first_sweep_after_the_release(
        self, world: MemoryWorld
    ) -> None:
        owner = ready(world)
        hold = place(world, *owner)
        for _ in range(2):
            with pytest.raises(DeletionOnHold) as refusal:
                world.deletion.delete_photo(*owner)
            assert refusal.value.facts["held_until"] == hold.until.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert sweep_daily(world, 3) == 0
        shown = world.library.get_photo(*owner)
        assert shown.held_until == hold.until
        assert shown.photo.deletion_wanted_at is not None

        world.holds.release(owner[0], hold.id)
        with pytest.raises(NotFound):
            world.library.get_photo(*owner)
        assert sweep(world) == 1
        assert world.objects() == set()

    def test_of_an_account_s_photos_is_refused_for_those_to_come_too(
        self, world: MemoryWorld
    ) -> None:
        first = ready(world)
        place(world, first[0])
        later = ready(world, first[0])
        other = ready(world)

        batch = world.deletion.delete_photos(first[0], [first[1], later[1]])
        assert (batch.destroyed.photos, batch.destroyed.held) == (0, 2)
        assert world.deletion.delete_photo(*other).photos == 1
        assert is_there(world, first)
        assert is_there(world, later)

    def test_takes_what_is_not_named(self, world: MemoryWorld) -> None:
        held = ready(world)
        free = ready(world, held[0])
        place(world, *held)

        assert world.deletion.delete_photo(*free).photos == 1
        assert is_there(world, held)

    def test_of_all_ends_and_tells_how_many_stay(self, world: MemoryWorld) -> None:
        held = [ready(world)]
        held += [ready(world, held[0][0]) for _ in range(30)]
        place(world, held[0][0])
        answers = [world.deletion.delete_all(held[0][0])]
        while answers[-1].has_more:
            answers.append(world.deletion.delete_all(held[0][0]))

        assert [one.has_more for one in answers] == [True, False]
        assert answers[-1].destroyed.held == 31
        assert world.deletion.delete_all(held[0][0]).destroyed.held == 31
        assert all(is_there(world, one) for one in held)

    def test_that_began_before_the_hold_goes_on_and_the_hold_is_told(
        self, world: MemoryWorld
    ) -> None:
        owner = ready(world)
        EndingStore(world.photos).mark_deleting(*owner, world.clock.now(), only_expired=False)
        with pytest.raises(NotFound):
            place(world, *owner)
        place(world, owner[0])

        assert sweep(world) == 1
        assert not is_there(world, owner)


class TestExpiry:
    def test_waits_for_the_release_and_no_backstop_comes_first(self, world: MemoryWorld) -> None:
        owner = ready(world)
        expires_at = world.library.get_photo(*owner).photo.expires_at
        world.clock.sleep(expires_at - world.clock.now() - timedelta(days=1))
        hold = place(world, *owner)
        assert sweep_daily(world, 30) == 0

        row = world.photos.get(photo_key(*owner))
        assert row
        assert row["ttl"] > world.clock.now().timestamp()
        tags = {world.buckets["renditions"].backstops[name] for name in objects_of(world, owner)}
        assert tags == {"held"}
        assert world.library.get_photo(*owner).held_until == hold.until
        world.holds.release(owner[0], hold.id)
        assert sweep(world) == 1
        assert world.objects() == set()

    def test_goes_on_by_itself_when_the_hold_is_over(self, world: MemoryWorld) -> None:
        owner = ready(world)
        expires_at = world.library.get_photo(*owner).photo.expires_at
        place(world, *owner, days=10)
        world.clock.sleep(expires_at - world.clock.now())
        assert sweep(world) == 0
        world.clock.advance(days=8)

        with pytest.raises(NotFound):
            world.library.get_photo(*owner)
        assert sweep(world) == 1

    def test_of_another_photo_is_not_stopped(self, world: MemoryWorld) -> None:
        held = ready(world)
        free = ready(world, held[0])
        place(world, *held)
        world.clock.advance(days=4)

        assert sweep(world) == 1
        assert is_there(world, held)
        assert not is_there(world, free)

    def test_late_message_of_its_upload_or_edit_destroys_nothing(self, world: MemoryWorld) -> None:
        owner = ready(world)
        edit = made(world, job_of(owner))
        before = world.objects()
        place(world, *owner)
        world.clock.advance(days=4)
        sweep(world)

        world.deliver(*owner)
        world.worker.give_up_uploads(upload_event(*owner))
        deliver(world, edit)
        assert world.objects() == before


class TestSeveralHolds:
    def test_last_of_them_decides(self, world: MemoryWorld) -> None:
        owner = ready(world)
        first, second = place(world, *owner), place(world, owner[0], days=2)
        world.holds.release(owner[0], first.id)
        with pytest.raises(DeletionOnHold):
            world.deletion.delete_photo(*owner)

        world.holds.release(owner[0], second.id)
        assert world.deletion.delete_photo(*owner).photos == 1

    def test_repeats_answer_the_same_and_others_are_refused(self, world: MemoryWorld) -> None:
        owner = ready(world)
        hold = place(world, *owner)
        again = partial(world.holds.place, hold.id, *owner, reference="CASE-17", until=hold.until)
        assert again(reviewer="lin") == hold
        with pytest.raises(Conflict):
            again(reviewer="wu")

        released = world.holds.release(owner[0], hold.id)
        assert world.holds.release(owner[0], hold.id) == released
        assert world.holds.list_holds(owner[0]) == (released,)

    def test_end_date_is_needed_and_bounded(self, world: MemoryWorld) -> None:
        owner = ready(world)
        for days in (0, -1, 367):
            with pytest.raises(InvalidRequest):
                place(world, *owner, days=days)


def objects_of(world: MemoryWorld, owner: Owner) -> list[str]:
    stored = world.buckets["renditions"].list_stored(renditions_prefix(*owner))
    return [one.key for one in stored]
