"""Rows of edits as values, and back; and what travels through the queue."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.ids import EditId, PhotoId, UserId, is_uuid
from chalicelib.keys import edits_prefix
from chalicelib.photos.edits.model import Edit, EditJob, EditState
from chalicelib.photos.items import output_to_item, renditions_from_item, renditions_to_item
from chalicelib.photos.ports import Output
from chalicelib.retention.model import TTL_SLACK
from chalicelib.storage import Item


def edit_to_item(edit: Edit) -> dict[str, Any]:
    """Write the row of an edit that was just asked for."""
    return {
        "state": edit.state,
        "recipe": edit.recipe,
        "recipe_hash": edit.recipe_hash,
        "sources": list(edit.sources),
        "output": output_to_item(edit.output),
        "created_at": to_iso(edit.created_at),
        "give_up_at": to_iso(edit.give_up_at),
        "expires_at": to_iso(edit.expires_at),
        "ttl": to_epoch_s(edit.expires_at + TTL_SLACK),
        **({"credits": edit.credits} if edit.credits else {}),
    }


def edit_ending_to_item(edit: Edit) -> dict[str, Any]:
    """Write what changes when an edit comes to its end: ready, rejected or failed."""
    ending: dict[str, Any] = {
        "state": edit.state,
        "reason": edit.reason,
        "engine": edit.engine,
        "media_type": edit.media_type,
        "quality": edit.quality,
    }
    if edit.renditions:
        ending["renditions"] = renditions_to_item(edit.renditions)
    return {name: value for name, value in ending.items() if value is not None}


def edit_from_item(user_id: UserId, photo_id: PhotoId, row: Item) -> Edit:
    def instant(name: str) -> datetime | None:
        return from_iso(row[name]) if name in row else None

    return Edit(
        user_id=user_id,
        photo_id=photo_id,
        id=EditId(row["sk"].removeprefix(edits_prefix(photo_id))),
        state=EditState(row["state"]),
        recipe=row["recipe"],
        recipe_hash=row["recipe_hash"],
        sources=tuple(row["sources"]),
        output=Output(**row["output"]),
        created_at=from_iso(row["created_at"]),
        give_up_at=from_iso(row["give_up_at"]),
        expires_at=from_iso(row["expires_at"]),
        credits=row.get("credits", 0),
        lease_until=instant("lease_until"),
        reason=row.get("reason"),
        engine=row.get("engine"),
        media_type=row.get("media_type"),
        quality=row.get("quality"),
        renditions=renditions_from_item(row.get("renditions", {})),
    )


def job_to_message(job: EditJob) -> str:
    return json.dumps({"user": job.user_id, "photo": job.photo_id, "edit": job.edit_id})


def job_from_message(body: str) -> EditJob:
    """Read a message back.

    Raises:
        ValueError: it is none of ours; it is not repeated in the error.
    """
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("not a message about an edit") from None
    if not isinstance(message, Mapping) or message.keys() != {"user", "photo", "edit"}:
        raise ValueError("not a message about an edit")
    if not all(isinstance(one, str) and is_uuid(one) for one in message.values()):
        raise ValueError("not a message about an edit")
    return EditJob(
        user_id=UserId(message["user"]),
        photo_id=PhotoId(message["photo"]),
        edit_id=EditId(message["edit"]),
    )
