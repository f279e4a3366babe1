"""HTTP of photos: permission to upload, library, deletion."""

import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Raw, Struct, structs

from chalicelib.clock import to_iso
from chalicelib.container import services
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.http import Reply, Request, Routes
from chalicelib.ids import PhotoId, is_uuid
from chalicelib.photos.edits.bodies import WantedOutput
from chalicelib.photos.keeping.model import choice_of
from chalicelib.photos.model import (
    ACCEPTED_TYPES,
    MAX_BATCH,
    MAX_DELETED_AT_ONCE,
    MAX_UPLOAD_BYTES,
    MAX_WAIT,
    REASON_TITLES,
    RENDITION_TYPE,
    Destroyed,
    FirstEdit,
    Photo,
    PhotoState,
    Rendition,
    UploadRequest,
)

if TYPE_CHECKING:
    from chalicelib.photos.granting import Upload
    from chalicelib.photos.library import ShownPhoto

routes = Routes(__name__, services)

DEFAULT_PAGE, MAX_PAGE = 24, 100


class WantedUpload(Struct, frozen=True, forbid_unknown_fields=True):
    content_type: str
    size_bytes: Annotated[int, Meta(ge=1, le=MAX_UPLOAD_BYTES)]
    sha256: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")] | None = None
    recipe: Raw = Raw()
    output: WantedOutput | None = None
    source: Literal["library", "camera"] = "library"
    """`camera`: taken by the app, which needs the person's consent to that."""


class UploadsRequest(Struct, frozen=True, forbid_unknown_fields=True):
    photos: Annotated[list[WantedUpload], Meta(min_length=1, max_length=MAX_BATCH)]


class DeletionRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of the two: the ids, or all."""

    photo_ids: Annotated[list[str], Meta(min_length=1, max_length=MAX_DELETED_AT_ONCE)] = []
    all: bool = False


@routes.serve("POST", "/photos")
def grant_uploads(request: Request) -> Reply:
    key = request.idempotency_key()
    wanted = request.body(UploadsRequest).photos
    requests = [_upload_request(index, one) for index, one in enumerate(wanted)]
    uploads = services().photos.granting.grant_uploads(
        request.caller.user_id,
        requests,
        idempotency_key=key,
        guest_until=request.caller.guest_until,
    )
    until = request.caller.guest_until
    shown = [upload_to_json(upload, until) for upload in uploads]
    return Reply(HTTPStatus.CREATED, {"photos": shown})


@routes.serve("GET", "/photos")
def list_photos(request: Request) -> Reply:
    limit = request.integer("limit", default=DEFAULT_PAGE, low=1, high=MAX_PAGE)
    cursor = request.text("cursor")
    if cursor is not None and not is_uuid(cursor):
        raise InvalidRequest.at("/cursor", "Expected the next_cursor of an earlier page.")
    page = services().photos.library.list_photos(
        request.caller.user_id,
        limit=limit,
        after=PhotoId(cursor) if cursor else None,
        state=_shown_state(request.text("state")),
    )
    body = {
        "photos": [photo_to_json(shown, request.caller.guest_until) for shown in page.photos],
        "next_cursor": page.next_after,
    }
    return Reply(HTTPStatus.OK, body)


@routes.serve("GET", "/photos/{photo_id}")
def get_photo(request: Request, photo_id: str) -> Reply:
    longest_s = int(MAX_WAIT.total_seconds())
    wait_s = request.integer("wait_s", default=0, low=0, high=longest_s)
    shown = services().photos.library.get_photo(
        request.caller.user_id, photo_id_of(photo_id), wait=timedelta(seconds=wait_s)
    )
    return Reply(HTTPStatus.OK, photo_to_json(shown, request.caller.guest_until))


@routes.serve("DELETE", "/photos/{photo_id}")
def delete_photo(request: Request, photo_id: str) -> Reply:
    deletion, photo = services().photos.deletion, photo_id_of(photo_id)
    destroyed = deletion.delete_photo(request.caller.user_id, photo)
    return Reply(HTTPStatus.OK, destroyed_to_json(destroyed))


@routes.serve("POST", "/photos/deletions")
def delete_photos(request: Request) -> Reply:
    body = request.body(DeletionRequest)
    if bool(body.photo_ids) == body.all:
        raise InvalidRequest.at("", "Send either photo_ids or all.")
    deletion, user_id = services().photos.deletion, request.caller.user_id
    batch = (
        deletion.delete_all(user_id)
        if body.all
        else deletion.delete_photos(user_id, [photo_id_of(text) for text in body.photo_ids])
    )
    return Reply(HTTPStatus.OK, destroyed_to_json(batch.destroyed) | {"has_more": batch.has_more})


@routes.serve("POST", "/photos/arrivals")
def bring_photos(request: Request) -> Reply:
    brought = services().photos.arrivals.bring_photos(request.caller.user_id)
    return Reply(HTTPStatus.OK, structs.asdict(brought))


def upload_to_json(upload: "Upload", guest_until: datetime | None) -> dict[str, Any]:
    form = upload.form
    return {
        "photo": _granted_to_json(upload.photo, guest_until),
        "upload": form
        and {
            "url": form.url,
            "fields": dict(form.fields),
            "expires_at": to_iso(upload.form_expires_at),
        },
    }


def photo_to_json(shown: "ShownPhoto", guest_until: datetime | None) -> dict[str, Any]:
    photo = shown.photo
    unedited = _renditions_to_json(
        photo.renditions, shown.unedited_urls, RENDITION_TYPE, shown.urls_expire_at
    )
    edit = shown.edit
    current = _renditions_to_json(
        edit.renditions if edit else photo.renditions,
        shown.urls,
        edit.media_type if edit else RENDITION_TYPE,
        shown.urls_expire_at,
    )
    return _granted_to_json(photo, guest_until) | {
        "renditions": current,
        "unedited": unedited if edit else None,
        "edits": list(photo.edits),
        "current_edit_id": edit.id if edit else None,
        "hold": _hold_to_json(shown),
    }


def _renditions_to_json(
    renditions: Mapping[str, Rendition],
    urls: Mapping[str, str],
    media_type: str,
    urls_expire_at: datetime,
) -> dict[str, Any]:
    return {
        name: {
            "url": urls[name],
            "url_expires_at": to_iso(urls_expire_at),
            "content_type": media_type,
            "width_px": rendition.width_px,
            "height_px": rendition.height_px,
            "size_bytes": rendition.size_bytes,
        }
        for name, rendition in renditions.items()
        if name in urls
    }


def destroyed_to_json(destroyed: Destroyed) -> dict[str, Any]:
    return {
        "photos": destroyed.photos,
        "objects": destroyed.objects,
        "bytes": destroyed.size_bytes,
        "held": destroyed.held,
    }


def _granted_to_json(photo: Photo, guest_until: datetime | None) -> dict[str, Any]:
    """Write all of a photo but its renditions; a guest's ends with the guest."""
    gone_at = photo.original_deleted_at
    expires_at = min(photo.expires_at, guest_until or photo.expires_at)
    is_ready = photo.state is PhotoState.READY
    return {
        "id": photo.id,
        "state": photo.state,
        "content_type": photo.content_type,
        "created_at": to_iso(photo.created_at),
        "expires_at": to_iso(expires_at),
        "retention": _retention_to_json(photo) if is_ready and not guest_until else None,
        "original": {
            "size_bytes": photo.original_bytes,
            "frame_count": photo.frame_count,
            "deleted_at": to_iso(gone_at) if gone_at else None,
        },
        "rejection": photo.reason and {"code": photo.reason, "title": REASON_TITLES[photo.reason]},
        "renditions": {},
        "unedited": None,
        "edits": [],
        "current_edit_id": None,
        "hold": None,
    }


def _retention_to_json(photo: Photo) -> dict[str, Any]:
    choice = choice_of(photo)
    return {
        "choice": choice.keeping,
        "default_until": to_iso(choice.default_until),
        "longest_until": to_iso(choice.longest_until),
    }


def _hold_to_json(shown: "ShownPhoto") -> dict[str, Any] | None:
    if shown.held_until is None:
        return None
    wanted_at = shown.photo.deletion_wanted_at
    return {
        "until": to_iso(shown.held_until),
        "deletion_wanted_at": to_iso(wanted_at) if wanted_at else None,
    }


def _upload_request(index: int, wanted: WantedUpload) -> UploadRequest:
    if wanted.content_type not in ACCEPTED_TYPES:
        raise InvalidRequest.at(
            f"/photos/{index}/content_type", f"Expected one of {', '.join(ACCEPTED_TYPES)}."
        )
    return UploadRequest(
        content_type=wanted.content_type,
        size_bytes=wanted.size_bytes,
        sha256=binascii.unhexlify(wanted.sha256) if wanted.sha256 else None,
        first_edit=_first_edit(f"/photos/{index}", wanted),
        from_camera=wanted.source == "camera",
    )


def _first_edit(at: str, wanted: WantedUpload) -> FirstEdit | None:
    document = bytes(wanted.recipe)
    if document:
        wish = (wanted.output or WantedOutput()).wish()
        return services().edits.checks.read_first_edit(document, wish, at=f"{at}/recipe")
    if wanted.output:
        raise InvalidRequest.at(f"{at}/output", "Expected a recipe beside it.")
    return None


def _shown_state(text: str | None) -> PhotoState | None:
    shown = [state for state in PhotoState if state is not PhotoState.DELETING]
    if text is not None and text not in shown:
        raise InvalidRequest.at("/state", f"Expected one of {', '.join(shown)}.")
    return PhotoState(text) if text else None


def photo_id_of(text: str) -> PhotoId:
    if not is_uuid(text):
        raise NotFound
    return PhotoId(text)
