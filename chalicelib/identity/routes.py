"""HTTP of identity: login, refresh, log out, the account."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.clock import to_iso
from chalicelib.container import services
from chalicelib.http import Reply, Request, Routes
from chalicelib.identity.tokens import IssuedTokens
from chalicelib.ids import ChallengeId
from chalicelib.phone import parse_phone

routes = Routes(__name__, services)


class CodeRequest(Struct, frozen=True, forbid_unknown_fields=True):
    phone: Annotated[str, Meta(min_length=3, max_length=40)]


class SessionRequest(Struct, frozen=True, forbid_unknown_fields=True):
    challenge_id: Annotated[str, Meta(min_length=36, max_length=36)]
    phone: Annotated[str, Meta(min_length=3, max_length=40)]
    code: Annotated[str, Meta(pattern="^[0-9]{6}$")]


class RefreshRequest(Struct, frozen=True, forbid_unknown_fields=True):
    refresh_token: Annotated[str, Meta(min_length=1, max_length=200)]


@routes.serve("POST", "/login/codes", public=True)
def request_code(request: Request) -> Reply:
    phone = parse_phone(request.body(CodeRequest).phone)
    challenge = services().login.request_code(phone)
    body = {"challenge_id": challenge.id, "expires_at": to_iso(challenge.expires_at)}
    return Reply(HTTPStatus.ACCEPTED, body)


@routes.serve("POST", "/login/sessions", public=True)
def open_session(request: Request) -> Reply:
    body = request.body(SessionRequest)
    login = services().login.verify_code(
        ChallengeId(body.challenge_id), parse_phone(body.phone), body.code
    )
    user = {"id": login.account.id, "is_new": login.is_new}
    return Reply(HTTPStatus.CREATED, tokens_to_json(login.tokens) | {"user": user})


@routes.serve("POST", "/login/refresh", public=True)
def refresh_session(request: Request) -> Reply:
    tokens = services().sessions.refresh(request.body(RefreshRequest).refresh_token)
    return Reply(HTTPStatus.OK, tokens_to_json(tokens))


@routes.serve("DELETE", "/me/sessions/current")
def log_out(request: Request) -> Reply:
    services().sessions.log_out(request.caller)
    return Reply(HTTPStatus.NO_CONTENT)


@routes.serve("GET", "/me")
def get_me(request: Request) -> Reply:
    user_id = request.caller.user_id
    limits = asdict(services().granting.get_limits(user_id))
    created_at = to_iso(services().accounts.get_created_at(user_id))
    return Reply(HTTPStatus.OK, {"id": user_id, "created_at": created_at, "limits": limits})


def tokens_to_json(tokens: IssuedTokens) -> dict[str, object]:
    return {
        "access_token": tokens.access_token,
        "access_expires_at": to_iso(tokens.access_expires_at),
        "refresh_token": tokens.refresh_token,
        "refresh_expires_at": to_iso(tokens.refresh_expires_at),
    }
