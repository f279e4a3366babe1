"""HTTP of edits: asking for one, seeing them, going back; and of recipes: a dry run, the schema."""

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta, Struct

from chalicelib.clock import to_iso
from chalicelib.container import services
from chalicelib.errors import NotFound
from chalicelib.http import Reply, Request, Routes
from chalicelib.ids import EditId, PhotoId, is_uuid
from chalicelib.photos.edits.bodies import WantedOutput
from chalicelib.photos.edits.model import EDIT_REASON_TITLES, Edit, EditJob
from chalicelib.photos.edits.pricing import LARGEST_PX, MAX_CPU_MS
from chalicelib.photos.model import MAX_WAIT

if TYPE_CHECKING:
    from chalicelib.photos.edits.history import ShownEdit

routes = Routes(__name__, services)


class EditRequestBody(Struct, frozen=True, forbid_unknown_fields=True):
    recipe: msgspec.Raw
    output: WantedOutput = WantedOutput()


class ChoiceRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Null is the photo as it was uploaded."""

    edit_id: str | None


class CheckRequest(Struct, frozen=True, forbid_unknown_fields=True):
    recipe: msgspec.Raw
    width_px: Annotated[int, Meta(ge=1, le=LARGEST_PX)] = LARGEST_PX
    height_px: Annotated[int, Meta(ge=1, le=LARGEST_PX)] = LARGEST_PX


@routes.serve("POST", "/photos/{photo_id}/edits")
def request_edit(request: Request, photo_id: str) -> Reply:
    key = request.idempotency_key()
    body = request.body(EditRequestBody)
    edit = services().edits.requests.request_edit(
        request.caller.user_id,
        PhotoId(_uuid(photo_id)),
        bytes(body.recipe),
        body.output.wish(),
        idempotency_key=key,
        guest_until=request.caller.guest_until,
    )
    return Reply(HTTPStatus.ACCEPTED, asked_to_json(edit))


@routes.serve("GET", "/photos/{photo_id}/edits")
def list_edits(request: Request, photo_id: str) -> Reply:
    shown = services().edits.history.list_edits(request.caller.user_id, PhotoId(_uuid(photo_id)))
    return Reply(HTTPStatus.OK, {"edits": [edit_to_json(one) for one in shown]})


@routes.serve("GET", "/photos/{photo_id}/edits/{edit_id}")
def get_edit(request: Request, photo_id: str, edit_id: str) -> Reply:
    longest_s = int(MAX_WAIT.total_seconds())
    wait_s = request.integer("wait_s", default=0, low=0, high=longest_s)
    job = EditJob(
        user_id=request.caller.user_id,
        photo_id=PhotoId(_uuid(photo_id)),
        edit_id=EditId(_uuid(edit_id)),
    )
    shown = services().edits.history.get_edit(job, wait=timedelta(seconds=wait_s))
    return Reply(HTTPStatus.OK, edit_to_json(shown))


@routes.serve("PUT", "/photos/{photo_id}/current_edit")
def choose_edit(request: Request, photo_id: str) -> Reply:
    edit_id = request.body(ChoiceRequest).edit_id
    chosen = EditId(_uuid(edit_id)) if edit_id is not None else None
    user_id = request.caller.user_id
    services().edits.history.choose_edit(user_id, PhotoId(_uuid(photo_id)), chosen)
    return Reply(HTTPStatus.NO_CONTENT)


@routes.serve("POST", "/recipes/checks")
def check_recipe(request: Request) -> Reply:
    body = request.body(CheckRequest)
    checked = services().edits.checks.check(
        request.caller.user_id,
        bytes(body.recipe),
        width_px=body.width_px,
        height_px=body.height_px,
    )
    answer = {
        "recipe_hash": checked.recipe.hash,
        "photo_ids": list(checked.recipe.photo_ids),
        "cpu_ms": checked.price.cpu_ms,
        "max_cpu_ms": MAX_CPU_MS,
        "credits": checked.credits,
        "width_px": checked.price.width_px,
        "height_px": checked.price.height_px,
        "plan": checked.price.plan.splitlines(),
    }
    return Reply(HTTPStatus.OK, answer)


@routes.serve("GET", "/recipes/schema", public=True)
def get_recipe_schema(request: Request) -> Reply:
    return Reply(HTTPStatus.OK, services().edits.checks.schema())


@routes.serve("GET", "/recipes/presets", public=True)
def list_presets(request: Request) -> Reply:
    return Reply(HTTPStatus.OK, {"presets": list(services().edits.checks.presets())})


def asked_to_json(edit: Edit) -> dict[str, Any]:
    """Write all of an edit but its pictures."""
    return {
        "id": edit.id,
        "photo_id": edit.photo_id,
        "state": edit.state,
        "created_at": to_iso(edit.created_at),
        "expires_at": to_iso(edit.expires_at),
        "recipe": msgspec.json.decode(edit.recipe),
        "recipe_hash": edit.recipe_hash,
        "credits": edit.credits,
        "output": {
            "media_type": edit.output.media_type,
            "quality": edit.output.quality,
            "max_bytes": edit.output.max_bytes,
        },
        "engine": edit.engine,
        "quality": edit.quality,
        "is_current": False,
        "rejection": None,
        "renditions": {},
    }


def edit_to_json(shown: "ShownEdit") -> dict[str, Any]:
    edit, reason = shown.edit, shown.reason
    return asked_to_json(edit) | {
        "state": shown.state,
        "is_current": shown.is_current,
        "rejection": reason and {"code": reason, "title": EDIT_REASON_TITLES[reason]},
        "renditions": {
            name: {
                "url": shown.urls[name],
                "url_expires_at": to_iso(shown.urls_expire_at),
                "content_type": edit.media_type,
                "width_px": rendition.width_px,
                "height_px": rendition.height_px,
                "size_bytes": rendition.size_bytes,
            }
            for name, rendition in edit.renditions.items()
        },
    }


def _uuid(text: str) -> str:
    if not is_uuid(text):
        raise NotFound
    return text
