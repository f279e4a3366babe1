"""The same world in memory, for tests that kill what they run at every call in turn."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from typing import Any

from chalicelib.errors import AppError, Unavailable
from chalicelib.ids import UserId, uuid7
from chalicelib.keys import TOMBSTONES
from chalicelib.photos.edits.store import PhotoChanged
from chalicelib.photos.ports import JobQueue, Joined, Over, Registered, StillGuest
from chalicelib.privacy.errors import ConsentRequired
from chalicelib.privacy.ports import Purpose
from tests.fakes import FakeClock, FakeEntropy, FakeLog
from tests.faults import Crash, Fault
from tests.memory import MemoryObjects, MemoryTable
from tests.photo_world import PhotoWorld

CALLS = frozenset(
    {"get", "query", "write", "fetch", "put", "copy", "retag", "delete", "destroy", "send"}
)


class Calls:
    """Counts the calls of ports and lets the nth of them fail, as `tests.faults` does for AWS."""

    def __init__(self) -> None:
        self.made = 0
        self.before: dict[str, Callable[[], object]] = {}
        """What happens before each call of a name."""
        self._fault: Fault | None = None
        self._numbers = count(1)
        self._nth = 0

    @contextmanager
    def failing(self, fault: Fault, nth: int) -> Iterator[None]:
        self.made, self._numbers = 0, count(1)
        self._fault, self._nth = fault, nth
        try:
            yield
        finally:
            self._fault = None

    def run_into(self, step: Callable[[], object], fault: Fault, nth: int) -> bool:
        """Run a step into its nth fault; returns whether it has that many calls."""
        with self.failing(fault, nth), suppress(Crash, AppError, PhotoChanged):
            step()
        return self.made >= nth

    def counted(self, port: object) -> Any:
        return _Counted(port, self)

    def call(self, work: Callable[..., object], *args: object, **options: object) -> object:
        self.before.get(getattr(work, "__name__", ""), int)()
        self.made += 1
        is_it = next(self._numbers) == self._nth
        if is_it and self._fault is Fault.THROTTLED:
            raise Unavailable
        answer = work(*args, **options)
        if is_it and self._fault is Fault.AFTER:
            raise Crash
        return answer


class _Counted:
    def __init__(self, port: object, calls: Calls) -> None:
        self._port = port
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name not in CALLS:
            return found

        return partial(self._calls.call, found)


class FakeRegister:
    """Everybody has an account who is not said to be a guest."""

    def __init__(self) -> None:
        self.guests: dict[UserId, StillGuest | Joined | Over] = {}

    def get_standing(self, user_id: UserId) -> StillGuest | Registered | Joined | Over:
        return self.guests.get(user_id, Registered())

    def list_joined(self, account_id: UserId) -> list[UserId]:
        return [
            guest
            for guest, standing in self.guests.items()
            if isinstance(standing, Joined) and standing.account_id == account_id
        ]

    def forget(self, guest_id: UserId) -> None:
        self.guests[guest_id] = Over()


class FakeConsents:
    """Nobody ever agreed to anything."""

    def demand(self, user_id: UserId, purpose: Purpose) -> None:
        raise ConsentRequired(purpose)


class MemoryWorld(PhotoWorld):
    def __init__(self) -> None:
        self.calls = Calls()
        self.clock, self.entropy, self.log = FakeClock(), FakeEntropy(), FakeLog()
        self.rows = MemoryTable()
        self.photos = self.calls.counted(self.rows)
        self.payment_rows = MemoryTable()
        self.payments = self.calls.counted(self.payment_rows)
        self.buckets = {name: MemoryObjects(self.clock) for name in ("originals", "renditions")}
        self.originals = self.calls.counted(self.buckets["originals"])
        self.renditions = self.calls.counted(self.buckets["renditions"])
        self.register = self.guests = FakeRegister()
        self.consents = FakeConsents()
        self.build_photos()

    def log_in(self) -> UserId:
        """Return somebody new who has an account."""
        return UserId(uuid7(self.clock.now(), self.entropy))

    def watched(self, queue: JobQueue) -> JobQueue:
        jobs: JobQueue = self.calls.counted(queue)
        return jobs

    def objects(self) -> set[str]:
        return {
            f"{name}/{stored.key}"
            for name, bucket in self.buckets.items()
            for stored in bucket.list_stored()
            if not stored.key.startswith(TOMBSTONES)
        }
