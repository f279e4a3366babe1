"""No original stays behind, whatever was lost on its way (FD.1)."""

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest

from chalicelib.errors import Unavailable
from chalicelib.ids import UserId, uuid7
from chalicelib.keys import photo_key
from chalicelib.photos.model import Photo, PhotoState
from chalicelib.photos.stuck_originals import Checked, Fate, OriginalsService
from chalicelib.photos.worker import read_notification
from chalicelib.storage import ALWAYS, Delete, Tally, Update
from tests.memory import MemoryObjects
from tests.photos.stock import Ports, Stock

PLENTY = timedelta(minutes=4)


@pytest.fixture
def stock() -> Stock:
    return Stock()


def service(stock: Stock) -> OriginalsService:
    return stock.services().originals_with(stock.queue)


def photo_in(stock: Stock, state: PhotoState, **row: object) -> Photo:
    """A photo in a state, with an original that was uploaded just now."""
    photo = stock.add(UserId(uuid7(stock.clock.now(), stock.entropy)), stock.clock.now())
    key = photo_key(photo.user_id, photo.id)
    stock.photos.write(Update(key=key, set={"state": state, **row}, when=ALWAYS))
    stock.add_original(photo)
    return photo


def after(stock: Stock, **time: float) -> Checked:
    stock.clock.advance(**time)
    return service(stock).clear_originals(within=PLENTY)


def fates(checked: Checked) -> Mapping[Fate, int]:
    return dict(checked.fates)


class TestPhotoWithAnEnd:
    @pytest.mark.parametrize(
        "state",
        [PhotoState.READY, PhotoState.REJECTED, PhotoState.FAILED, PhotoState.DELETING],
    )
    def test_its_original_goes_and_that_is_noted(self, stock: Stock, state: PhotoState) -> None:
        photo = photo_in(stock, state)

        assert fates(after(stock, minutes=5)) == {Fate.CLEARED: 1}
        assert list(stock.originals.list_stored()) == []
        assert "original_deleted_at" in stock.photos.rows[photo_key(photo.user_id, photo.id)]

    def test_a_worker_gets_the_time_to_do_it_itself(self, stock: Stock) -> None:
        photo_in(stock, PhotoState.READY)

        assert fates(after(stock, minutes=4, seconds=59)) == {Fate.LEFT: 1}
        assert len(list(stock.originals.list_stored())) == 1

    def test_an_original_without_a_row_goes(self, stock: Stock) -> None:
        photo = photo_in(stock, PhotoState.READY)
        stock.photos.write(Delete(key=photo_key(photo.user_id, photo.id), when=ALWAYS))

        assert fates(after(stock, minutes=5)) == {Fate.CLEARED: 1}
        assert photo_key(photo.user_id, photo.id) not in stock.photos.rows

    @pytest.mark.parametrize("key", ["x", "ab/not-a-user/photo", "../escape"])
    def test_what_nothing_of_ours_wrote_goes(self, stock: Stock, key: str) -> None:
        stock.originals.put(key, b"?", content_type="image/jpeg", backstop="")

        assert fates(after(stock, minutes=5)) == {Fate.CLEARED: 1}
        assert list(stock.originals.list_stored()) == []

    def test_a_photo_past_its_time_has_no_original(self, stock: Stock) -> None:
        photo_in(stock, PhotoState.PROCESSING)

        assert fates(after(stock, days=190)) == {Fate.CLEARED: 1}


class TestPhotoWithoutAnEnd:
    @pytest.mark.parametrize("state", [PhotoState.AWAITING_UPLOAD, PhotoState.PROCESSING])
    def test_its_event_is_sent_again(self, stock: Stock, state: PhotoState) -> None:
        photo = photo_in(stock, state)

        assert fates(after(stock, minutes=15)) == {Fate.ASKED_AGAIN: 1}
        [body] = stock.queue.sent
        assert list(read_notification(body)) == [(photo.user_id, photo.id)]
        assert set(json.loads(body)) == {"Records"}

    def test_once_an_hour_however_often_it_is_looked_at(self, stock: Stock) -> None:
        photo_in(stock, PhotoState.PROCESSING)
        for _ in range(12 * 4):
            after(stock, minutes=5)

        assert len(stock.queue.sent) == 4
        assert len(list(stock.originals.list_stored())) == 1

    def test_the_age_of_the_oldest_is_told(self, stock: Stock) -> None:
        photo_in(stock, PhotoState.PROCESSING)
        stock.clock.advance(minutes=40)
        photo_in(stock, PhotoState.READY)

        assert after(stock, minutes=5).oldest == timedelta(minutes=45)
        told = stock.log.lines[-1]
        assert (told["message"], told["age_s"], told["count"]) == ("originals_checked", 2700, 2)

    def test_nothing_there_is_no_age(self, stock: Stock) -> None:
        assert after(stock, minutes=5).oldest == timedelta()


class TestRun:
    def test_what_cannot_be_cleared_keeps_nothing_else(self, stock: Stock) -> None:
        class Stubborn(MemoryObjects):
            def destroy(self, prefix: str) -> Tally:
                if prefix == "a":
                    raise Unavailable
                return super().destroy(prefix)

        stock.originals = Stubborn(stock.clock)
        for key in ("a", "b"):
            stock.originals.put(key, b"?", content_type="image/jpeg", backstop="")

        assert fates(after(stock, minutes=5)) == {Fate.LEFT: 1, Fate.CLEARED: 1}
        assert [one.key for one in stock.originals.list_stored()] == ["a"]
        assert "original_not_cleared" in stock.log.events()

    def test_without_time_only_ages_are_read(self, stock: Stock) -> None:
        photo_in(stock, PhotoState.READY)
        stock.clock.advance(minutes=50)
        checked = service(stock).clear_originals(within=timedelta())

        assert checked.oldest == timedelta(minutes=50)
        assert len(list(stock.originals.list_stored())) == 1

    def test_a_young_original_costs_no_read_of_its_row(self, stock: Stock) -> None:
        photo_in(stock, PhotoState.READY)
        ports = Ports()
        stock.services(ports).originals_with(stock.queue).clear_originals(within=PLENTY)

        assert ports.calls == 1
