"""How edits end: with their photo, with one of its sources, or to make room."""

import json
from datetime import datetime, timedelta
from functools import partial

import pytest

from chalicelib.clock import to_iso
from chalicelib.errors import NotFound
from chalicelib.keys import sweep_cursor_key
from chalicelib.photos.edits.model import (
    EDITS_KEPT,
    Edit,
    EditJob,
    EditState,
    OutputWish,
)
from chalicelib.storage import ALWAYS, Update
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
from tests.world import BOB_PHONE, World


def sweep_from(world: World, hour: datetime) -> None:
    """Let the sweeper go on from an hour, as if it had never stopped before."""
    swept_until = to_iso(hour - timedelta(hours=2))
    world.photos.write(
        Update(key=sweep_cursor_key(), set={"swept_until": swept_until}, when=ALWAYS)
    )
    world.expiry.expire_photos(within=timedelta(hours=1))


class TestGone:
    def test_photo_deleted_while_it_is_edited_leaves_nothing(self, world: World) -> None:
        photo = ready_photo(world)
        edit = ask(world, photo)
        delete = world.deletion.delete_photo
        world.darkroom.meanwhile = partial(delete, photo.user_id, photo.photo_id)

        assert deliver(world, edit) == DONE
        assert world.objects() == set()
        assert world.edits.store.find(edit.job) is None

    def test_message_after_the_deletion_leaves_nothing(self, world: World) -> None:
        photo = ready_photo(world)
        edit = ask(world, photo)
        world.deletion.delete_photo(photo.user_id, photo.photo_id)

        assert deliver(world, edit) == DONE
        assert give_up(world, edit) == DONE
        assert world.objects() == set()
        assert world.edits.store.find(edit.job) is None

    def test_deleting_the_photo_destroys_its_edits(self, world: World) -> None:
        photo = ready_photo(world)
        edit = made(world, photo)
        destroyed = world.deletion.delete_photo(photo.user_id, photo.photo_id)

        assert destroyed.objects == 6
        assert world.objects() == set()
        assert world.edits.store.find(edit.job) is None
        with pytest.raises(NotFound):
            shown(world, edit)

    def test_expiry_of_the_photo_takes_its_edits(self, world: World) -> None:
        photo = ready_photo(world)
        edit = made(world, photo)
        world.clock.advance(days=185)

        with pytest.raises(NotFound):
            shown(world, edit)
        sweep_from(world, edit.expires_at)
        assert world.objects() == set()
        assert world.edits.store.find(edit.job) is None


class TestSeveralPhotos:
    def collage(self, world: World, photo: EditJob, other: EditJob) -> Edit:
        recipe = {"version": 1, "decoration": {"collage": {"photos": [other.photo_id]}}}
        return world.edits.requests.request_edit(
            photo.user_id,
            photo.photo_id,
            json.dumps(recipe).encode(),
            OutputWish(),
            idempotency_key="collage",
        )

    def test_collage_of_ones_own_photos_is_made(self, world: World) -> None:
        photo = ready_photo(world)
        other = ready_photo(world, photo.user_id, key="other")
        edit = self.collage(world, photo, other)

        assert edit.sources == (other.photo_id,)
        assert deliver(world, edit) == DONE
        assert shown(world, edit).state is EditState.READY

    def test_somebody_elses_photo_is_not_there(self, world: World) -> None:
        photo = ready_photo(world)
        with pytest.raises(NotFound):
            self.collage(world, photo, ready_photo(world, world.log_in(BOB_PHONE)))

    def test_photo_that_went_meanwhile_refuses_the_edit(self, world: World) -> None:
        photo = ready_photo(world)
        other = ready_photo(world, photo.user_id, key="other")
        edit = self.collage(world, photo, other)
        world.deletion.delete_photo(other.user_id, other.photo_id)

        assert deliver(world, edit) == DONE
        assert shown(world, edit).reason == "photo_gone"

    def test_it_ends_with_the_first_of_its_photos(self, world: World) -> None:
        older = ready_photo(world)
        world.clock.advance(days=3)
        photo = ready_photo(world, older.user_id, key="younger")
        edit = self.collage(world, photo, older)
        deliver(world, edit)
        world.clock.advance(seconds=(edit.expires_at - world.clock.now()).total_seconds())

        with pytest.raises(NotFound):
            shown(world, edit)
        assert current(world, photo.user_id, photo.photo_id) is None
        sweep_from(world, edit.expires_at)
        assert world.objects() == objects_of(photo)


class TestRoom:
    def test_oldest_edit_makes_room_for_good(self, world: World) -> None:
        photo = ready_photo(world)
        edits = [made(world, photo, key=f"k{n}", contrast=n) for n in range(EDITS_KEPT + 2)]

        assert world.objects() == objects_of(photo, *edits[2:])
        kept = world.edits.history.list_edits(photo.user_id, photo.photo_id)
        assert [one.edit.id for one in kept] == [one.id for one in reversed(edits[2:])]
        with pytest.raises(NotFound):
            shown(world, edits[0])

    def test_the_one_that_is_shown_stays(self, world: World) -> None:
        photo = ready_photo(world)
        edits = [made(world, photo, key=f"k{n}", contrast=n) for n in range(EDITS_KEPT)]
        world.edits.history.choose_edit(photo.user_id, photo.photo_id, edits[0].id)
        more = made(world, photo, key="more", contrast=99)

        assert world.objects() == objects_of(photo, edits[0], *edits[2:], more)

    def test_edit_that_made_room_is_not_made_afterwards(self, world: World) -> None:
        photo = ready_photo(world)
        late = ask(world, photo, key="late", contrast=99)
        for n in range(EDITS_KEPT):
            made(world, photo, key=f"k{n}", contrast=n)

        assert deliver(world, late) == DONE
        assert not any(late.id in name for name in world.objects())
        with pytest.raises(NotFound):
            shown(world, late)
