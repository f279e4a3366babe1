"""Rows of the photos table as values, and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.ids import EditId, PhotoId, UserId
from chalicelib.keys import due_bucket, due_shard
from chalicelib.photos.model import CurrentEdit, FirstEdit, Photo, PhotoState, Rendition, Usage
from chalicelib.photos.ports import Output
from chalicelib.retention.model import TTL_SLACK
from chalicelib.storage import Item


def ends_at(photo_id: PhotoId, expires_at: datetime) -> dict[str, Any]:
    """Write when a photo ends: for readers, for the sweeper's index, for the backstop."""
    return {"expires_at": to_iso(expires_at), **due_at(photo_id, expires_at)}


def due_at(photo_id: PhotoId, instant: datetime) -> dict[str, Any]:
    """Write when the sweeper looks at a photo; the backstop comes a while after."""
    return {
        "due_bucket": due_bucket(instant, due_shard(photo_id)),
        "ttl": to_epoch_s(instant + TTL_SLACK),
    }


def ending_to_item(photo: Photo) -> dict[str, Any]:
    """Write what changes when a photo comes to its end: ready, rejected or failed."""
    ending: dict[str, Any] = {"state": photo.state, **ends_at(photo.id, photo.expires_at)}
    if photo.reason:
        ending["reason"] = photo.reason
    if photo.original_bytes is not None:
        ending["original_bytes"] = photo.original_bytes
    if photo.frame_count is not None:
        ending["frame_count"] = photo.frame_count
    if photo.original_deleted_at is not None:
        ending["original_deleted_at"] = to_iso(photo.original_deleted_at)
    if photo.renditions:
        ending["renditions"] = renditions_to_item(photo.renditions)
    return ending


def photo_to_item(photo: Photo) -> dict[str, Any]:
    """Write the row of a photo that was just granted."""
    item: dict[str, Any] = {
        "state": photo.state,
        "content_type": photo.content_type,
        "max_bytes": photo.max_bytes,
        "created_at": to_iso(photo.created_at),
        **ends_at(photo.id, photo.expires_at),
    }
    if photo.sha256:
        item["sha256"] = photo.sha256
    if photo.first_edit:
        item["first_edit"] = {
            "recipe": photo.first_edit.recipe,
            "recipe_hash": photo.first_edit.recipe_hash,
            "output": output_to_item(photo.first_edit.output),
        }
    return item


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
        renditions=renditions_from_item(row.get("renditions", {})),
        first_edit=_first_edit(row.get("first_edit")),
        edits=tuple(row.get("edits", ())),
        edits_version=row.get("edits_version", 0),
        wanted_edit=row.get("wanted_edit"),
        current_edit=_current_edit(row.get("current_edit")),
        moving_to=row.get("moving_to"),
        deletion_wanted_at=instant("deletion_wanted_at"),
    )


def output_to_item(output: Output) -> dict[str, Any]:
    wishes = {
        "media_type": output.media_type,
        "quality": output.quality,
        "max_bytes": output.max_bytes,
    }
    return {name: value for name, value in wishes.items() if value is not None}


def _first_edit(row: Item | None) -> FirstEdit | None:
    if row is None:
        return None
    return FirstEdit(
        recipe=row["recipe"], recipe_hash=row["recipe_hash"], output=Output(**row["output"])
    )


def current_edit_to_item(edit: CurrentEdit) -> dict[str, Any]:
    return {
        "id": edit.id,
        "media_type": edit.media_type,
        "expires_at": to_iso(edit.expires_at),
        "renditions": renditions_to_item(edit.renditions),
    }


def _current_edit(row: Item | None) -> CurrentEdit | None:
    if row is None:
        return None
    return CurrentEdit(
        id=EditId(row["id"]),
        media_type=row["media_type"],
        expires_at=from_iso(row["expires_at"]),
        renditions=renditions_from_item(row["renditions"]),
    )


def renditions_to_item(renditions: Mapping[str, Rendition]) -> dict[str, dict[str, int]]:
    return {
        name: {
            "width_px": rendition.width_px,
            "height_px": rendition.height_px,
            "size_bytes": rendition.size_bytes,
        }
        for name, rendition in renditions.items()
    }


def renditions_from_item(rows: Mapping[str, Mapping[str, int]]) -> dict[str, Rendition]:
    return {
        name: Rendition(
            width_px=row["width_px"], height_px=row["height_px"], size_bytes=row["size_bytes"]
        )
        for name, row in rows.items()
    }


def usage_from_item(row: Item | None) -> Usage:
    row = row or {}
    return Usage(
        photos=row.get("photos", 0), size_bytes=row.get("size_bytes", 0), edits=row.get("edits", 0)
    )
