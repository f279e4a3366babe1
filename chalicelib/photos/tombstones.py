"""What was destroyed, remembered as hashes beside the tables, where no restore takes it back.

An empty object in a bucket: buckets have no versions and no backups, so a tombstone is as durable
as the photo was, and older backups are gone before it is.
"""

from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import tombstone_object
from chalicelib.retention.model import Backstop
from chalicelib.storage import Objects


class Tombstones:
    def __init__(self, renditions: Objects) -> None:
        self._renditions = renditions

    def bury(self, user_id: UserId, photo_id: PhotoId | None = None) -> None:
        """Remember that a photo, or without one all of a user, was destroyed; repeatable."""
        key = tombstone_object(user_id, photo_id)
        self._renditions.put(key, b"", content_type="text/plain", backstop=Backstop.TOMBSTONE)

    def is_buried(self, user_id: UserId, photo_id: PhotoId | None = None) -> bool:
        key = tombstone_object(user_id, photo_id)
        return any(stored.key == key for stored in self._renditions.list_stored(key))
