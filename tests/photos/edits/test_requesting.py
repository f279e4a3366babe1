"""An edit is asked for once, by its owner, of a photo that is ready; what is wrong is named."""

import json

import pytest

from chalicelib.errors import Conflict, IdempotencyKeyReused, NotFound, QuotaExceeded, Unavailable
from chalicelib.keys import quota_key
from chalicelib.photos.edits.items import job_to_message
from chalicelib.photos.edits.model import EDITS_PER_DAY, EditState, OutputWish
from chalicelib.photos.errors import InvalidRecipe, NotAcceptable
from chalicelib.retention.model import china_day
from chalicelib.storage import ALWAYS, Update
from tests.photos.edits.editing import ask, deliver, made, ready_photo
from tests.world import BOB_PHONE, World


class TestRequest:
    def test_edit_is_queued_and_named_by_its_photo(self, world: World) -> None:
        photo = ready_photo(world)
        edit = ask(world, photo)

        assert edit.state is EditState.QUEUED
        assert world.edit_queue.sent == [job_to_message(edit.job)]
        assert world.library.get_photo(photo.user_id, photo.photo_id).photo.edits == (edit.id,)
        assert (
            edit.expires_at
            == world.library.get_photo(photo.user_id, photo.photo_id).photo.expires_at
        )

    def test_repeat_is_the_same_edit(self, world: World) -> None:
        photo = ready_photo(world)
        edit = ask(world, photo)

        assert ask(world, photo) == edit
        assert world.library.get_photo(photo.user_id, photo.photo_id).photo.edits == (edit.id,)

    def test_repeat_after_the_queue_was_down_sends_what_was_not_sent(self, world: World) -> None:
        photo = ready_photo(world)
        world.edit_queue.is_down = True
        with pytest.raises(Unavailable):
            ask(world, photo)
        world.edit_queue.is_down = False

        edit = ask(world, photo)
        assert world.edit_queue.sent == [job_to_message(edit.job)]
        assert len(world.edits.store.list_edits(photo.user_id, photo.photo_id)) == 1

    def test_repeat_of_a_made_edit_sends_nothing_more(self, world: World) -> None:
        photo = ready_photo(world)
        made(world, photo)
        before = list(world.edit_queue.sent)

        assert ask(world, photo).state is EditState.READY
        assert world.edit_queue.sent == before

    def test_same_key_with_another_recipe_is_refused(self, world: World) -> None:
        photo = ready_photo(world)
        ask(world, photo, contrast=20)

        with pytest.raises(IdempotencyKeyReused):
            ask(world, photo, contrast=21)

    def test_same_recipe_spelled_otherwise_is_the_same_request(self, world: World) -> None:
        photo = ready_photo(world)
        edit = ask(world, photo, contrast=20)
        spelled = {"tone": {"saturation": 0, "contrast": 20}, "version": 1, "geometry": {}}

        repeat = world.edits.requests.request_edit(
            photo.user_id,
            photo.photo_id,
            json.dumps(spelled, indent=2).encode(),
            OutputWish(),
            idempotency_key="edit-1",
        )
        assert repeat.id == edit.id

    def test_the_day_has_room_for_so_many(self, world: World) -> None:
        photo = ready_photo(world)
        key = quota_key(photo.user_id, china_day(world.clock.now()))
        world.photos.write(Update(key=key, set={"edits": EDITS_PER_DAY}, when=ALWAYS))

        with pytest.raises(QuotaExceeded) as refusal:
            ask(world, photo)
        assert refusal.value.facts["limit"] == "edits_per_day"
        assert world.edit_queue.sent == []


class TestRefusals:
    @pytest.mark.parametrize(
        ("document", "path"),
        [
            (b"nothing", "/recipe"),
            (b'{"version": 2}', "/recipe/version"),
            (b'{"version": 1, "tone": {"contrast": 101}}', "/recipe/tone/contrast"),
            (b'{"version": 1, "tone": {"magic": 1}}', "/recipe/tone/magic"),
        ],
    )
    def test_wrong_recipe_is_refused_at_its_place(
        self, world: World, document: bytes, path: str
    ) -> None:
        photo = ready_photo(world)

        with pytest.raises(InvalidRecipe) as refusal:
            world.edits.requests.request_edit(
                photo.user_id, photo.photo_id, document, OutputWish(), idempotency_key="k"
            )
        errors = refusal.value.facts["errors"]
        assert isinstance(errors, list)
        assert errors[0]["path"] == path

    def test_somebody_elses_photo_is_not_there(self, world: World) -> None:
        photo = ready_photo(world)
        bob = world.log_in(BOB_PHONE)

        with pytest.raises(NotFound):
            world.edits.requests.request_edit(
                bob, photo.photo_id, b'{"version": 1}', OutputWish(), idempotency_key="k"
            )

    def test_photo_past_its_time_is_not_there(self, world: World) -> None:
        photo = ready_photo(world)
        world.clock.advance(days=185)

        with pytest.raises(NotFound):
            ask(world, photo)

    def test_photo_that_is_not_ready_has_to_be_waited_for(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)

        with pytest.raises(Conflict):
            world.edits.requests.request_edit(
                user_id, photo_id, b'{"version": 1}', OutputWish(), idempotency_key="k"
            )


class TestOutput:
    @pytest.mark.parametrize(
        ("wish", "media_type"),
        [
            (OutputWish(), "image/jpeg"),
            (OutputWish(media_type="image/png", accept="image/webp"), "image/png"),
            (OutputWish(accept="image/avif,image/webp,*/*;q=0.8"), "image/avif"),
            (OutputWish(accept="image/webp,image/*;q=0.5"), "image/webp"),
            (OutputWish(accept="*/*"), "image/jpeg"),
        ],
    )
    def test_wish_decides_and_else_what_the_client_shows(
        self, world: World, wish: OutputWish, media_type: str
    ) -> None:
        photo = ready_photo(world)
        edit = ask(world, photo, wish=wish)
        deliver(world, edit)

        assert edit.output.media_type == media_type
        assert world.edits.history.get_edit(edit.job).edit.media_type == media_type

    def test_client_that_shows_none_of_ours_is_told(self, world: World) -> None:
        with pytest.raises(NotAcceptable):
            ask(world, ready_photo(world), wish=OutputWish(accept="image/jxl"))
