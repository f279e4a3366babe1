"""A library of photos in memory, all that may destroy them, and a death at any call of a port."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from chalicelib.ids import PhotoId, UserId, uuid7
from chalicelib.keys import TOMBSTONES, original_object, photo_key, rendition_object
from chalicelib.photos.expiry import ExpiryService
from chalicelib.photos.items import ending_to_item, photo_to_item
from chalicelib.photos.model import Photo, PhotoState, Rendition
from chalicelib.photos.services import PhotoServices
from chalicelib.retention.model import photo_expires_at
from chalicelib.storage import ALWAYS, Put, Stored
from tests.fakes import FakeClock, FakeEntropy, FakeJobQueue, FakeLog
from tests.faults import Crash
from tests.memory import MemoryObjects, MemoryTable
from tests.memory_world import FakeConsents, FakeRegister

SIZES = {
    name: Rendition(width_px=1, height_px=1, size_bytes=5) for name in ("full", "preview", "thumb")
}


class Stock:
    """Ready photos by the thousand; `services` are those of the application."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.entropy = FakeEntropy()
        self.log: Any = FakeLog()
        self.queue = FakeJobQueue()
        self.photos = MemoryTable()
        self.originals, self.renditions = MemoryObjects(self.clock), MemoryObjects(self.clock)

    def pictures(self) -> list[Stored]:
        """Every rendition, of whichever photo."""
        stored = self.renditions.list_stored()
        return [one for one in stored if not one.key.startswith(TOMBSTONES)]

    def add(self, user_id: UserId, created_at: datetime) -> Photo:
        """Store a photo that became ready when it was granted."""
        photo_id = PhotoId(uuid7(created_at, self.entropy))
        photo = Photo(
            user_id=user_id,
            id=photo_id,
            state=PhotoState.READY,
            content_type="image/jpeg",
            max_bytes=1000,
            sha256=None,
            created_at=created_at,
            expires_at=photo_expires_at(created_at),
            renditions=SIZES,
        )
        row = photo_to_item(photo) | ending_to_item(photo)
        self.photos.write(Put(key=photo_key(user_id, photo_id), item=row, when=ALWAYS))
        for name in SIZES:
            key = rendition_object(user_id, photo_id, name)
            self.renditions.put(key, b"bytes", content_type="image/jpeg", backstop="")
        return photo

    def add_original(self, photo: Photo) -> None:
        key = original_object(photo.user_id, photo.id)
        self.originals.put(key, b"original", content_type="image/jpeg", backstop="")

    def expiry(self, ports: "Ports | None" = None) -> ExpiryService:
        return self.services(ports).expiry_with(self.queue)

    def services(self, ports: "Ports | None" = None) -> PhotoServices:
        """Make the services, on ports that may die if `ports` says so."""
        mortal = ports or Ports()
        return PhotoServices(
            photos=mortal.of(self.photos),
            originals=mortal.of(self.originals),
            renditions=mortal.of(self.renditions),
            register=FakeRegister(),
            consents=FakeConsents(),
            clock=self.clock,
            entropy=self.entropy,
            log=self.log,
        )


class Ports:
    """Counts the calls of every port it was given; kills the process after some of them."""

    def __init__(self, *deaths: int) -> None:
        self.calls = 0
        self._deaths = frozenset(deaths)

    def of(self, port: Any) -> Any:
        return _Mortal(self, port)

    def called(self) -> None:
        self.calls += 1
        if self.calls in self._deaths:
            raise Crash


class _Mortal:
    def __init__(self, ports: Ports, port: Any) -> None:
        self._ports = ports
        self._port = port

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*arguments: Any, **named: Any) -> Any:
            answer = method(*arguments, **named)
            self._ports.called()
            return answer

        return call


def moments(start: datetime, every: timedelta) -> Iterator[datetime]:
    return (start + number * every for number in count())
