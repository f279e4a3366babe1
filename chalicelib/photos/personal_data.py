"""What photos holds about a person: rows, originals on their way, renditions."""

from collections.abc import Iterator, Mapping

from chalicelib.clock import Clock
from chalicelib.ids import UserId
from chalicelib.keys import user_prefix
from chalicelib.photos.holds.store import HoldStore
from chalicelib.photos.store import PhotoStore
from chalicelib.photos.tombstones import Tombstones
from chalicelib.privacy.ports import Record
from chalicelib.storage import Objects

HIDDEN = ("pk", "sk", "ttl", "due_bucket", "lease_id", "fingerprint", "reviewer")
"""Bookkeeping that says nothing of a person."""


class PhotosData:
    stores = frozenset({"PhotosTable", "OriginalsBucket", "RenditionsBucket"})

    def __init__(
        self,
        store: PhotoStore,
        holds: HoldStore,
        tombstones: Tombstones,
        *,
        originals: Objects,
        renditions: Objects,
        clock: Clock,
    ) -> None:
        self._store = store
        self._holds = holds
        self._tombstones = tombstones
        self._clock = clock
        self._buckets = {"OriginalsBucket": originals, "RenditionsBucket": renditions}

    def count(self, user_id: UserId) -> Mapping[str, int]:
        prefix = user_prefix(user_id)
        rows = sum(1 for _ in self._store.list_rows(user_id))
        objects = {name: bucket.tally(prefix).objects for name, bucket in self._buckets.items()}
        return {"PhotosTable": rows, **objects}

    def export(self, user_id: UserId) -> Iterator[Record]:
        for row in self._store.list_rows(user_id):
            kind, _, name = row["sk"].partition("#")
            data = {field: value for field, value in row.items() if field not in HIDDEN}
            if "sha256" in data:
                data["sha256"] = data["sha256"].hex()
            yield Record(kind.lower(), {"id": name, **data})

    def erase(self, user_id: UserId) -> Mapping[str, int]:
        """Destroy everything; nothing, while a legal hold keeps any of it.

        Raises:
            PhotoHeld: repeat after its end.
        """
        prefix = user_prefix(user_id)
        rows = sum(1 for _ in self._store.list_rows(user_id))
        self._holds.close(user_id, self._clock.now())
        self._tombstones.bury(user_id)
        # Rows first: without its row no worker can finish a photo, and what it wrote it removes.
        self._store.erase_rows(user_id)
        objects = {name: bucket.destroy(prefix).objects for name, bucket in self._buckets.items()}
        return {"PhotosTable": rows, **objects}
