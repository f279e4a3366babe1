"""A person decides how long photos are kept; what S3 and the sweeper do follows (FD.4, ST.0)."""

from datetime import date, datetime, timedelta

import pytest

from chalicelib.clock import CHINA
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.ids import EditId, PhotoId, UserId
from chalicelib.keys import photo_key, renditions_prefix
from chalicelib.photos.edits.model import EditJob, EditState
from chalicelib.photos.edits.store import PhotoChanged
from chalicelib.photos.keeping.store import ChoiceStore
from chalicelib.photos.model import Photo
from chalicelib.retention.model import Keeping, keeping_of, photo_expires_at
from tests.memory_world import MemoryWorld
from tests.photos.edits.editing import made, shown

HOUR = timedelta(hours=1)
LATER = date(2028, 11, 1)
"""Beyond six months and within two years of `tests.fakes.START`."""


@pytest.fixture
def world() -> MemoryWorld:
    return MemoryWorld()


def ready(world: MemoryWorld, *, key: str = "key-1") -> tuple[UserId, PhotoId]:
    user_id = world.log_in()
    photo_id = world.upload(user_id, key=key)
    world.deliver(user_id, photo_id)
    return user_id, photo_id


def job_of(owner: tuple[UserId, PhotoId]) -> EditJob:
    return EditJob(user_id=owner[0], photo_id=owner[1], edit_id=EditId("none"))


def get(world: MemoryWorld, owner: tuple[UserId, PhotoId]) -> Photo:
    return world.library.get_photo(*owner).photo


def tags(world: MemoryWorld, owner: tuple[UserId, PhotoId]) -> set[str]:
    """The backstops that the objects of a photo have."""
    bucket = world.buckets["renditions"]
    stored = bucket.list_stored(renditions_prefix(*owner))
    return {bucket.backstops[one.key] for one in stored}


def pass_time_until(world: MemoryWorld, instant: datetime) -> None:
    world.clock.sleep(instant - world.clock.now())


class TestShorter:
    def test_photo_is_gone_at_the_end_of_its_last_day_in_china(self, world: MemoryWorld) -> None:
        owner = ready(world)
        world.choices.choose(*owner, date(2026, 12, 24))
        end = datetime(2026, 12, 25, tzinfo=CHINA)
        assert get(world, owner).expires_at == end

        pass_time_until(world, end - timedelta(microseconds=1))
        assert get(world, owner)
        pass_time_until(world, end)
        with pytest.raises(NotFound):
            get(world, owner)
        assert world.expiry.expire_photos(within=HOUR).objects == 3
        assert world.objects() == set()

    def test_sweeper_does_not_meet_it_at_its_old_place(self, world: MemoryWorld) -> None:
        owner = ready(world)
        world.choices.choose(*owner, date(2026, 12, 24))
        row = world.photos.get(photo_key(*owner))

        assert row
        assert row["due_bucket"].startswith("2026-12-24T16#")

    def test_today_is_the_earliest(self, world: MemoryWorld) -> None:
        owner = ready(world)
        with pytest.raises(InvalidRequest):
            world.choices.choose(*owner, date(2026, 11, 22))
        world.choices.choose(*owner, date(2026, 11, 23))

        assert get(world, owner).expires_at == datetime(2026, 11, 24, tzinfo=CHINA)


class TestLonger:
    def test_photo_outlives_its_six_months_and_every_sweep(self, world: MemoryWorld) -> None:
        owner = ready(world)
        six_months = get(world, owner).expires_at
        world.choices.choose(*owner, LATER)
        pass_time_until(world, six_months + timedelta(days=20))

        assert world.expiry.expire_photos(within=HOUR).photos == 0
        assert get(world, owner).expires_at == datetime(2028, 11, 2, tzinfo=CHINA)
        pass_time_until(world, datetime(2028, 11, 2, tzinfo=CHINA))
        assert world.expiry.expire_photos(within=HOUR).photos == 1
        assert world.objects() == set()

    def test_lifecycle_is_told_before_the_row_is(self, world: MemoryWorld) -> None:
        owner = ready(world)
        assert tags(world, owner) == {"six-months"}
        world.choices.choose(*owner, LATER)

        assert tags(world, owner) == {"longer"}

    def test_going_back_leaves_the_later_backstop_so_that_none_is_ever_early(
        self, world: MemoryWorld
    ) -> None:
        owner = ready(world)
        world.choices.choose(*owner, LATER)
        world.choices.choose(*owner, None)
        photo = get(world, owner)

        assert photo.expires_at == photo_expires_at(photo.created_at)
        assert keeping_of(photo.created_at, photo.expires_at) is Keeping.DEFAULT
        assert tags(world, owner) == {"longer"}

    def test_two_years_are_the_furthest(self, world: MemoryWorld) -> None:
        owner = ready(world)
        with pytest.raises(InvalidRequest):
            world.choices.choose(*owner, date(2028, 11, 23))
        world.choices.choose(*owner, date(2028, 11, 22))

        assert tags(world, owner) == {"longer"}

    def test_six_months_that_are_over_cannot_be_chosen_again(self, world: MemoryWorld) -> None:
        owner = ready(world)
        world.choices.choose(*owner, LATER)
        world.clock.advance(days=200)

        with pytest.raises(InvalidRequest):
            world.choices.choose(*owner, None)
        assert get(world, owner)


class TestEdits:
    def test_edit_lives_and_ends_with_its_photo(self, world: MemoryWorld) -> None:
        owner = ready(world)
        edit = made(world, job_of(owner))
        world.choices.choose(*owner, LATER)
        world.clock.advance(days=250)

        assert get(world, owner).shown_edit(world.clock.now()) is not None
        assert tags(world, owner) == {"longer"}
        assert shown(world, edit).edit.state is EditState.READY

    def test_edit_under_way_follows_a_choice_made_meanwhile(self, world: MemoryWorld) -> None:
        owner = ready(world)
        world.darkroom.meanwhile = lambda: world.choices.choose(*owner, LATER)
        made(world, job_of(owner))

        assert tags(world, owner) == {"longer"}
        edit = get(world, owner).current_edit
        assert edit
        assert edit.expires_at == get(world, owner).expires_at

    def test_edit_made_afterwards_has_the_later_backstop(self, world: MemoryWorld) -> None:
        owner = ready(world)
        world.choices.choose(*owner, LATER)
        made(world, job_of(owner))

        assert tags(world, owner) == {"longer"}


class TestDefault:
    def test_it_is_for_photos_to_come_and_for_no_other(self, world: MemoryWorld) -> None:
        owner = ready(world)
        before = get(world, owner).expires_at
        world.choices.set_default(owner[0], 30)
        later = owner[0], world.upload(owner[0], key="later")
        world.deliver(*later)

        assert get(world, owner).expires_at == before
        photo = get(world, later)
        assert photo.expires_at == photo.created_at + timedelta(days=30)
        assert tags(world, later) == {"six-months"}

    def test_taking_it_back_means_six_months(self, world: MemoryWorld) -> None:
        user_id = world.log_in()
        world.choices.set_default(user_id, 30)
        world.choices.set_default(user_id, None)
        photo_id = world.upload(user_id)
        world.deliver(user_id, photo_id)

        assert world.choices.get_default(user_id) is None
        photo = get(world, (user_id, photo_id))
        assert photo.expires_at == photo_expires_at(photo.created_at)


class TestRaces:
    def test_photo_that_goes_meanwhile_does_not_come_back(self, world: MemoryWorld) -> None:
        owner = ready(world)
        photo = get(world, owner)
        world.deletion.delete_photo(*owner)

        with pytest.raises(NotFound):
            world.choices.choose(*owner, LATER)
        with pytest.raises(PhotoChanged):
            ChoiceStore(world.photos).move_end(photo, [], photo.expires_at, world.clock.now())
        assert world.photo_store.find(*owner) is None

    def test_photo_whose_time_is_over_cannot_be_kept(self, world: MemoryWorld) -> None:
        owner = ready(world)
        pass_time_until(world, get(world, owner).expires_at)

        with pytest.raises(NotFound):
            world.choices.choose(*owner, LATER)
        assert world.expiry.expire_photos(within=HOUR).photos == 1

    def test_nobody_chooses_for_another(self, world: MemoryWorld) -> None:
        owner = ready(world)
        with pytest.raises(NotFound):
            world.choices.choose(world.log_in(), owner[1], LATER)
