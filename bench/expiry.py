"""What the sweep costs: reads that follow what expired and not what is stored, and CPU a photo.

The network is stubbed: tables and buckets are in memory, or answer at once. A million photos are
computed from what one costs, at CALL_S for a call of AWS.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.figures import Figure
from chalicelib.clock import to_iso
from chalicelib.ids import UserId, uuid7
from chalicelib.keys import BY_DUE, DUE_SHARDS, sweep_cursor_key
from chalicelib.observability import JsonLog
from chalicelib.photos.sweep import PAGE
from chalicelib.storage import ALWAYS, Item, Page, Put, Stored, Tally, Write
from tests.photos.stock import Ports, Stock, moments

EXPIRED, STORED, TEN_TIMES = 400, 1_000, 10_000
WITHIN = timedelta(hours=1)
CPU_PHOTOS = 20_000
CALL_S = 0.008
"""Of DynamoDB or S3 within a region, seen from Lambda: single digits of milliseconds."""
RUN_S, WORKER_S, EVERY_S = 270, 810, 900
"""How long one run and one worker sweep, and how often a run begins (app.py)."""


def measure(_photos: Sequence[Path]) -> list[Figure]:
    few, many = _reads(STORED), _reads(TEN_TIMES)
    cpu_ms = _cpu_ms()
    calls = _calls_a_photo()
    photo_s = calls * CALL_S + cpu_ms / 1000
    side_by_side = DUE_SHARDS * WORKER_S / EVERY_S
    return [
        Figure("expiry/reads", few, "reads"),
        Figure("expiry/reads_at_ten_times_stored", many, "reads"),
        Figure("expiry/growth_of_reads", round(100 * (many / few - 1), 2), "%", target=5),
        Figure("expiry/cpu_a_photo", round(cpu_ms, 4), "ms", target=0.1),
        Figure("expiry/calls_a_photo", calls, "calls"),
        Figure("expiry/photos_of_one_run", int(RUN_S / photo_s), "photos"),
        Figure("expiry/million", round(1e6 * photo_s / side_by_side / 3600, 2), "h"),
    ]


def _stock(stored: int) -> tuple[Stock, datetime]:
    """Store photos of which EXPIRED are due at the time that is returned."""
    stock = Stock()
    owner = UserId(uuid7(stock.clock.now(), stock.entropy))
    times = moments(stock.clock.now(), timedelta(seconds=10))
    photos = [stock.add(owner, at) for at, _ in zip(times, range(stored), strict=False)]
    first, last = photos[0].expires_at, photos[EXPIRED - 1].expires_at
    hour = to_iso(first.replace(minute=0, second=0, microsecond=0))
    stock.photos.write(Put(key=sweep_cursor_key(), item={"swept_until": hour}, when=ALWAYS))
    stock.clock.sleep(last - stock.clock.now())
    return stock, last


class _Reads(Ports):
    """Counts reads of the table: one a call, and one for each row that it returned."""

    def of(self, port: Any) -> Any:
        return _Read(self, port) if hasattr(port, "query") else port


class _Read:
    def __init__(self, ports: _Reads, table: Any) -> None:
        self._ports, self._table = ports, table

    def get(self, key: Any) -> Item | None:
        self._ports.calls += 1
        found: Item | None = self._table.get(key)
        return found

    def query(self, partition: str, **options: Any) -> Page:
        page: Page = self._table.query(partition, **options)
        self._ports.calls += 1 + len(page.items)
        return page

    def write(self, *writes: Write) -> Item | None:
        return self._table.write(*writes)  # type: ignore[no-any-return]  # a table of the tests


def _reads(stored: int) -> int:
    stock, _ = _stock(stored)
    reads = _Reads()
    _expect(stock.expiry(reads).expire_photos(within=WITHIN).photos, EXPIRED)
    return reads.calls


def _calls_a_photo() -> float:
    stock, _ = _stock(STORED)
    ports = Ports()
    stock.expiry(ports).expire_photos(within=WITHIN)
    idle = Ports()
    stock.expiry(idle).expire_photos(within=WITHIN)
    # In memory a bucket is destroyed in one call; S3 lists twice, deletes, and lists again: an
    # empty one costs two calls, one with three objects five.
    return round((ports.calls - idle.calls) / EXPIRED + 1 + 4, 1)


class _Direct(Ports):
    """Ports as they are, uncounted."""

    def of(self, port: Any) -> Any:
        return port


class _Answering:
    """A table and two buckets that answer at once, with due photos in every partition."""

    def __init__(self, due: datetime) -> None:
        self._left = CPU_PHOTOS
        self._due = to_iso(due)

    def get(self, key: Any) -> Item | None:
        return None

    def query(self, partition: str, *, index: Any = None, **_: Any) -> Page:
        if index is not BY_DUE or not self._left:
            return Page((), None)
        taken = min(PAGE, self._left)
        self._left -= taken
        user, photo = "0" * 36, "1" * 36
        row = {"pk": f"USER#{user}", "sk": f"PHOTO#{photo}", "expires_at": self._due}
        return Page((row,) * taken, row if self._left else None)

    def write(self, *writes: Write) -> Item | None:
        return None

    def destroy(self, prefix: str) -> Tally:
        return Tally(3, 1000)

    def list_stored(self, prefix: str = "") -> Iterator[Stored]:
        yield from ()


def _cpu_ms() -> float:
    stock = Stock()
    answering: Any = _Answering(stock.clock.now())
    stock.photos = stock.originals = stock.renditions = answering
    with _lines_to_nowhere() as log:
        stock.log = log
        service = stock.expiry(_Direct())
        began = time.process_time()
        destroyed = service.expire_photos(within=WITHIN)
        spent_s = time.process_time() - began
    _expect(destroyed.photos, CPU_PHOTOS)
    return 1000 * spent_s / CPU_PHOTOS


@contextmanager
def _lines_to_nowhere() -> Iterator[JsonLog]:
    """The log as it is in Lambda, a line for each photo, which is most of the work."""
    os.environ.update(POWERTOOLS_SERVICE_NAME="bench-expiry", POWERTOOLS_LOG_LEVEL="INFO")
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        yield JsonLog("bench")


def _expect(found: int, wanted: int) -> None:
    if found != wanted:
        raise RuntimeError(f"{found} photos were destroyed, not {wanted}")
