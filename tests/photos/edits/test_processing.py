"""An edit is made from the stored photo, and shown when it is ready."""

from datetime import timedelta

import pytest

from chalicelib.ids import EditId
from chalicelib.photos.edits.items import job_to_message
from chalicelib.photos.edits.model import (
    EDIT_WAIT,
    EditState,
    OutputWish,
)
from chalicelib.photos.model import FINISH_TIME, RENDER_TIME
from tests.faults import Crash
from tests.photos.edits.editing import (
    AGAIN,
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
from tests.world import FUNCTION_TIME, World, sqs_event


class TestProcess:
    def test_edit_is_shown_as_the_photo_when_it_is_ready(self, world: World) -> None:
        photo = ready_photo(world)
        edit = ask(world, photo)
        assert current(world, photo.user_id, photo.photo_id) is None

        assert deliver(world, edit) == DONE

        answer = shown(world, edit)
        assert (answer.state, answer.is_current) == (EditState.READY, True)
        assert answer.edit.engine == "fake"
        assert world.objects() == objects_of(photo, edit)
        seen = world.library.get_photo(photo.user_id, photo.photo_id)
        assert all(f"/{edit.id}/" in url for url in seen.urls.values())
        assert not any(edit.id in url for url in seen.unedited_urls.values())

    def test_it_is_made_from_the_photo_as_uploaded_and_not_from_an_edit(self, world: World) -> None:
        photo = ready_photo(world)
        first = made(world, photo, key="a", contrast=5)
        made(world, photo, key="b", contrast=50)
        again = made(world, photo, key="c", contrast=5)

        def full(edit_id: EditId) -> bytes:
            key = next(name for name in world.objects() if f"{edit_id}/full" in name)
            body = world.s3.get_object(Bucket="renditions", Key=key.removeprefix("renditions/"))
            return bytes(body["Body"].read())

        assert full(first.id) == full(again.id)

    def test_refused_edit_says_why_and_shows_nothing_new(self, world: World) -> None:
        photo = ready_photo(world)
        edit = ask(world, photo, wish=OutputWish(max_bytes=1024))

        assert deliver(world, edit) == DONE

        answer = shown(world, edit)
        assert (answer.state, answer.reason) == (EditState.REJECTED, "cannot_fit")
        assert current(world, photo.user_id, photo.photo_id) is None
        assert world.objects() == objects_of(photo)

    def test_own_failure_comes_again_and_gives_the_edit_back(self, world: World) -> None:
        edit = ask(world, ready_photo(world))
        world.darkroom.failure = MemoryError()

        assert deliver(world, edit) == AGAIN
        assert world.edit_queue.delays["receipt-1"] == timedelta(seconds=3)
        world.darkroom.failure = None
        assert deliver(world, edit, attempt=2) == DONE
        assert shown(world, edit).state is EditState.READY

    def test_dead_worker_is_waited_for(self, world: World) -> None:
        edit = ask(world, ready_photo(world))
        world.darkroom.failure = Crash()
        with pytest.raises(Crash):
            deliver(world, edit)
        world.darkroom.failure = None

        assert deliver(world, edit, attempt=2) == AGAIN
        world.clock.advance(seconds=90)
        assert deliver(world, edit, attempt=3) == DONE
        assert shown(world, edit).state is EditState.READY

    def test_second_message_changes_nothing(self, world: World) -> None:
        photo = ready_photo(world)
        edit = made(world, photo)
        before, row = world.objects(), shown(world, edit).edit
        world.darkroom.failure = AssertionError("made twice")

        assert deliver(world, edit, attempt=2) == DONE
        assert world.objects() == before
        assert shown(world, edit).edit == row


class TestOutOfOrder:
    def test_older_edit_that_ends_later_is_not_shown(self, world: World) -> None:
        photo = ready_photo(world)
        older = ask(world, photo, key="older", contrast=1)
        newer = made(world, photo, key="newer", contrast=2)
        deliver(world, older)

        assert current(world, photo.user_id, photo.photo_id) == newer.id
        assert shown(world, older).state is EditState.READY

    def test_choice_made_meanwhile_stands(self, world: World) -> None:
        photo = ready_photo(world)
        first = made(world, photo, key="first", contrast=1)
        second = ask(world, photo, key="second", contrast=2)
        world.edits.history.choose_edit(photo.user_id, photo.photo_id, first.id)
        deliver(world, second)

        assert current(world, photo.user_id, photo.photo_id) == first.id

    def test_edit_asked_for_while_another_is_made_disturbs_neither(self, world: World) -> None:
        photo = ready_photo(world)
        first = ask(world, photo, key="first", contrast=1)
        world.darkroom.meanwhile = lambda: ask(world, photo, key="second")
        deliver(world, first)
        world.darkroom.meanwhile = None
        second = ask(world, photo, key="second")
        deliver(world, second)

        assert current(world, photo.user_id, photo.photo_id) == second.id
        assert world.objects() == objects_of(photo, first, second)


class TestTooLate:
    def test_edit_nobody_made_counts_as_failed(self, world: World) -> None:
        edit = ask(world, ready_photo(world))
        world.clock.advance(seconds=EDIT_WAIT.total_seconds())

        answer = shown(world, edit)
        assert (answer.state, answer.reason) == (EditState.FAILED, "processing_failed")

    def test_its_message_does_not_make_it_any_more(self, world: World) -> None:
        photo = ready_photo(world)
        edit = ask(world, photo)
        world.clock.advance(seconds=EDIT_WAIT.total_seconds())

        assert deliver(world, edit) == DONE
        found = world.edits.store.find(edit.job)
        assert found
        assert found.state is EditState.FAILED
        assert world.objects() == objects_of(photo)

    def test_edit_is_not_begun_when_the_function_might_end_first(self, world: World) -> None:
        edit = ask(world, ready_photo(world))
        late = 2 * RENDER_TIME + FINISH_TIME - timedelta(seconds=1)

        event = sqs_event(job_to_message(edit.job))

        assert world.edits.worker.process_edits(event, within=late) == AGAIN
        assert deliver(world, edit, attempt=2) == DONE
        assert shown(world, edit).state is EditState.READY

    def test_edit_whose_message_never_succeeds_says_so(self, world: World) -> None:
        photo = ready_photo(world)
        edit = ask(world, photo)
        world.darkroom.failure = RuntimeError("a bug of ours")
        for attempt in (1, 2, 3):
            assert deliver(world, edit, attempt=attempt) == AGAIN

        assert give_up(world, edit) == DONE
        assert shown(world, edit).reason == "processing_failed"
        assert world.objects() == objects_of(photo)

    @pytest.mark.parametrize("body", ["", "{}", '{"user": 1, "photo": 2, "edit": 3}'])
    def test_unintelligible_message_stays_for_a_person(self, world: World, body: str) -> None:
        assert world.edits.worker.process_edits(sqs_event(body), within=FUNCTION_TIME) == AGAIN
        assert world.edits.worker.give_up_edits(sqs_event(body)) == AGAIN
