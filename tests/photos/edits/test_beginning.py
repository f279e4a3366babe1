"""A recipe that came with the upload: one edit, made as soon as the photo is ready."""

from functools import partial
from io import BytesIO
from itertools import count

import pytest

from chalicelib.errors import IdempotencyKeyReused, QuotaExceeded
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import edit_objects_prefix, quota_key
from chalicelib.photos.edits.model import EDITS_PER_DAY, Edit, EditState, OutputWish
from chalicelib.photos.model import FirstEdit, PhotoState
from chalicelib.retention.model import china_day
from chalicelib.storage import ALWAYS, Update
from tests.faults import Fault
from tests.memory_world import MemoryWorld
from tests.photo_world import FUNCTION_TIME, sqs_event, upload_event
from tests.photos.edits.editing import (
    AGAIN,
    DONE,
    ask,
    current,
    deliver,
    give_up,
    objects_of,
    recipe,
    shown,
)


def wanted(world: MemoryWorld, contrast: int = 20, wish: OutputWish | None = None) -> FirstEdit:
    return world.edits.checks.read_first_edit(
        recipe(contrast), wish or OutputWish(), at="/photos/0/recipe"
    )


def begin(world: MemoryWorld, user_id: UserId) -> Edit:
    """Upload a photo with a recipe and process it; return its edit, which nobody made yet."""
    photo_id = world.upload(user_id, first_edit=wanted(world))
    assert world.deliver(user_id, photo_id) == DONE
    return only_edit(world, user_id, photo_id)


def only_edit(world: MemoryWorld, user_id: UserId, photo_id: PhotoId) -> Edit:
    (edit,) = world.edits.store.list_edits(user_id, photo_id)
    return edit


def work(world: MemoryWorld) -> None:
    for message in world.edit_queue.sent:
        assert world.edits.worker.process_edits(sqs_event(message), within=FUNCTION_TIME) == DONE


def read(world: MemoryWorld, key: str) -> bytes:
    into = BytesIO()
    world.renditions.fetch(key, into, max_bytes=10_000)
    return into.getvalue()


@pytest.fixture
def world() -> MemoryWorld:
    return MemoryWorld()


class TestFirstEdit:
    def test_it_is_made_and_shown_once_the_photo_is_ready(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        edit = begin(world, user_id)
        photo = world.library.get_photo(user_id, edit.photo_id).photo
        assert (photo.state, photo.edits, photo.first_edit) == (PhotoState.READY, (edit.id,), None)
        assert edit.expires_at == photo.expires_at
        work(world)

        assert shown(world, edit).state is EditState.READY
        assert current(world, user_id, edit.photo_id) == edit.id
        assert world.objects() == objects_of(edit.job, edit)

    def test_it_is_the_edit_that_asking_later_gives(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        first = begin(world, user_id)
        later = ask(world, first.job)
        work(world)

        made_first, made_later = shown(world, first).edit, shown(world, later).edit
        assert (made_first.recipe, made_first.output) == (made_later.recipe, made_later.output)
        pictures = [
            read(world, edit_objects_prefix(one.user_id, one.photo_id, one.id) + "full.jpg")
            for one in (made_first, made_later)
        ]
        assert pictures[0] == pictures[1]

    def test_message_of_the_upload_may_come_at_any_time_again(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        edit = begin(world, user_id)
        world.deliver(user_id, edit.photo_id, attempt=2)
        work(world)
        sent = len(world.edit_queue.sent)
        world.deliver(user_id, edit.photo_id, attempt=3)

        assert only_edit(world, user_id, edit.photo_id).state is EditState.READY
        assert len(world.edit_queue.sent) == sent

    def test_late_message_of_the_upload_begins_nothing_again(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        edit = begin(world, user_id)
        world.edit_queue.sent.clear()
        world.clock.advance(hours=2)
        world.deliver(user_id, edit.photo_id)

        assert world.edit_queue.sent == []
        assert shown(world, edit).state is EditState.FAILED

    def test_original_goes_although_the_queue_of_edits_is_down(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id, first_edit=wanted(world))
        world.edit_queue.is_down = True
        assert world.deliver(user_id, photo_id) == AGAIN
        assert not any(name.startswith("originals/") for name in world.objects())
        world.edit_queue.is_down = False
        assert world.deliver(user_id, photo_id, attempt=2) == DONE
        work(world)

        assert only_edit(world, user_id, photo_id).state is EditState.READY

    def test_event_ahead_of_its_upload_does_not_lose_it(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        photo_id = world.grant(user_id, first_edit=wanted(world))[0].photo.id
        world.deliver(user_id, photo_id)
        world.put_original(user_id, photo_id)
        world.deliver(user_id, photo_id)

        assert only_edit(world, user_id, photo_id).state is EditState.QUEUED

    def test_refused_photo_has_no_edit(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id, data=b"%PDF-1.7", first_edit=wanted(world))
        world.deliver(user_id, photo_id)

        photo = world.library.get_photo(user_id, photo_id).photo
        assert (photo.state, photo.first_edit) == (PhotoState.REJECTED, None)
        assert world.edits.store.list_edits(user_id, photo_id) == ()
        assert world.edit_queue.sent == []

    def test_photo_deleted_while_it_is_rendered_has_no_edit(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id, first_edit=wanted(world))
        world.renderer.meanwhile = lambda: world.deletion.delete_photo(user_id, photo_id)
        world.deliver(user_id, photo_id)

        assert world.edits.store.list_edits(user_id, photo_id) == ()
        assert (world.objects(), world.edit_queue.sent) == (set(), [])

    def test_edit_that_cannot_be_made_leaves_the_photo(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        edit = begin(world, user_id)
        world.darkroom.failure = RuntimeError("a bug of ours")
        deliver(world, edit)
        give_up(world, edit)

        assert shown(world, edit).state is EditState.FAILED
        assert world.objects() == objects_of(edit.job)


class TestGrant:
    def test_repeat_is_recognised_by_what_is_meant(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        first = world.grant(user_id, first_edit=wanted(world))

        again = world.grant(user_id, first_edit=wanted(world))
        assert again[0].photo.id == first[0].photo.id
        png = OutputWish(media_type="image/png")
        for other in (None, wanted(world, 21), wanted(world, wish=png)):
            with pytest.raises(IdempotencyKeyReused):
                world.grant(user_id, first_edit=other)

    def test_it_counts_towards_the_edits_of_the_day(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        world.grant(user_id, key="a", count=50, first_edit=wanted(world))
        world.grant(user_id, key="none", count=50)
        used = world.photo_store.get_usage(user_id, world.clock.now())
        assert (used.photos, used.edits) == (100, 50)

    def test_full_day_of_edits_is_named_and_reserves_nothing(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        world.deliver(user_id, photo_id)
        today = quota_key(user_id, china_day(world.clock.now()))
        world.photos.write(Update(key=today, set={"edits": EDITS_PER_DAY - 1}, when=ALWAYS))

        with pytest.raises(QuotaExceeded) as refusal:
            world.grant(user_id, key="2 more", count=2, first_edit=wanted(world))
        assert refusal.value.facts["limit"] == "edits_per_day"
        assert world.granting.get_limits(user_id).used_photos == 1
        assert world.grant(user_id, key="1 more", first_edit=wanted(world))
        assert world.grant(user_id, key="none", count=2)


@pytest.mark.parametrize("fault", Fault)
class TestKilledWorker:
    def test_photo_and_its_one_edit_always_end_ready(self, fault: Fault) -> None:
        for nth in count(1):
            world = MemoryWorld()
            user_id = world.log_in()
            photo_id = world.upload(user_id, first_edit=wanted(world))
            deliver_once = partial(world.deliver, user_id, photo_id)
            has_fired = world.calls.run_into(deliver_once, fault, nth)
            for attempt in (2, 3):
                world.clock.advance(minutes=6)
                world.deliver(user_id, photo_id, attempt=attempt)
            work(world)

            edit = only_edit(world, user_id, photo_id)
            assert edit.state is EditState.READY, nth
            assert current(world, user_id, photo_id) == edit.id, nth
            assert world.objects() == objects_of(edit.job, edit), nth
            if not has_fired:
                break
        assert nth > 8

    def test_photo_deleted_after_the_crash_leaves_nothing(self, fault: Fault) -> None:
        for nth in count(1):
            world = MemoryWorld()
            user_id = world.log_in()
            photo_id = world.upload(user_id, first_edit=wanted(world))
            deliver_once = partial(world.deliver, user_id, photo_id)
            has_fired = world.calls.run_into(deliver_once, fault, nth)
            world.deletion.delete_photo(user_id, photo_id)
            world.clock.advance(minutes=6)
            world.deliver(user_id, photo_id, attempt=2)
            work(world)

            assert world.objects() == set(), nth
            assert world.edits.store.list_edits(user_id, photo_id) == (), nth
            if not has_fired:
                break

    def test_dead_letter_sends_the_message_that_was_not_sent(self, fault: Fault) -> None:
        for nth in count(1):
            world = MemoryWorld()
            user_id = world.log_in()
            photo_id = world.upload(user_id, first_edit=wanted(world))
            deliver_once = partial(world.deliver, user_id, photo_id)
            has_fired = world.calls.run_into(deliver_once, fault, nth)
            world.clock.advance(minutes=6)
            world.worker.give_up_uploads(upload_event(user_id, photo_id))
            work(world)

            photo = world.library.get_photo(user_id, photo_id).photo
            edits = world.edits.store.list_edits(user_id, photo_id)
            made = {PhotoState.READY: [EditState.READY], PhotoState.FAILED: []}
            assert [edit.state for edit in edits] == made[photo.state], nth
            if not has_fired:
                break
