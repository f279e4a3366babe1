"""Edits are seen, waited for, and gone back to."""

from datetime import timedelta

import pytest

from chalicelib.errors import Conflict, NotFound
from chalicelib.photos.edits.model import (
    EditState,
)
from tests.photos.edits.editing import (
    ask,
    current,
    made,
    objects_of,
    ready_photo,
)
from tests.world import World


class TestChoice:
    def test_any_edit_and_none_can_be_gone_back_to(self, world: World) -> None:
        photo = ready_photo(world)
        first = made(world, photo, key="first", contrast=1)
        second = made(world, photo, key="second", contrast=2)

        for edit_id in (first.id, None, second.id, second.id):
            world.edits.history.choose_edit(photo.user_id, photo.photo_id, edit_id)
            assert current(world, photo.user_id, photo.photo_id) == edit_id
        assert world.objects() == objects_of(photo, first, second)

    def test_edit_that_is_not_ready_cannot_be_chosen(self, world: World) -> None:
        photo = ready_photo(world)
        edit = ask(world, photo)

        with pytest.raises(Conflict):
            world.edits.history.choose_edit(photo.user_id, photo.photo_id, edit.id)

    def test_edit_of_another_photo_is_not_there(self, world: World) -> None:
        photo = ready_photo(world)
        edit = made(world, photo)
        other = ready_photo(world, photo.user_id, key="other")

        with pytest.raises(NotFound):
            world.edits.history.choose_edit(other.user_id, other.photo_id, edit.id)


class TestWaiting:
    def test_poll_returns_as_soon_as_the_edit_has_its_end(self, world: World) -> None:
        edit = made(world, ready_photo(world))
        before = world.clock.now()
        world.edits.history.get_edit(edit.job, wait=timedelta(seconds=20))

        assert world.clock.now() == before

    def test_poll_gives_up_in_time(self, world: World) -> None:
        edit = ask(world, ready_photo(world))
        before = world.clock.now()

        answer = world.edits.history.get_edit(edit.job, wait=timedelta(minutes=5))
        assert answer.state is EditState.QUEUED
        assert world.clock.now() - before == timedelta(seconds=20)
