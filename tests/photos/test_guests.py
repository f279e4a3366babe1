"""What becomes of a guest's photos: kept by who registers, moved to who logs in, or gone (ST.0)."""

from datetime import timedelta

import pytest

from chalicelib.aws.s3 import S3Objects
from chalicelib.errors import NotFound, QuotaExceeded
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import guest_mark_key, renditions_prefix
from chalicelib.photos.arrivals import Brought
from chalicelib.photos.model import GUEST_ALLOWANCE, PhotoState
from chalicelib.retention.model import GUEST_MARGIN, photo_expires_at
from tests.fakes import START
from tests.guests import ENDS_AT, add_photo, come, log_in_as, services_with, sweep, upload
from tests.world import BOB_PHONE, World


def wait_until_the_end(world: World, *, and_then: timedelta = GUEST_MARGIN) -> None:
    world.clock.sleep(ENDS_AT + and_then - world.clock.now())


def renditions_of(user_id: UserId, photo_id: PhotoId) -> set[str]:
    prefix = renditions_prefix(user_id, photo_id)
    return {f"renditions/{prefix}{name}.jpg" for name in ("full", "preview", "thumb")}


class TestAllowance:
    def test_is_smaller_than_that_of_an_account(self, world: World) -> None:
        guest = come(world)
        until = guest.guest_until
        world.grant(guest.user_id, key="all", count=30, guest_until=until)
        with pytest.raises(QuotaExceeded) as refusal:
            world.grant(guest.user_id, key="one more", guest_until=until)

        assert refusal.value.facts["limit"] == "photos_per_day"
        limits = world.granting.get_limits(guest.user_id, until)
        assert (limits.photos_per_day, limits.used_photos) == (30, 30)
        assert limits.bytes_per_day == GUEST_ALLOWANCE.bytes_per_day

    def test_used_as_a_guest_counts_for_the_account_that_it_becomes(self, world: World) -> None:
        guest = come(world)
        world.grant(guest.user_id, count=30, guest_until=guest.guest_until)
        log_in_as(world, guest)

        assert world.granting.get_limits(guest.user_id).used_photos == 30


class TestOver:
    def test_nothing_is_left_of_a_guest_whose_time_is_over(self, world: World) -> None:
        guest = come(world)
        add_photo(world, guest)
        world.clock.sleep(timedelta(days=6, hours=23))
        upload(world, guest, key="late")
        wait_until_the_end(world)
        sweep(world)

        assert world.objects() == set()
        assert guest.user_id not in world.dump()

    def test_nothing_goes_early(self, world: World) -> None:
        guest = come(world)
        photo_id = add_photo(world, guest)
        wait_until_the_end(world, and_then=-timedelta(seconds=1))
        sweep(world)

        assert world.library.get_photo(guest.user_id, photo_id)
        assert len(world.objects()) == 3

    def test_other_people_keep_theirs(self, world: World) -> None:
        alice = world.log_in()
        photo_id = world.upload(alice)
        world.deliver(alice, photo_id)
        add_photo(world, come(world))
        wait_until_the_end(world)
        sweep(world)

        assert world.objects() == renditions_of(alice, photo_id)

    def test_upload_that_is_processed_after_the_end_leaves_nothing(self, world: World) -> None:
        guest = come(world)
        photo_id = upload(world, guest)

        def end_meanwhile() -> None:
            wait_until_the_end(world)
            sweep(world)

        world.renderer.meanwhile = end_meanwhile
        world.deliver(guest.user_id, photo_id)

        assert world.objects() == set()
        assert guest.user_id not in world.dump()


class TestRegistered:
    def test_keeps_every_photo_for_the_usual_six_months(self, world: World) -> None:
        guest = come(world)
        photo_id = add_photo(world, guest)
        login = log_in_as(world, guest)
        wait_until_the_end(world)
        sweep(world)

        photo = world.library.get_photo(login.account.id, photo_id).photo
        assert photo.expires_at == photo_expires_at(START)
        assert world.objects() == renditions_of(guest.user_id, photo_id)
        assert world.photos.get(guest_mark_key(guest.user_id)) is None

    def test_even_one_that_was_being_processed(self, world: World) -> None:
        guest = come(world)
        photo_id = upload(world, guest)
        world.renderer.meanwhile = lambda: log_in_as(world, guest)
        world.deliver(guest.user_id, photo_id)
        wait_until_the_end(world)
        sweep(world)

        assert world.library.get_photo(guest.user_id, photo_id).photo.state is PhotoState.READY


@pytest.fixture
def alice(world: World) -> UserId:
    return world.log_in()


class TestJoined:
    def test_account_gets_every_photo_and_the_guest_keeps_none(
        self, world: World, alice: UserId
    ) -> None:
        guest = come(world)
        moved = [add_photo(world, guest, key=str(number)) for number in range(3)]
        log_in_as(world, guest)

        assert world.arrivals.bring_photos(alice) == Brought(photos=3)
        assert world.objects() == set().union(*(renditions_of(alice, one) for one in moved))
        page = world.library.list_photos(alice, limit=10, after=None)
        assert [one.photo.id for one in page.photos] == sorted(moved, reverse=True)
        photo = page.photos[0].photo
        assert photo.expires_at == photo_expires_at(START)
        assert photo.is_settled
        assert world.granting.get_limits(alice).used_photos == 3

    def test_repeat_changes_nothing(self, world: World, alice: UserId) -> None:
        guest = come(world)
        photo_id = add_photo(world, guest)
        log_in_as(world, guest)
        world.arrivals.bring_photos(alice)

        assert world.arrivals.bring_photos(alice) == Brought()
        assert world.objects() == renditions_of(alice, photo_id)
        assert world.granting.get_limits(alice).used_photos == 1

    def test_many_come_in_batches(self, world: World, alice: UserId) -> None:
        guest = come(world)
        for number in range(21):
            add_photo(world, guest, key=str(number))
        log_in_as(world, guest)

        assert world.arrivals.bring_photos(alice) == Brought(photos=20, has_more=True)
        assert world.arrivals.bring_photos(alice) == Brought(photos=1)

    def test_photo_that_is_still_processed_comes_when_it_is_done(
        self, world: World, alice: UserId
    ) -> None:
        guest = come(world)
        photo_id = upload(world, guest)
        log_in_as(world, guest)

        assert world.arrivals.bring_photos(alice) == Brought(waiting=1)
        world.deliver(guest.user_id, photo_id)
        assert world.arrivals.bring_photos(alice) == Brought(photos=1)
        assert world.objects() == renditions_of(alice, photo_id)

    def test_message_that_comes_again_after_the_move_does_no_harm(
        self, world: World, alice: UserId
    ) -> None:
        guest = come(world)
        photo_id = add_photo(world, guest)
        log_in_as(world, guest)
        world.arrivals.bring_photos(alice)
        world.deliver(guest.user_id, photo_id, attempt=2)

        assert world.objects() == renditions_of(alice, photo_id)

    def test_sweep_brings_what_no_client_asked_for_and_ends_the_guest(
        self, world: World, alice: UserId
    ) -> None:
        guest = come(world)
        photo_id = add_photo(world, guest)
        log_in_as(world, guest)
        wait_until_the_end(world)
        sweep(world)

        assert world.library.get_photo(alice, photo_id)
        assert world.objects() == renditions_of(alice, photo_id)
        assert guest.user_id not in world.dump()

    def test_guest_ends_an_hour_after_the_client_brought_the_photos(
        self, world: World, alice: UserId
    ) -> None:
        guest = come(world)
        add_photo(world, guest)
        log_in_as(world, guest)
        world.arrivals.bring_photos(alice)
        sweep(world)
        assert guest.user_id in world.dump()
        world.clock.sleep(GUEST_MARGIN)
        sweep(world)

        assert guest.user_id not in world.dump()

    def test_photo_granted_as_the_guest_joined_is_waited_for(
        self, world: World, alice: UserId
    ) -> None:
        guest = come(world)
        log_in_as(world, guest)
        photo_id = upload(world, guest)
        world.arrivals.bring_photos(alice)
        sweep(world)
        world.deliver(guest.user_id, photo_id)
        world.clock.sleep(GUEST_MARGIN)
        sweep(world)

        assert world.library.get_photo(alice, photo_id)

    def test_nobody_else_gets_them(self, world: World, alice: UserId) -> None:
        bob = world.log_in(BOB_PHONE)
        guest = come(world)
        photo_id = add_photo(world, guest)
        log_in_as(world, guest)

        assert world.arrivals.bring_photos(bob) == Brought()
        world.arrivals.bring_photos(alice)
        with pytest.raises(NotFound):
            world.library.get_photo(bob, photo_id)

    def test_what_the_owner_deleted_on_its_way_never_comes_back(
        self, world: World, alice: UserId
    ) -> None:
        guest = come(world)
        photo_id = add_photo(world, guest)
        log_in_as(world, guest)
        deleting = DeletingObjects(world, alice, photo_id)
        services_with(world, renditions=deleting).arrivals.bring_photos(alice)

        assert world.objects() == set()
        assert world.arrivals.bring_photos(alice) == Brought()
        sweep(world)
        assert world.photo_store.find(alice, photo_id) is None

    def test_account_that_was_erased_gets_nothing_and_nothing_stays(
        self, world: World, alice: UserId
    ) -> None:
        guest = come(world)
        add_photo(world, guest)
        log_in_as(world, guest)
        world.photos_data.erase(alice)
        world.identity_data.erase(alice)
        wait_until_the_end(world)
        sweep(world)

        assert world.objects() == set()
        assert guest.user_id not in world.dump()
        assert alice not in world.dump()

    def test_missing_rendition_stops_neither_the_others_nor_the_sweep(
        self, world: World, alice: UserId
    ) -> None:
        guest = come(world)
        broken, whole = add_photo(world, guest, key="1"), add_photo(world, guest, key="2")
        world.renditions.destroy(renditions_prefix(guest.user_id, broken))
        log_in_as(world, guest)

        assert world.arrivals.bring_photos(alice) == Brought(photos=2)
        assert world.objects() == renditions_of(alice, whole)
        assert "rendition_missing" in world.log.events()


class DeletingObjects(S3Objects):
    """A bucket in which the owner deletes a photo in the middle of its move."""

    def __init__(self, world: World, owner: UserId, photo_id: PhotoId) -> None:
        super().__init__(world.s3, "renditions")
        self._world = world
        self._owned = owner, photo_id

    def copy(self, key: str, to: str, *, backstop: str) -> None:
        owner, photo_id = self._owned
        self._world.deletion.delete_photos(owner, [photo_id])
        super().copy(key, to, backstop=backstop)
