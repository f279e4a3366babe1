"""Every move of an edit is a legal one, and each end is an end."""

from itertools import product

import pytest
from msgspec.structs import replace

from chalicelib.ids import EditId
from chalicelib.photos.edits.items import job_from_message
from chalicelib.photos.edits.model import (
    EDIT_TRANSITIONS,
    EDITS_KEPT,
    ENDED,
    EditEvent,
    EditState,
    edit_moved,
    kept_with,
)
from tests.photos.edits.editing import ready_photo
from tests.world import World


class TestMoves:
    def test_nothing_leaves_an_end(self) -> None:
        assert not [state for state, _ in EDIT_TRANSITIONS if state in ENDED]

    def test_every_state_can_be_reached(self) -> None:
        assert {EditState.QUEUED, *EDIT_TRANSITIONS.values()} == set(EditState)

    def test_any_other_move_is_a_mistake(self) -> None:
        for state, event in product(EditState, EditEvent):
            if (state, event) not in EDIT_TRANSITIONS:
                with pytest.raises(KeyError):
                    edit_moved(state, event)


class TestKept:
    @pytest.mark.parametrize("count", [0, 1, EDITS_KEPT - 1, EDITS_KEPT])
    def test_the_oldest_makes_room(self, world: World, count: int) -> None:
        job = ready_photo(world)
        photo = world.photo_store.find(job.user_id, job.photo_id)
        assert photo
        edits = tuple(EditId(str(number)) for number in range(count))

        kept = kept_with(replace(photo, edits=edits), EditId("new"))
        assert kept == (*edits[max(0, count + 1 - EDITS_KEPT) :], "new")


class TestMessage:
    @pytest.mark.parametrize(
        "body",
        ["", "{}", "[]", "null", '{"user": "a", "photo": "b", "edit": "c"}', "[" * 100_000],
    )
    def test_anything_else_is_not_one(self, body: str) -> None:
        with pytest.raises(ValueError, match="not a message about an edit"):
            job_from_message(body)
