"""What must be true of every table and bucket once the ordinary schedules have run.

Everything is listed; nothing is asked for by what a test knows of.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.clock import from_iso
from chalicelib.keys import TOMBSTONES, owner_of_original
from chalicelib.photos.model import TERMINAL
from chalicelib.photos.stuck_originals import SETTLED_AFTER
from chalicelib.retention.schedule import AWAITED, CLEAR_EVERY, SWEEP_EVERY
from chalicelib.storage import Item, Stored
from tests.fakes import FakeJobQueue
from tests.memory_world import MemoryWorld
from tests.photo_world import FUNCTION_TIME, sqs_event

Rows = dict[tuple[str, str], Item]

SETTLED_LIMIT = SETTLED_AFTER + CLEAR_EVERY
"""The oldest that the original of a photo with an end can be: one run of `clear_originals`."""
UNSETTLED_LIMIT = AWAITED.period + SWEEP_EVERY


class Faulty(MemoryWorld):
    """A world whose stuck originals are sent to the workers again."""

    def __init__(self) -> None:
        super().__init__()
        self.again = FakeJobQueue()

    def deliver_body(self, body: str) -> None:
        self.worker.process_uploads(sqs_event(body), within=FUNCTION_TIME)


def find_broken(world: Faulty) -> list[str]:
    """Name everything that should not be there, or not any more."""
    now = world.clock.now()
    rows: Rows = {(row["pk"], row["sk"]): row for row in world.rows.rows.values()}
    return [
        *_rows_past_their_time(rows, now),
        *_old_originals(world, rows, now),
        *_objects_without_a_row(world, rows),
        *_ready_photos_without_objects(world, rows),
    ]


def _rows_past_their_time(rows: Rows, now: datetime) -> Iterator[str]:
    for (_, sk), row in rows.items():
        if "due_bucket" in row and from_iso(row["expires_at"]) + SWEEP_EVERY <= now:
            yield f"row past its time: {sk}"


def _old_originals(world: Faulty, rows: Rows, now: datetime) -> Iterator[str]:
    for stored in world.buckets["originals"].list_stored():
        row = _row_of(stored, rows)
        is_settled = row is None or row["state"] in TERMINAL
        limit = SETTLED_LIMIT if is_settled else UNSETTLED_LIMIT
        if now - stored.stored_at >= limit:
            yield f"original older than {limit}: {stored.key}"


def _row_of(stored: Stored, rows: Rows) -> Item | None:
    user_id, photo_id = owner_of_original(stored.key)
    return rows.get((f"USER#{user_id}", f"PHOTO#{photo_id}"))


def _objects_without_a_row(world: Faulty, rows: Rows) -> Iterator[str]:
    for stored in world.buckets["renditions"].list_stored():
        if stored.key.startswith(TOMBSTONES):
            continue  # says that something is gone
        _, user_id, photo_id, *_ = stored.key.split("/")
        if (f"USER#{user_id}", f"PHOTO#{photo_id}") not in rows:
            yield f"object without a row: {stored.key}"


def _ready_photos_without_objects(world: Faulty, rows: Rows) -> Iterator[str]:
    kept = {stored.key.rpartition("/")[0] for stored in world.buckets["renditions"].list_stored()}
    for (pk, sk), row in rows.items():
        if sk.startswith("PHOTO#") and row["state"] == "ready":
            name = f"{pk.removeprefix('USER#')}/{sk.removeprefix('PHOTO#')}"
            if not any(folder.endswith(name) for folder in kept):
                yield f"row without objects: {sk}"


def run_schedules(world: Faulty, *, hours: float) -> None:
    """Let time pass with every schedule at work, and every message that they send delivered."""
    services = world.photo_services
    until = world.clock.now() + timedelta(hours=hours)
    while world.clock.now() < until:
        world.clock.sleep(CLEAR_EVERY)
        services.originals_with(world.again).clear_originals(within=CLEAR_EVERY)
        while world.again.sent:
            world.deliver_body(world.again.sent.pop())
        world.expiry.expire_photos(within=SWEEP_EVERY)
