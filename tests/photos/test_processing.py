"""An upload becomes renditions and its original is destroyed (FD.1), whatever happens."""

import hashlib
import json
from datetime import timedelta

import pytest

from chalicelib.keys import renditions_prefix
from chalicelib.photos.model import FINISH_TIME, RENDER_TIME, Photo, PhotoState, UploadRequest
from chalicelib.photos.retrying import UnintelligibleMessage
from chalicelib.photos.worker import read_notification
from chalicelib.retention.model import photo_expires_at
from tests.faults import Crash
from tests.world import FUNCTION_TIME, JPEG, ROOT, World, s3_notification, sqs_event, upload_event

DONE: dict[str, list[object]] = {"batchItemFailures": []}
AGAIN = {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


def state_of(world: World, photo: Photo) -> PhotoState | None:
    found = world.photo_store.find(photo.user_id, photo.id)
    return found.state if found else None


class TestProcess:
    def test_photo_becomes_ready_and_its_original_is_gone(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)

        assert world.deliver(user_id, photo_id) == DONE

        shown = world.library.get_photo(user_id, photo_id)
        assert shown.photo.state is PhotoState.READY
        assert shown.photo.original_bytes == len(JPEG)
        assert shown.photo.original_deleted_at == world.clock.now()
        assert shown.photo.expires_at == photo_expires_at(shown.photo.created_at)
        prefix = renditions_prefix(user_id, photo_id)
        assert world.objects() == {
            f"renditions/{prefix}{name}.jpg" for name in ("full", "preview", "thumb")
        }

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"%PDF-1.7", "unsupported_type"),
            (b"\xff\xd8 cut", "corrupt"),
            (b"\xff\xd8" + b"x" * 1000 + b"\xff\xd9", "too_many_bytes"),
        ],
    )
    def test_refused_upload_says_why_and_leaves_nothing(
        self, world: World, data: bytes, reason: str
    ) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id, data=data)

        assert world.deliver(user_id, photo_id) == DONE

        photo = world.library.get_photo(user_id, photo_id).photo
        assert (photo.state, photo.reason) == (PhotoState.REJECTED, reason)
        assert photo.original_deleted_at == world.clock.now()
        assert world.objects() == set()

    def test_bytes_that_are_not_those_declared_are_refused(self, world: World) -> None:
        user_id = world.log_in()
        wanted = UploadRequest(
            content_type="image/jpeg", size_bytes=1000, sha256=hashlib.sha256(b"other").digest()
        )
        upload = world.granting.grant_uploads(user_id, [wanted], idempotency_key="k")[0]
        world.put_original(user_id, upload.photo.id)
        world.deliver(user_id, upload.photo.id)

        photo = world.library.get_photo(user_id, upload.photo.id).photo
        assert photo.reason == "checksum_mismatch"
        assert world.objects() == set()

    def test_event_ahead_of_its_upload_does_no_harm(self, world: World) -> None:
        user_id = world.log_in()
        photo = world.grant(user_id)[0].photo

        assert world.deliver(user_id, photo.id) == DONE
        assert world.library.get_photo(user_id, photo.id).photo == photo
        world.put_original(user_id, photo.id)
        assert world.deliver(user_id, photo.id) == DONE
        assert world.library.get_photo(user_id, photo.id).photo.state is PhotoState.READY


class TestRepeats:
    def test_second_event_changes_nothing_and_deletes_what_came_again(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        world.deliver(user_id, photo_id)
        first, before = world.library.get_photo(user_id, photo_id).photo, world.objects()
        world.put_original(user_id, photo_id, b"\xff\xd8 other bytes \xff\xd9")
        world.clock.advance(minutes=1)

        assert world.deliver(user_id, photo_id) == DONE
        assert world.library.get_photo(user_id, photo_id).photo == first
        assert world.objects() == before

    def test_event_after_deletion_leaves_nothing(self, world: World) -> None:
        user_id = world.log_in()
        photo = world.grant(user_id)[0].photo
        world.deletion.delete_photo(user_id, photo.id)
        world.put_original(user_id, photo.id)

        assert world.deliver(user_id, photo.id) == DONE
        assert world.objects() == set()
        assert state_of(world, photo) is None

    def test_event_while_another_worker_holds_the_photo_comes_again_later(
        self, world: World
    ) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        world.renderer.failure = Crash()
        with pytest.raises(Crash):
            world.deliver(user_id, photo_id)
        world.renderer.failure = None

        assert world.deliver(user_id, photo_id, attempt=1) == AGAIN
        assert world.queue.delays["receipt-1"] == timedelta(seconds=5)
        assert world.deliver(user_id, photo_id, attempt=2) == AGAIN
        assert timedelta(seconds=90) < world.queue.delays["receipt-1"] < timedelta(seconds=100)
        world.clock.advance(seconds=90)
        assert world.deliver(user_id, photo_id) == DONE
        assert world.library.get_photo(user_id, photo_id).photo.state is PhotoState.READY

    def test_own_failure_gives_the_photo_back_at_once(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        world.renderer.failure = MemoryError()

        assert world.deliver(user_id, photo_id, attempt=1) == AGAIN
        assert world.queue.delays["receipt-1"] == timedelta(seconds=3)
        world.renderer.failure = None
        assert world.deliver(user_id, photo_id, attempt=2) == DONE
        assert world.library.get_photo(user_id, photo_id).photo.state is PhotoState.READY

    def test_photo_is_not_begun_when_the_function_might_end_first(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        late = 2 * RENDER_TIME + FINISH_TIME - timedelta(seconds=1)

        event = upload_event(user_id, photo_id)

        assert world.worker.process_uploads(event, within=late) == AGAIN
        assert world.queue.delays["receipt-1"] == timedelta(seconds=3)
        assert world.deliver(user_id, photo_id, attempt=2) == DONE
        assert world.library.get_photo(user_id, photo_id).photo.state is PhotoState.READY

    def test_the_functions_time_leaves_a_quarter_of_it_for_fetching(self) -> None:
        functions = json.loads((ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]
        function_time = timedelta(seconds=functions["process_upload"]["lambda_timeout"])

        assert function_time * 3 / 4 >= 2 * RENDER_TIME + FINISH_TIME
        assert function_time == FUNCTION_TIME

    def test_worker_that_lost_its_photo_to_a_deletion_removes_what_it_wrote(
        self, world: World
    ) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        world.renderer.meanwhile = lambda: world.deletion.delete_photo(user_id, photo_id)

        assert world.deliver(user_id, photo_id) == DONE
        assert world.objects() == set()
        assert world.photo_store.find(user_id, photo_id) is None


class TestDeadLetters:
    def test_photo_whose_message_never_succeeds_says_so_and_leaves_nothing(
        self, world: World
    ) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        world.renderer.failure = RuntimeError("a bug of ours")
        for attempt in (1, 2, 3):
            assert world.deliver(user_id, photo_id, attempt=attempt) == AGAIN

        assert world.worker.give_up_uploads(upload_event(user_id, photo_id)) == DONE

        photo = world.library.get_photo(user_id, photo_id).photo
        assert (photo.state, photo.reason) == (PhotoState.FAILED, "processing_failed")
        assert world.objects() == set()

    def test_dead_letter_of_a_finished_photo_leaves_it_alone(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        world.deliver(user_id, photo_id)
        before = world.objects()

        assert world.worker.give_up_uploads(upload_event(user_id, photo_id)) == DONE
        assert world.library.get_photo(user_id, photo_id).photo.state is PhotoState.READY
        assert world.objects() == before

    @pytest.mark.parametrize("body", ["", "[]", "{}", "not json", '{"Records":[{}]}', "null"])
    def test_unintelligible_message_stays_for_a_person(self, world: World, body: str) -> None:
        assert world.worker.process_uploads(sqs_event(body), within=FUNCTION_TIME) == AGAIN
        assert world.worker.give_up_uploads(sqs_event(body)) == AGAIN


class TestNotification:
    def test_test_event_of_s3_is_no_photo(self) -> None:
        assert list(read_notification('{"Event": "s3:TestEvent"}')) == []

    @pytest.mark.parametrize("key", ["x", "aa/b/c", "../../etc/passwd", "00/" + "0" * 36])
    def test_foreign_key_is_refused(self, key: str) -> None:
        with pytest.raises(UnintelligibleMessage):
            list(read_notification(s3_notification(key)))
