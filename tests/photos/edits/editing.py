"""What tests of edits do with a world: a ready photo, an edit asked for, its message delivered."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.ids import EditId, PhotoId, UserId
from chalicelib.keys import edit_objects_prefix, renditions_prefix
from chalicelib.photos.edits.history import ShownEdit
from chalicelib.photos.edits.items import job_to_message
from chalicelib.photos.edits.model import Edit, EditJob, OutputWish
from tests.memory_world import MemoryWorld
from tests.photo_world import FUNCTION_TIME, sqs_event
from tests.world import World

DONE: dict[str, list[object]] = {"batchItemFailures": []}
AnyWorld = World | MemoryWorld
AGAIN = {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
NAMES = ("full", "preview", "thumb")


def recipe(contrast: int = 20) -> bytes:
    return json.dumps({"version": 1, "tone": {"contrast": contrast}}).encode()


def ready_photo(world: AnyWorld, user_id: UserId | None = None, key: str = "k") -> EditJob:
    """Upload and process a photo; the job names it, and no edit yet."""
    owner = user_id or world.log_in()
    photo_id = world.upload(owner, key=key)
    world.deliver(owner, photo_id)
    return EditJob(user_id=owner, photo_id=photo_id, edit_id=EditId("none"))


def ask(
    world: AnyWorld,
    photo: EditJob,
    *,
    key: str = "edit-1",
    contrast: int = 20,
    wish: OutputWish | None = None,
) -> Edit:
    return world.edits.requests.request_edit(
        photo.user_id,
        photo.photo_id,
        recipe(contrast),
        wish or OutputWish(),
        idempotency_key=key,
    )


def deliver(world: AnyWorld, edit: Edit, *, attempt: int = 1) -> Mapping[str, Any]:
    event = sqs_event(job_to_message(edit.job), attempt=attempt)
    return world.edits.worker.process_edits(event, within=FUNCTION_TIME)


def give_up(world: AnyWorld, edit: Edit) -> Mapping[str, Any]:
    return world.edits.worker.give_up_edits(sqs_event(job_to_message(edit.job)))


def made(world: AnyWorld, photo: EditJob, *, key: str = "edit-1", contrast: int = 20) -> Edit:
    edit = ask(world, photo, key=key, contrast=contrast)
    assert deliver(world, edit) == DONE
    return edit


def shown(world: AnyWorld, edit: Edit) -> ShownEdit:
    return world.edits.history.get_edit(edit.job)


def current(world: AnyWorld, user_id: UserId, photo_id: PhotoId) -> EditId | None:
    edit = world.library.get_photo(user_id, photo_id).edit
    return edit.id if edit else None


def objects_of(photo: EditJob, *edits: Edit) -> set[str]:
    """Names of all that a photo has with just these edits, made as JPEG."""
    base = renditions_prefix(photo.user_id, photo.photo_id)
    own = {f"renditions/{base}{name}.jpg" for name in NAMES}
    prefixes = [edit_objects_prefix(one.user_id, one.photo_id, one.id) for one in edits]
    return own | {f"renditions/{prefix}{name}.jpg" for prefix in prefixes for name in NAMES}
