"""HTTP of an account's number: changing it, waiting for that, and thinking better of it."""

from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.clock import to_iso
from chalicelib.container import services
from chalicelib.http import Reply, Request, Routes
from chalicelib.identity.answers import challenge_to_json
from chalicelib.identity.bodies import ClaimFields, HardwareId, PhoneText
from chalicelib.identity.subjects import Asker
from chalicelib.phone import parse_phone

routes = Routes(__name__, services)


class NumberCodesRequest(Struct, frozen=True, forbid_unknown_fields=True):
    new_phone: PhoneText
    old_phone: PhoneText | None = None
    """Absent if it is lost."""
    hardware_id: HardwareId | None = None
    human_check_token: Annotated[str, Meta(max_length=2048)] | None = None


class NumberRequest(Struct, frozen=True, forbid_unknown_fields=True):
    new: ClaimFields
    old: ClaimFields | None = None
    """Absent after the wait."""


class WaitingRequest(Struct, frozen=True, forbid_unknown_fields=True):
    new: ClaimFields
    old_phone: PhoneText


@routes.serve("POST", "/me/phone/codes")
def request_number_codes(request: Request) -> Reply:
    body = request.body(NumberCodesRequest)
    asker = Asker(
        source_ip=request.source_ip,
        hardware_id=body.hardware_id,
        human_check_token=body.human_check_token,
    )
    old = parse_phone(body.old_phone) if body.old_phone else None
    coming, leaving = services().identity.numbers.send_codes(
        request.caller, parse_phone(body.new_phone), old, asker
    )
    sent = {
        "new": challenge_to_json(coming),
        "old": challenge_to_json(leaving) if leaving else None,
    }
    return Reply(HTTPStatus.ACCEPTED, sent)


@routes.serve("POST", "/me/phone")
def change_number(request: Request) -> Reply:
    body = request.body(NumberRequest)
    if body.old:
        services().identity.numbers.change(request.caller, body.new.to_claim(), body.old.to_claim())
    else:
        services().identity.numbers.complete(request.caller, body.new.to_claim())
    return Reply(HTTPStatus.NO_CONTENT)


@routes.serve("POST", "/me/phone/waiting")
def begin_waiting(request: Request) -> Reply:
    body = request.body(WaitingRequest)
    old = parse_phone(body.old_phone)
    ready_at = services().identity.numbers.begin_waiting(request.caller, body.new.to_claim(), old)
    return Reply(HTTPStatus.ACCEPTED, {"ready_at": to_iso(ready_at)})


@routes.serve("DELETE", "/me/phone/waiting")
def cancel_waiting(request: Request) -> Reply:
    services().identity.numbers.cancel(request.caller)
    return Reply(HTTPStatus.NO_CONTENT)
