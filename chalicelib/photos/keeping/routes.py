"""HTTP of choices: how long one photo is kept, and how long those to come."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.container import services
from chalicelib.http import Reply, Request, Routes
from chalicelib.photos.keeping.model import MAX_DEFAULT_DAYS
from chalicelib.photos.routes import photo_id_of, photo_to_json

routes = Routes(__name__, services)


class EndRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The last day that the photo is kept, in Asia/Shanghai; null for six months."""

    last_day: date | None


class DefaultRequest(Struct, frozen=True, forbid_unknown_fields=True):
    default_days: Annotated[int, Meta(ge=1, le=MAX_DEFAULT_DAYS)] | None


@routes.serve("PUT", "/photos/{photo_id}/retention")
def choose_end(request: Request, photo_id: str) -> Reply:
    photos, caller, photo = services().photos, request.caller, photo_id_of(photo_id)
    photos.choices.choose(caller.user_id, photo, request.body(EndRequest).last_day)
    shown = photos.library.get_photo(caller.user_id, photo)
    return Reply(HTTPStatus.OK, photo_to_json(shown, caller.guest_until))


@routes.serve("GET", "/me/retention")
def get_retention(request: Request) -> Reply:
    days = services().photos.choices.get_default(request.caller.user_id)
    return Reply(HTTPStatus.OK, {"default_days": days})


@routes.serve("PUT", "/me/retention")
def set_retention(request: Request) -> Reply:
    days = request.body(DefaultRequest).default_days
    services().photos.choices.set_default(request.caller.user_id, days)
    return Reply(HTTPStatus.OK, {"default_days": days})
