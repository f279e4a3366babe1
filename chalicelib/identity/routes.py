"""HTTP of identity: guests, login, refresh, sessions, the account and its notices."""

from collections.abc import Mapping
from http import HTTPStatus

from msgspec import structs

from chalicelib.clock import to_iso
from chalicelib.container import services
from chalicelib.credentials import (
    ACCESS_COOKIE,
    NUMBER_COOKIE,
    NUMBER_KEPT,
    REFRESH_COOKIE,
    SESSION_DROPPED,
    drop,
    keep_for,
    keep_until,
    remembered_number,
)
from chalicelib.errors import InvalidRequest, Unauthenticated
from chalicelib.http import Reply, Request, Routes
from chalicelib.identity.answers import (
    challenge_to_json,
    guest_to_json,
    notice_to_json,
    session_to_json,
    tokens_to_json,
    user_to_json,
)
from chalicelib.identity.bodies import (
    CodeRequest,
    EndingsRequest,
    GuardianCodeRequest,
    RefreshRequest,
    SessionRequest,
)
from chalicelib.identity.devices import DeviceClaim
from chalicelib.identity.dormancy import NO_ANSWER
from chalicelib.identity.policy import PolicyLocale, policy_in_force
from chalicelib.identity.sessions import EndingScope
from chalicelib.identity.subjects import Asker
from chalicelib.identity.tokens import IssuedTokens
from chalicelib.ids import ChallengeId
from chalicelib.phone import masked, parse_phone

routes = Routes(__name__, services)


@routes.serve("GET", "/policy", public=True)
def get_policy(request: Request) -> Reply:
    asked = request.text("locale") or PolicyLocale.ENGLISH
    if asked not in frozenset(PolicyLocale):
        raise InvalidRequest.at("/locale", f"Expected one of {', '.join(PolicyLocale)}.")
    policy = policy_in_force(PolicyLocale(asked))
    body = {
        "version": policy.version,
        "locale": policy.locale,
        "sha256": policy.sha256,
        "text": policy.text,
    }
    return Reply(HTTPStatus.OK, body)


@routes.serve("POST", "/login/codes", public=True)
def request_code(request: Request) -> Reply:
    body = request.body(CodeRequest)
    asker = Asker(
        source_ip=request.source_ip,
        hardware_id=body.hardware_id,
        human_check_token=body.human_check_token,
    )
    challenge = services().identity.challenges.send_code(parse_phone(body.phone), asker)
    return Reply(HTTPStatus.ACCEPTED, challenge_to_json(challenge))


@routes.serve("POST", "/login/guardian-codes", public=True)
def request_guardian_code(request: Request) -> Reply:
    body = request.body(GuardianCodeRequest)
    asker = Asker(
        source_ip=request.source_ip,
        hardware_id=body.hardware_id,
        human_check_token=body.human_check_token,
    )
    guardian, child = parse_phone(body.guardian_phone), parse_phone(body.phone)
    challenge = services().identity.registering.send_guardian_code(
        guardian, registrant=child, asker=asker
    )
    return Reply(HTTPStatus.ACCEPTED, challenge_to_json(challenge))


@routes.serve("POST", "/guests", public=True)
def open_guest(request: Request) -> Reply:
    in_cookies = request.credentials.wants_cookies
    guest = services().identity.guests.open_guest(request.source_ip)
    user = user_to_json(guest.account, is_new=True)
    return session_reply(HTTPStatus.CREATED, guest.tokens, {"user": user}, in_cookies=in_cookies)


@routes.serve("POST", "/login/sessions", public=True)
def open_session(request: Request) -> Reply:
    body = request.body(SessionRequest)
    device = DeviceClaim(**structs.asdict(body.device)) if body.device else None
    in_cookies, phone = request.credentials.wants_cookies, parse_phone(body.phone)
    login = services().identity.login.verify_code(
        ChallengeId(body.challenge_id),
        phone,
        body.code,
        device,
        registration=body.registration.to_registration() if body.registration else None,
        answer=body.second_factor.to_answer() if body.second_factor else NO_ANSWER,
        guest=request.find_guest(),
    )
    more = {"user": user_to_json(login.account, is_new=login.is_new)}
    reply = session_reply(HTTPStatus.CREATED, login.tokens, more, in_cookies=in_cookies)
    if not in_cookies:
        return reply
    number = keep_for(NUMBER_COOKIE, masked(phone), NUMBER_KEPT)
    remembered = number if body.remember_number else drop(NUMBER_COOKIE)
    return structs.replace(reply, cookies=(*reply.cookies, remembered))


@routes.serve("GET", "/login/remembered", public=True)
def get_remembered_number(request: Request) -> Reply:
    return Reply(HTTPStatus.OK, {"phone": remembered_number(request.headers)})


@routes.serve("DELETE", "/login/remembered", public=True)
def forget_number(request: Request) -> Reply:
    request.credentials.require_own_origin()
    return Reply(HTTPStatus.NO_CONTENT, cookies=(drop(NUMBER_COOKIE),))


@routes.serve("POST", "/login/refresh", public=True)
def refresh_session(request: Request) -> Reply:
    if not request.credentials.wants_cookies:
        tokens = services().identity.sessions.refresh(request.body(RefreshRequest).refresh_token)
        return Reply(HTTPStatus.OK, tokens_to_json(tokens))
    try:
        tokens = services().identity.sessions.refresh(request.credentials.refresh_token())
    except Unauthenticated as refusal:
        refusal.headers["Set-Cookie"] = [*SESSION_DROPPED]  # the page can't: it doesn't see them
        raise
    return session_reply(HTTPStatus.OK, tokens, {}, in_cookies=True)


@routes.serve("DELETE", "/me/sessions/current")
def log_out(request: Request) -> Reply:
    services().identity.sessions.log_out(request.caller)
    return Reply(HTTPStatus.NO_CONTENT, cookies=_dropped(request))


@routes.serve("GET", "/me/sessions")
def list_sessions(request: Request) -> Reply:
    found = services().identity.sessions.list_sessions(request.caller)
    current = request.caller.session_id
    sessions = [session_to_json(one, is_current=one.id == current) for one in found]
    return Reply(HTTPStatus.OK, {"sessions": sessions})


@routes.serve("DELETE", "/me/sessions/{session_id}")
def end_session(request: Request, session_id: str) -> Reply:
    services().identity.sessions.end_session(request.caller, session_id)
    return Reply(HTTPStatus.NO_CONTENT)


@routes.serve("POST", "/me/sessions/endings")
def end_sessions(request: Request) -> Reply:
    scope = request.body(EndingsRequest).scope
    ended = services().identity.sessions.end_sessions(request.caller, scope)
    cookies = _dropped(request) if scope is EndingScope.ALL else ()
    return Reply(HTTPStatus.OK, {"ended": ended}, cookies=cookies)


@routes.serve("POST", "/me/freeze")
def freeze_account(request: Request) -> Reply:
    ended = services().identity.accounts.freeze(request.caller)
    return Reply(HTTPStatus.OK, {"ended": ended}, cookies=_dropped(request))


@routes.serve("POST", "/me/recovery-code")
def set_recovery_code(request: Request) -> Reply:
    code = services().identity.recovery.set_recovery_code(request.caller)
    return Reply(HTTPStatus.CREATED, {"recovery_code": code})


@routes.serve("GET", "/me")
def get_me(request: Request) -> Reply:
    caller = request.caller
    limits = structs.asdict(
        services().photos.granting.get_limits(caller.user_id, caller.guest_until)
    )
    overview = services().identity.accounts.get_overview(caller)
    body = {
        "id": caller.user_id,
        "created_at": to_iso(overview.created_at),
        "age_band": overview.age_band,
        "has_recovery_code": overview.has_recovery_code,
        **guest_to_json(overview.guest_until),
        "joined_guests": overview.joined_guests,
        "number_ready_at": to_iso(overview.number_ready_at) if overview.number_ready_at else None,
        "limits": limits,
        "logins": [
            structs.asdict(one) | {"linked_at": to_iso(one.linked_at)} for one in overview.logins
        ],
        "notices": [notice_to_json(one) for one in overview.notices],
    }
    return Reply(HTTPStatus.OK, body)


@routes.serve("DELETE", "/me/notices/{notice_id}")
def dismiss_notice(request: Request, notice_id: str) -> Reply:
    services().identity.accounts.dismiss_notice(request.caller, notice_id)
    return Reply(HTTPStatus.NO_CONTENT)


def session_reply(
    status: HTTPStatus, tokens: IssuedTokens, more: Mapping[str, object], *, in_cookies: bool
) -> Reply:
    """Hand tokens out: in the body, or in cookies and nowhere else."""
    if not in_cookies:
        return Reply(status, tokens_to_json(tokens) | dict(more))
    until = tokens.refresh_expires_at
    body = {"expires_at": to_iso(until), **more}
    # Both as long as the session may last: an old access token is refused, and then renewed.
    cookies = (
        keep_until(ACCESS_COOKIE, tokens.access_token, until),
        keep_until(REFRESH_COOKIE, tokens.refresh_token, until),
    )
    return Reply(status, body, cookies=cookies)


def _dropped(request: Request) -> tuple[str, ...]:
    return SESSION_DROPPED if request.credentials.has_cookies else ()
