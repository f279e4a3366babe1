"""Messages of a photo and of its edits, doubled, out of order, killed and throttled at any call.

However they come, the ordinary redelivery brings what one quiet delivery of each would have.
"""

from collections.abc import Callable
from functools import partial
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import renditions_prefix
from chalicelib.photos.edits.model import Edit, EditState
from chalicelib.photos.model import PhotoState
from tests.faults import Fault
from tests.memory_world import MemoryWorld
from tests.photos.edits.editing import (
    DONE,
    NAMES,
    ask,
    current,
    deliver,
    objects_of,
    ready_photo,
    shown,
)


class Delivery(Struct, frozen=True):
    """One message that comes: which, what happens to its worker at which call, and when."""

    which: int
    fault: Fault | None
    nth: int
    waited_s: int


def deliveries(*, messages: int) -> st.SearchStrategy[list[Delivery]]:
    one = st.builds(
        Delivery,
        which=st.integers(0, messages - 1),
        fault=st.none() | st.sampled_from(Fault),
        nth=st.integers(1, 14),
        waited_s=st.sampled_from([0, 5, 95]),
    )
    return st.lists(one, max_size=8)


def bring(
    world: MemoryWorld, workers: list[Callable[..., object]], history: list[Delivery]
) -> None:
    """Deliver as the history says, then as the queue would: what was not done, until it is."""
    done = set()
    for one in history:
        world.clock.advance(seconds=one.waited_s)
        work = workers[one.which]
        if one.fault:
            world.calls.run_into(work, one.fault, one.nth)
        elif work() == DONE:
            done.add(one.which)
    for which, work in enumerate(workers):
        if which not in done:
            redeliver(world, work)


def redeliver(world: MemoryWorld, work: Callable[..., object]) -> None:
    for attempt in count(2):
        assert attempt <= 4, "never done"
        world.clock.advance(minutes=6)
        if work(attempt=attempt) == DONE:
            return


@given(deliveries(messages=1))
@settings(max_examples=120, deadline=None, derandomize=True)
def test_an_upload_always_ends_as_one_delivery_would_end_it(history: list[Delivery]) -> None:
    world = MemoryWorld()
    user_id = world.log_in()
    photo_id = world.upload(user_id)
    worker = partial(world.deliver, user_id, photo_id)

    bring(world, [worker], history)

    photo = world.library.get_photo(user_id, photo_id).photo
    assert photo.state is PhotoState.READY
    assert photo.original_deleted_at is not None
    assert world.objects() == own_objects(user_id, photo_id)


def own_objects(user_id: UserId, photo_id: PhotoId) -> set[str]:
    return {f"renditions/{renditions_prefix(user_id, photo_id)}{name}.jpg" for name in NAMES}


@given(deliveries(messages=3))
@settings(max_examples=120, deadline=None, derandomize=True)
def test_edits_always_end_as_one_delivery_of_each_would_end_them(history: list[Delivery]) -> None:
    world = MemoryWorld()
    photo = ready_photo(world)
    edits: list[Edit] = [ask(world, photo, key=key, contrast=len(key)) for key in ("a", "bb")]
    workers: list[Callable[..., object]] = [
        *(partial(deliver, world, edit) for edit in edits),
        partial(world.deliver, photo.user_id, photo.photo_id),
    ]

    bring(world, workers, history)

    assert [shown(world, edit).state for edit in edits] == [EditState.READY] * 2
    assert current(world, photo.user_id, photo.photo_id) == edits[-1].id
    assert world.objects() == objects_of(photo, *edits)
