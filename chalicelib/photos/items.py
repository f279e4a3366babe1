"""Rows of the photos table as values, and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import due_bucket, due_shard
from chalicelib.photos.model import Photo, PhotoState, Rendition, Usage
from chalicelib.retention.model import TTL_SLACK
from chalicelib.storage import Item


def _due(photo: Photo) -> dict[str, Any]:
    return {
        "expires_at": to_iso(photo.expires_at),
        "due_bucket": due_bucket(photo.expires_at, due_shard(photo.id)),
        "ttl": to_epoch_s(photo.expires_at + TTL_SLACK),
    }


def ending_to_item(photo: Photo) -> dict[str, Any]:
    """Write what changes when a photo comes to its end: ready, rejected or failed."""
    ending: dict[str, Any] = {"state": photo.state, **_due(photo)}
    if photo.reason:
        ending["reason"] = photo.reason
    if photo.original_bytes is not None:
        ending["original_bytes"] = photo.original_bytes
    if photo.frame_count is not None:
        ending["frame_count"] = photo.frame_count
    if photo.original_deleted_at is not None:
        ending["original_deleted_at"] = to_iso(photo.original_deleted_at)
    if photo.renditions:
        ending["renditions"] = {
            name: {
                "width_px": rendition.width_px,
                "height_px": rendition.height_px,
                "size_bytes": rendition.size_bytes,
            }
            for name, rendition in photo.renditions.items()
        }
    return ending


def photo_to_item(photo: Photo) -> dict[str, Any]:
    """Write the row of a photo that was just granted."""
    item = {
        "state": photo.state,
        "content_type": photo.content_type,
        "max_bytes": photo.max_bytes,
        "created_at": to_iso(photo.created_at),
        **_due(photo),
    }
    return item | ({"sha256": photo.sha256} if photo.sha256 else {})


def photo_from_item(user_id: UserId, photo_id: PhotoId, row: Item) -> Photo:
    def instant(name: str) -> datetime | None:
        return from_iso(row[name]) if name in row else None

    return Photo(
        user_id=user_id,
        id=photo_id,
        state=PhotoState(row["state"]),
        content_type=row["content_type"],
        max_bytes=row["max_bytes"],
        sha256=row.get("sha256"),
        created_at=from_iso(row["created_at"]),
        expires_at=from_iso(row["expires_at"]),
        lease_until=instant("lease_until"),
        reason=row.get("reason"),
        original_bytes=row.get("original_bytes"),
        frame_count=row.get("frame_count"),
        original_deleted_at=instant("original_deleted_at"),
        renditions=_renditions(row.get("renditions", {})),
        moving_to=row.get("moving_to"),
    )


def _renditions(rows: Mapping[str, Mapping[str, int]]) -> dict[str, Rendition]:
    return {
        name: Rendition(
            width_px=row["width_px"], height_px=row["height_px"], size_bytes=row["size_bytes"]
        )
        for name, row in rows.items()
    }


def usage_from_item(row: Item | None) -> Usage:
    return Usage(photos=row["photos"], size_bytes=row["size_bytes"]) if row else Usage()
