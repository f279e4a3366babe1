"""Seeing and destroying one's photos (FD.2, FD.3, FD.4)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from chalicelib.errors import NotFound
from chalicelib.ids import PhotoId, UserId
from chalicelib.photos.ending_store import EndingStore
from chalicelib.photos.model import PhotoState
from chalicelib.photos.sweep import Due, DuePhotos, Stretch
from tests.world import BOB_PHONE, World


def mark(world: World, user_id: UserId, photo_id: PhotoId) -> None:
    """Begin a deletion that dies at once."""
    now = world.clock.now()
    EndingStore(world.photos).mark_deleting(user_id, photo_id, now, only_expired=False)


class TestGet:
    def test_photo_of_somebody_else_is_not_there(self, world: World) -> None:
        alice, bob = world.log_in(), world.log_in(BOB_PHONE)
        photo_id = world.upload(alice)

        with pytest.raises(NotFound):
            world.library.get_photo(bob, photo_id)
        with pytest.raises(NotFound):
            world.deletion.delete_photo(bob, photo_id)
        assert world.library.get_photo(alice, photo_id)

    def test_addresses_are_attachments_for_five_minutes_that_no_cache_keeps(
        self, world: World
    ) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        world.deliver(user_id, photo_id)
        url = world.library.get_photo(user_id, photo_id).urls["full"]

        assert "X-Amz-Expires=300" in url
        assert "response-cache-control=no-store" in url
        assert "response-content-disposition=attachment" in url

    def test_photo_past_its_time_is_gone_before_any_sweep(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        world.deliver(user_id, photo_id)
        photo = world.library.get_photo(user_id, photo_id).photo
        world.clock.sleep(photo.expires_at - world.clock.now() - timedelta(microseconds=1))
        assert world.library.get_photo(user_id, photo_id)

        world.clock.sleep(timedelta(microseconds=1))
        with pytest.raises(NotFound):
            world.library.get_photo(user_id, photo_id)
        assert world.library.list_photos(user_id, limit=10, after=None).photos == ()

    def test_long_poll_returns_when_the_photo_ends_or_the_time_is_over(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        began = world.clock.now()

        waiting = world.library.get_photo(user_id, photo_id, wait=timedelta(seconds=60))
        assert waiting.photo.state is PhotoState.AWAITING_UPLOAD
        assert world.clock.now() - began == timedelta(seconds=20)
        world.deliver(user_id, photo_id)
        began = world.clock.now()
        world.library.get_photo(user_id, photo_id, wait=timedelta(seconds=20))
        assert world.clock.now() == began


class TestList:
    def test_pages_are_whole_and_newest_first(self, world: World) -> None:
        user_id = world.log_in()
        granted = []
        for number in range(7):
            granted.append(world.grant(user_id, key=f"key-{number}")[0].photo.id)
            world.clock.advance(seconds=1)
        seen, after = [], None
        while True:
            page = world.library.list_photos(user_id, limit=3, after=after)
            seen += [shown.photo.id for shown in page.photos]
            after = page.next_after
            if after is None:
                break

        assert seen == granted[::-1]

    def test_photos_being_deleted_do_not_shorten_a_page(self, world: World) -> None:
        user_id = world.log_in()
        granted = []
        for number in range(6):
            granted.append(world.grant(user_id, key=f"key-{number}")[0].photo.id)
            world.clock.advance(seconds=1)
        for photo_id in granted[2:5]:
            mark(world, user_id, photo_id)

        page = world.library.list_photos(user_id, limit=3, after=None)
        assert [shown.photo.id for shown in page.photos] == [granted[5], granted[1], granted[0]]

    def test_state_filters_and_pages_stay_whole(self, world: World) -> None:
        user_id = world.log_in()
        ready = []
        for number in range(5):
            photo_id = world.upload(user_id, key=f"key-{number}")
            if number % 2 == 0:
                world.deliver(user_id, photo_id)
                ready.append(photo_id)
            world.clock.advance(seconds=1)

        page = world.library.list_photos(user_id, limit=2, after=None, state=PhotoState.READY)
        assert [shown.photo.id for shown in page.photos] == ready[:0:-1]


class TestDelete:
    def test_everything_of_the_photo_is_destroyed_and_counted(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        world.deliver(user_id, photo_id)
        sizes = sum(
            one["Size"] for one in world.s3.list_objects_v2(Bucket="renditions")["Contents"]
        )
        destroyed = world.deletion.delete_photo(user_id, photo_id)

        assert (destroyed.photos, destroyed.objects, destroyed.size_bytes) == (1, 3, sizes)
        assert world.objects() == set()
        assert world.photo_store.find(user_id, photo_id) is None
        with pytest.raises(NotFound):
            world.deletion.delete_photo(user_id, photo_id)

    def test_unfinished_multipart_uploads_go_too(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        key = next(iter(world.objects())).removeprefix("originals/")
        world.s3.create_multipart_upload(Bucket="originals", Key=key)

        world.deletion.delete_photo(user_id, photo_id)
        assert "Uploads" not in world.s3.list_multipart_uploads(Bucket="originals")

    def test_all_goes_in_batches_and_only_ones_own(self, world: World) -> None:
        alice, bob = world.log_in(), world.log_in(BOB_PHONE)
        for number in range(2):
            world.grant(alice, key=f"a{number}", count=20)
        kept = world.upload(bob)
        batches = [world.deletion.delete_all(alice)]
        while batches[-1].has_more:
            batches.append(world.deletion.delete_all(alice))

        assert [batch.destroyed.photos for batch in batches] == [25, 15]
        assert world.library.get_photo(bob, kept)

    def test_deleting_some_skips_what_is_not_there(self, world: World) -> None:
        alice, bob = world.log_in(), world.log_in(BOB_PHONE)
        mine, theirs = world.upload(alice), world.upload(bob)
        batch = world.deletion.delete_photos(alice, [mine, theirs, mine])

        assert batch.destroyed.photos == 1
        assert world.library.get_photo(bob, theirs)


class TestExpire:
    HOUR = timedelta(hours=1)

    def test_sweep_destroys_what_is_past_its_time_and_nothing_else(self, world: World) -> None:
        user_id = world.log_in()
        old = world.upload(user_id, key="old")
        world.deliver(user_id, old)
        old_expires_at = world.library.get_photo(user_id, old).photo.expires_at
        world.clock.advance(days=100)
        young = world.upload(user_id, key="young")
        world.deliver(user_id, young)
        world.clock.sleep(old_expires_at - world.clock.now() + self.HOUR)

        assert world.expiry.expire_photos(within=self.HOUR).photos == 1
        assert world.photo_store.find(user_id, old) is None
        assert world.library.get_photo(user_id, young)
        assert len(world.objects()) == 3

    def test_photo_whose_upload_never_came_is_forgotten_after_a_day(self, world: World) -> None:
        user_id = world.log_in()
        photo = world.grant(user_id)[0].photo
        world.expiry.expire_photos(within=self.HOUR)
        world.clock.advance(hours=25)
        world.expiry.expire_photos(within=self.HOUR)

        assert world.photo_store.find(user_id, photo.id) is None

    def test_deletion_that_died_half_way_is_finished_by_the_sweep(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        EndingStore(world.photos).mark_deleting(
            user_id, photo_id, world.clock.now(), only_expired=False
        )

        assert world.expiry.expire_photos(within=self.HOUR).objects == 1
        assert world.objects() == set()

    def test_what_falls_due_after_a_sweep_within_the_same_hour_is_found(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        world.expiry.expire_photos(within=self.HOUR)
        EndingStore(world.photos).mark_deleting(
            user_id, photo_id, world.clock.now(), only_expired=False
        )

        assert world.expiry.expire_photos(within=self.HOUR).photos == 1

    def test_index_that_lags_makes_nothing_go_early(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)

        class LaggingIndex(DuePhotos):
            def list_due(self, stretch: Stretch, now: datetime) -> Iterator[Due]:
                yield Due(user_id, photo_id)

        expiry = world.photo_services.expiry_with(world.shards, LaggingIndex(world.photos))
        assert expiry.expire_photos(within=self.HOUR).photos == 0
        assert world.library.get_photo(user_id, photo_id)

    def test_run_out_of_time_is_made_up_for_by_the_next(self, world: World) -> None:
        user_id = world.log_in()
        world.grant(user_id, count=10)
        world.clock.advance(hours=25)

        assert world.expiry.expire_photos(within=timedelta()).photos == 0
        assert world.expiry.expire_photos(within=self.HOUR).photos == 10

    def test_outage_right_after_the_first_sweep_is_made_up_for(self, world: World) -> None:
        user_id = world.log_in()
        world.grant(user_id)
        world.expiry.expire_photos(within=self.HOUR)
        world.clock.advance(days=3)

        assert world.expiry.expire_photos(within=self.HOUR).photos == 1
