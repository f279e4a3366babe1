"""HTTP of identity: login, refresh, sessions, the account and its notices."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct, structs

from chalicelib.clock import to_iso
from chalicelib.container import services
from chalicelib.errors import InvalidRequest
from chalicelib.http import Reply, Request, Routes
from chalicelib.identity.codes import Challenge, CodeClaim
from chalicelib.identity.devices import DeviceClaim, Platform
from chalicelib.identity.dormancy import NO_ANSWER, DormantAnswer
from chalicelib.identity.items import device_to_shown
from chalicelib.identity.model import Account, Session
from chalicelib.identity.notices import Notice
from chalicelib.identity.policy import PolicyLocale, policy_in_force
from chalicelib.identity.registration import AgeBand, Registration
from chalicelib.identity.sessions import EndingScope
from chalicelib.identity.subjects import Asker
from chalicelib.identity.tokens import IssuedTokens
from chalicelib.ids import ChallengeId
from chalicelib.phone import parse_phone

routes = Routes(__name__, services)


INVISIBLE = r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
"""Controls and marks that change how a text looks: a thief's device must not pass for another."""

DeviceName = Annotated[str, Meta(max_length=40, pattern=rf"\A[^{INVISIBLE}]+\Z")]
Version = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z._+() -]{1,20}\Z")]
HardwareId = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z._:-]{8,64}\Z")]


PhoneText = Annotated[str, Meta(min_length=3, max_length=40)]
ChallengeIdText = Annotated[str, Meta(min_length=36, max_length=36)]
CodeText = Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z")]


class CodeRequest(Struct, frozen=True, forbid_unknown_fields=True):
    phone: PhoneText
    hardware_id: HardwareId | None = None
    human_check_token: Annotated[str, Meta(max_length=2048)] | None = None


class DeviceFields(Struct, frozen=True, forbid_unknown_fields=True):
    """Every field has its purpose in docs/data-model.md; there are no others."""

    name: DeviceName | None = None
    platform: Platform | None = None
    os_version: Version | None = None
    app_version: Version | None = None
    hardware_id: HardwareId | None = None


class ClaimFields(Struct, frozen=True, forbid_unknown_fields=True):
    challenge_id: ChallengeIdText
    phone: PhoneText
    code: CodeText

    def to_claim(self) -> CodeClaim:
        return CodeClaim(
            challenge_id=ChallengeId(self.challenge_id),
            phone=parse_phone(self.phone),
            code=self.code,
        )


class GuardianCodeRequest(Struct, frozen=True, forbid_unknown_fields=True):
    phone: PhoneText
    """Of the child."""
    guardian_phone: PhoneText
    hardware_id: HardwareId | None = None
    human_check_token: Annotated[str, Meta(max_length=2048)] | None = None


class RegistrationFields(Struct, frozen=True, forbid_unknown_fields=True):
    policy_version: Annotated[str, Meta(max_length=40)]
    locale: PolicyLocale
    age_band: AgeBand
    guardian: ClaimFields | None = None

    def to_registration(self) -> Registration:
        return Registration(
            policy_version=self.policy_version,
            locale=self.locale,
            age_band=self.age_band,
            guardian=self.guardian.to_claim() if self.guardian else None,
        )


class SecondFactorFields(Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked about an account that was left alone for long."""

    recovery_code: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    is_not_mine: bool = False

    def to_answer(self) -> DormantAnswer:
        return DormantAnswer(**structs.asdict(self))


class SessionRequest(Struct, frozen=True, forbid_unknown_fields=True):
    challenge_id: ChallengeIdText
    phone: PhoneText
    code: CodeText
    device: DeviceFields | None = None
    registration: RegistrationFields | None = None
    second_factor: SecondFactorFields | None = None


class EndingsRequest(Struct, frozen=True, forbid_unknown_fields=True):
    scope: EndingScope


class RefreshRequest(Struct, frozen=True, forbid_unknown_fields=True):
    refresh_token: Annotated[str, Meta(min_length=1, max_length=200)]


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
    challenge = services().challenges.send_code(parse_phone(body.phone), asker)
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
    challenge = services().registering.send_guardian_code(guardian, registrant=child, asker=asker)
    return Reply(HTTPStatus.ACCEPTED, challenge_to_json(challenge))


@routes.serve("POST", "/guests", public=True)
def open_guest(request: Request) -> Reply:
    guest = services().guests.open_guest(request.source_ip)
    user = user_to_json(guest.account, is_new=True)
    return Reply(HTTPStatus.CREATED, tokens_to_json(guest.tokens) | {"user": user})


@routes.serve("POST", "/login/sessions", public=True)
def open_session(request: Request) -> Reply:
    body = request.body(SessionRequest)
    device = DeviceClaim(**structs.asdict(body.device)) if body.device else None
    login = services().login.verify_code(
        ChallengeId(body.challenge_id),
        parse_phone(body.phone),
        body.code,
        device,
        registration=body.registration.to_registration() if body.registration else None,
        answer=body.second_factor.to_answer() if body.second_factor else NO_ANSWER,
        guest=request.find_guest(),
    )
    user = user_to_json(login.account, is_new=login.is_new)
    return Reply(HTTPStatus.CREATED, tokens_to_json(login.tokens) | {"user": user})


@routes.serve("POST", "/login/refresh", public=True)
def refresh_session(request: Request) -> Reply:
    tokens = services().sessions.refresh(request.body(RefreshRequest).refresh_token)
    return Reply(HTTPStatus.OK, tokens_to_json(tokens))


@routes.serve("DELETE", "/me/sessions/current")
def log_out(request: Request) -> Reply:
    services().sessions.log_out(request.caller)
    return Reply(HTTPStatus.NO_CONTENT)


@routes.serve("GET", "/me/sessions")
def list_sessions(request: Request) -> Reply:
    found = services().sessions.list_sessions(request.caller)
    current = request.caller.session_id
    sessions = [session_to_json(one, is_current=one.id == current) for one in found]
    return Reply(HTTPStatus.OK, {"sessions": sessions})


@routes.serve("DELETE", "/me/sessions/{session_id}")
def end_session(request: Request, session_id: str) -> Reply:
    services().sessions.end_session(request.caller, session_id)
    return Reply(HTTPStatus.NO_CONTENT)


@routes.serve("POST", "/me/sessions/endings")
def end_sessions(request: Request) -> Reply:
    scope = request.body(EndingsRequest).scope
    return Reply(HTTPStatus.OK, {"ended": services().sessions.end_sessions(request.caller, scope)})


@routes.serve("POST", "/me/freeze")
def freeze_account(request: Request) -> Reply:
    return Reply(HTTPStatus.OK, {"ended": services().accounts.freeze(request.caller)})


@routes.serve("POST", "/me/recovery-code")
def set_recovery_code(request: Request) -> Reply:
    code = services().recovery.set_recovery_code(request.caller)
    return Reply(HTTPStatus.CREATED, {"recovery_code": code})


@routes.serve("GET", "/me")
def get_me(request: Request) -> Reply:
    caller = request.caller
    limits = structs.asdict(
        services().photos.granting.get_limits(caller.user_id, caller.guest_until)
    )
    overview = services().accounts.get_overview(caller)
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
    services().accounts.dismiss_notice(request.caller, notice_id)
    return Reply(HTTPStatus.NO_CONTENT)


def challenge_to_json(challenge: Challenge) -> dict[str, object]:
    return {"challenge_id": challenge.id, "expires_at": to_iso(challenge.expires_at)}


def user_to_json(account: Account, *, is_new: bool) -> dict[str, object]:
    return {"id": account.id, "is_new": is_new, **guest_to_json(account.guest_until)}


def guest_to_json(guest_until: datetime | None) -> dict[str, object]:
    until = to_iso(guest_until) if guest_until else None
    return {"is_guest": guest_until is not None, "guest_until": until}


def session_to_json(session: Session, *, is_current: bool) -> dict[str, object]:
    return {
        "id": session.id,
        "is_current": is_current,
        "device": device_to_shown(session.device).get("device"),
        "place": None,  # addresses are neither kept nor looked up; docs/api.md says so
        "created_at": to_iso(session.created_at),
        "last_used_at": to_iso(session.last_used_at),
        "expires_at": to_iso(session.expires_at),
    }


def notice_to_json(notice: Notice) -> dict[str, object]:
    return {
        "id": notice.id,
        "kind": notice.kind,
        "session_id": notice.session_id,
        "device": device_to_shown(notice.device).get("device"),
        "created_at": to_iso(notice.created_at),
    }


def tokens_to_json(tokens: IssuedTokens) -> dict[str, object]:
    return {
        "access_token": tokens.access_token,
        "access_expires_at": to_iso(tokens.access_expires_at),
        "refresh_token": tokens.refresh_token,
        "refresh_expires_at": to_iso(tokens.refresh_expires_at),
    }
