"""The drill: a backup is restored, and nobody who was destroyed since comes back (FD.3)."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta

import pytest

from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import photo_key, user_partition
from chalicelib.photos.ports import Over
from chalicelib.photos.restoring import Restored, RestoreService
from chalicelib.photos.tombstones import Tombstones
from chalicelib.storage import Item, Key
from tests.memory_world import MemoryWorld
from tests.photos.edits.editing import made, shown
from tests.photos.keeping.test_choosing import job_of

HOUR = timedelta(hours=1)
Backup = dict[Key, dict[str, object]]


@pytest.fixture
def world() -> MemoryWorld:
    return MemoryWorld()


def ready(world: MemoryWorld, user_id: UserId, key: str = "k") -> PhotoId:
    photo_id = world.upload(user_id, key=key)
    world.deliver(user_id, photo_id)
    return photo_id


def back_up(world: MemoryWorld) -> Backup:
    return deepcopy(world.rows.rows)


def restore(world: MemoryWorld, backup: Backup) -> Restored:
    def read_rows() -> Iterator[Item]:
        yield from backup.values()

    service = RestoreService(
        photos=world.photos,
        tombstones=Tombstones(world.renditions),
        clock=world.clock,
        log=world.log,
    )
    return service.restore(read_rows)


def lose(world: MemoryWorld, user_id: UserId) -> None:
    """Lose every row about a user, as by a fault of ours."""
    for key in [key for key in world.rows.rows if key.pk == user_partition(user_id)]:
        world.rows._replace(key, None)


def rows_about(world: MemoryWorld, user_id: UserId) -> list[Key]:
    return [key for key in world.rows.rows if key.pk == user_partition(user_id)]


class TestDrill:
    def test_what_was_lost_comes_back_and_what_was_deleted_does_not(
        self, world: MemoryWorld
    ) -> None:
        user_id = world.log_in()
        kept, deleted = ready(world, user_id, "kept"), ready(world, user_id, "deleted")
        edit = made(world, job_of((user_id, kept)))
        backup = back_up(world)
        world.deletion.delete_photo(user_id, deleted)
        lose(world, user_id)
        restored = restore(world, backup)

        assert (restored.copied, restored.buried) == (2, 1)
        assert world.library.get_photo(user_id, kept).photo.edits == (edit.id,)
        assert shown(world, edit).edit.id == edit.id
        assert world.photo_store.find(user_id, deleted) is None
        assert restore(world, backup).copied == 0

    def test_nothing_that_is_there_is_overwritten(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        photo_id = ready(world, user_id)
        backup = back_up(world)
        world.choices.choose(user_id, photo_id, (world.clock.now() + timedelta(days=9)).date())
        before = world.photos.get(photo_key(user_id, photo_id))
        restore(world, backup)

        assert world.photos.get(photo_key(user_id, photo_id)) == before

    def test_nobody_who_was_erased_and_no_guest_who_ended_comes_back(
        self, world: MemoryWorld
    ) -> None:
        erased, guest = world.log_in(), world.log_in()
        until = world.clock.now() + timedelta(days=7)
        ready(world, erased)
        photo_id = world.grant(guest, guest_until=until)[0].photo.id
        world.put_original(guest, photo_id)
        world.deliver(guest, photo_id)
        backup = back_up(world)
        world.photos_data.erase(erased)
        world.guests.guests[guest] = Over()
        world.clock.advance(days=8)
        world.expiry.expire_photos(within=HOUR)
        world.photo_services.guests.end_guest(guest)

        assert restore(world, backup).copied == 0
        assert rows_about(world, erased) == []
        assert rows_about(world, guest) == []

    def test_what_expired_and_lies_behind_every_cursor_is_swept(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        world.expiry.expire_photos(within=HOUR)
        world.choices.set_default(user_id, 2)
        ready(world, user_id)
        backup = back_up(world)
        lose(world, user_id)
        world.clock.advance(days=10)
        world.expiry.expire_photos(within=HOUR)

        assert restore(world, backup).copied == 2
        assert world.expiry.expire_photos(within=HOUR).photos == 1
        assert world.objects() == set()

    def test_tombstones_name_nobody(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        photo_id = ready(world, user_id)
        world.deletion.delete_photo(user_id, photo_id)
        left = [one.key for one in world.buckets["renditions"].list_stored()]

        assert len(left) == 1
        assert user_id not in left[0]
        assert photo_id not in left[0]
