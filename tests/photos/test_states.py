"""The store lets a photo make the legal moves and no other (crash windows 3 to 10)."""

from datetime import timedelta
from itertools import product

import pytest
from msgspec.structs import replace

from chalicelib.ids import LeaseId
from chalicelib.keys import photo_key
from chalicelib.photos.ending_store import EndingStore
from chalicelib.photos.model import TRANSITIONS, Lease, Photo, PhotoEvent, PhotoState
from chalicelib.storage import ConditionFailed, Exists, Update
from tests.world import World

HELD = LeaseId("the lease that holds")


def photo_in(world: World, state: PhotoState) -> Photo:
    """A photo put into a state by hand; a PROCESSING one has a lease that is over."""
    user_id = world.log_in()
    photo = world.grant(user_id)[0].photo
    lease = {"lease_id": HELD, "lease_until": "2000-01-01T00:00:00.000000Z"}
    world.photos.write(
        Update(key=photo_key(user_id, photo.id), set={"state": state, **lease}, when=Exists())
    )
    return replace(photo, state=state)


def happen(world: World, photo: Photo, event: PhotoEvent) -> None:
    store, now = world.photo_store, world.clock.now()
    lease = Lease(id=HELD, until=now + timedelta(seconds=90))
    match event:
        case PhotoEvent.CLAIMED:
            store.claim(photo.user_id, photo.id, lease, now)
        case PhotoEvent.RENDERED:
            store.finish(replace(photo, state=PhotoState.READY), lease)
        case PhotoEvent.REFUSED:
            store.finish(replace(photo, state=PhotoState.REJECTED, reason="corrupt"), lease)
        case PhotoEvent.NOT_UPLOADED:
            store.finish(replace(photo, state=PhotoState.AWAITING_UPLOAD), lease)
        case PhotoEvent.GIVEN_UP:
            store.give_up(replace(photo, state=PhotoState.FAILED, reason="corrupt"), now)
        case PhotoEvent.DELETION:
            endings = EndingStore(world.photos)
            endings.mark_deleting(photo.user_id, photo.id, now, only_expired=False)


@pytest.mark.parametrize(("state", "event"), list(product(PhotoState, PhotoEvent)))
def test_only_legal_moves_happen(world: World, state: PhotoState, event: PhotoEvent) -> None:
    photo = photo_in(world, state)
    after = TRANSITIONS.get((state, event))
    if after is None:
        with pytest.raises(ConditionFailed):
            happen(world, photo, event)
    else:
        happen(world, photo, event)

    found = world.photo_store.find(photo.user_id, photo.id)
    assert found is not None
    assert found.state is (after or state)


def test_worker_whose_lease_was_taken_over_cannot_finish(world: World) -> None:
    photo = photo_in(world, PhotoState.PROCESSING)
    late = Lease(id=LeaseId("another lease"), until=world.clock.now())

    with pytest.raises(ConditionFailed):
        world.photo_store.finish(replace(photo, state=PhotoState.READY), late)
