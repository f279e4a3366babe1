"""Owners are told before their photos leave: twice, once each, and of nothing else (FD.4)."""

from datetime import date, datetime, timedelta
from functools import partial
from itertools import count

import pytest

from chalicelib.identity.leaving_notices import LeavingNotices
from chalicelib.identity.notices import NoticeKind
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import user_partition
from chalicelib.photos.keeping.leaving import LeavingService
from chalicelib.storage import read_partition
from tests.faults import Fault
from tests.memory_world import MemoryWorld
from tests.world import World, running_world

PLENTY = timedelta(minutes=3)
Told = tuple[UserId, int, date]


class Notes:
    """Keeps what was told."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.calls = 0

    def tell_leaving(self, user_id: UserId, *, days: int, leaves_on: date, now: datetime) -> None:
        self.calls += 1
        if (user_id, days, leaves_on) not in self.told:
            self.told.append((user_id, days, leaves_on))


@pytest.fixture
def world() -> MemoryWorld:
    return MemoryWorld()


@pytest.fixture
def notes() -> Notes:
    return Notes()


def ready(world: MemoryWorld, user_id: UserId, *, key: str, days: int = 60) -> PhotoId:
    world.choices.set_default(user_id, days)
    photo_id = world.upload(user_id, key=key)
    world.deliver(user_id, photo_id)
    return photo_id


def run(service: LeavingService, world: MemoryWorld, *, hours: int) -> None:
    for _ in range(hours):
        world.clock.advance(hours=1)
        service.tell_owners(within=PLENTY)


def begun(world: MemoryWorld, notes: Notes) -> LeavingService:
    service = world.photo_services.leaving_with(notes)
    service.tell_owners(within=PLENTY)
    return service


class TestTelling:
    def test_happens_14_and_3_days_before_once_a_day_of_leaving(
        self, world: MemoryWorld, notes: Notes
    ) -> None:
        service, user_id = begun(world, notes), world.log_in()
        for key in ("a", "b"):
            ready(world, user_id, key=key)
            world.clock.advance(hours=2)
        day = date(2027, 1, 22)
        run(service, world, hours=24 * 45)
        assert notes.told == []

        run(service, world, hours=24 * 2)
        assert notes.told == [(user_id, 14, day)]
        run(service, world, hours=24 * 14)
        assert notes.told == [(user_id, 14, day), (user_id, 3, day)]
        assert notes.calls == 2

    def test_is_made_up_for_after_an_outage_and_not_after_the_end(
        self, world: MemoryWorld, notes: Notes
    ) -> None:
        service, user_id = begun(world, notes), world.log_in()
        ready(world, user_id, key="a")
        world.clock.advance(days=50)
        service.tell_owners(within=PLENTY)
        assert [days for _, days, _ in notes.told] == [14]

        world.clock.advance(days=20)
        service.tell_owners(within=PLENTY)
        assert [days for _, days, _ in notes.told] == [14]

    def test_is_not_for_photos_that_were_to_be_kept_hardly_longer(
        self, world: MemoryWorld, notes: Notes
    ) -> None:
        service, user_id = begun(world, notes), world.log_in()
        ready(world, user_id, key="a", days=20)
        ready(world, user_id, key="b", days=5)
        run(service, world, hours=24 * 21)

        assert [days for _, days, _ in notes.told] == [3]

    def test_is_not_of_what_is_gone_or_kept_longer_meanwhile(
        self, world: MemoryWorld, notes: Notes
    ) -> None:
        service, user_id = begun(world, notes), world.log_in()
        world.deletion.delete_photo(user_id, ready(world, user_id, key="a"))
        kept = ready(world, user_id, key="b")
        world.choices.choose(user_id, kept, date(2027, 6, 1))
        run(service, world, hours=24 * 60)

        assert notes.told == []

    @pytest.mark.parametrize("fault", Fault)
    def test_is_made_up_for_wherever_it_died(self, notes: Notes, fault: Fault) -> None:
        for nth in count(1, 37):
            world, notes = MemoryWorld(), Notes()
            service, user_id = begun(world, notes), world.log_in()
            ready(world, user_id, key="a")
            world.clock.advance(days=46, hours=2)
            step = world.photo_services.leaving_with(notes)
            tell = partial(step.tell_owners, within=PLENTY)
            fired = world.calls.run_into(tell, fault, nth)
            service.tell_owners(within=PLENTY)

            assert [days for _, days, _ in notes.told] == [14], nth
            if not fired or nth > 400:
                break


class TestNotice:
    def test_waits_for_every_session_until_the_day_is_over_and_comes_once(
        self,
    ) -> None:
        with running_world() as world:
            self._tell(world)

    def _tell(self, world: World) -> None:
        login = world.open_session()
        notices = LeavingNotices(world.accounts)
        now, user_id = world.clock.now(), login.account.id
        for _ in range(2):
            notices.tell_leaving(user_id, days=14, leaves_on=date(2026, 12, 7), now=now)
        notices.tell_leaving(UserId("erased"), days=14, leaves_on=date(2026, 12, 7), now=now)

        rows = read_partition(world.accounts, user_partition(user_id))
        kinds = [row["kind"] for row in rows if "kind" in row]
        assert kinds.count(NoticeKind.PHOTOS_LEAVE_IN_14_DAYS) == 1
        assert "erased" not in world.dump()
