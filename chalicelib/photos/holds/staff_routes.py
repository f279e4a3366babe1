"""HTTP of holds, for the staff that keeps records: placed, looked at, released (ST.2, ST.3)."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from msgspec import Meta, Struct

from chalicelib.clock import to_iso
from chalicelib.container import services
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.http import Reply, Request
from chalicelib.ids import HoldId, UserId, is_uuid
from chalicelib.photos.holds.model import Hold
from chalicelib.photos.routes import photo_id_of
from chalicelib.staff.serving import Act, StaffRoutes

routes = StaffRoutes(__name__, services)


class HoldRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The reviewer is another person than the one who places it, named as in the register."""

    reviewer: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9+=,.@_-]{2,64}\Z")]
    until: Annotated[datetime, Meta(tz=True)]
    photo_id: str | None = None


@routes.serve_staff("PUT", "/staff/holds/{user_id}/{hold_id}")
def place_hold(request: Request, act: Act, user_id: str, hold_id: str) -> Reply:
    asked = request.body(HoldRequest)
    if act.staff.rpartition("/")[2] == asked.reviewer:
        raise InvalidRequest.at("/reviewer", "Expected somebody else than who places it.")
    hold = services().photos.holds.place(
        HoldId(_id_of(hold_id)),
        UserId(_id_of(user_id)),
        photo_id_of(asked.photo_id) if asked.photo_id else None,
        reference=act.reference,
        reviewer=asked.reviewer,
        until=asked.until,
    )
    return Reply(HTTPStatus.OK, hold_to_json(hold))


@routes.serve_staff("DELETE", "/staff/holds/{user_id}/{hold_id}")
def release_hold(request: Request, act: Act, user_id: str, hold_id: str) -> Reply:
    holds = services().photos.holds
    hold = holds.release(UserId(_id_of(user_id)), HoldId(_id_of(hold_id)))
    return Reply(HTTPStatus.OK, hold_to_json(hold))


@routes.serve_staff("GET", "/staff/holds/{user_id}")
def list_holds(request: Request, act: Act, user_id: str) -> Reply:
    holds = services().photos.holds.list_holds(UserId(_id_of(user_id)))
    return Reply(HTTPStatus.OK, {"holds": [hold_to_json(hold) for hold in holds]})


def hold_to_json(hold: Hold) -> dict[str, Any]:
    return {
        "id": hold.id,
        "photo_id": hold.photo_id,
        "reference": hold.reference,
        "reviewer": hold.reviewer,
        "placed_at": to_iso(hold.placed_at),
        "until": to_iso(hold.until),
        "released_at": to_iso(hold.released_at) if hold.released_at else None,
    }


def _id_of(text: str) -> str:
    if not is_uuid(text):
        raise NotFound
    return text
