"""HTTP of third-party logins: which are offered, logging in by one, linking and unlinking."""

from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct, structs

from chalicelib.clock import to_iso
from chalicelib.container import services
from chalicelib.errors import NotFound
from chalicelib.http import Reply, Request, Routes
from chalicelib.identity.answers import challenge_to_json, user_to_json
from chalicelib.identity.bodies import DeviceFields, HardwareId, PhoneText, RegistrationFields
from chalicelib.identity.devices import DeviceClaim
from chalicelib.identity.ports import LoginProvider
from chalicelib.identity.provider_states import Begun, ProviderReturn
from chalicelib.identity.routes import session_reply
from chalicelib.identity.subjects import Asker
from chalicelib.phone import parse_phone

routes = Routes(__name__, services)


StateText = Annotated[str, Meta(min_length=1, max_length=100)]


class BeginRequest(Struct, frozen=True, forbid_unknown_fields=True):
    challenge: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{43}\Z")]


class ReturnFields(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    code: Annotated[str, Meta(min_length=1, max_length=512)]
    state: StateText
    verifier: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._~-]{43,128}\Z")]

    def to_return(self, source_ip: str) -> ProviderReturn:
        return ProviderReturn(
            code=self.code, state=self.state, verifier=self.verifier, source_ip=source_ip
        )


class ProviderGuardianRequest(Struct, frozen=True, forbid_unknown_fields=True):
    state: StateText
    """Of the child's login under way."""
    guardian_phone: PhoneText
    hardware_id: HardwareId | None = None
    human_check_token: Annotated[str, Meta(max_length=2048)] | None = None


class ProviderSessionRequest(ReturnFields, frozen=True, forbid_unknown_fields=True, kw_only=True):
    device: DeviceFields | None = None
    registration: RegistrationFields | None = None


@routes.serve("GET", "/login/providers", public=True)
def list_providers(request: Request) -> Reply:
    return Reply(
        HTTPStatus.OK, {"providers": services().identity.third_party_logins.proofs.list_offered()}
    )


@routes.serve("POST", "/login/providers/{provider}", public=True)
def begin_login(request: Request, provider: str) -> Reply:
    challenge = request.body(BeginRequest).challenge
    begun = services().identity.third_party_logins.proofs.begin(_known(provider), challenge)
    return Reply(HTTPStatus.CREATED, begun_to_json(begun))


@routes.serve("POST", "/login/providers/{provider}/sessions", public=True)
def open_provider_session(request: Request, provider: str) -> Reply:
    body = request.body(ProviderSessionRequest)
    in_cookies = request.credentials.wants_cookies
    login = services().identity.third_party_logins.login.log_in(
        _known(provider),
        body.to_return(request.source_ip),
        DeviceClaim(**structs.asdict(body.device)) if body.device else None,
        registration=body.registration.to_registration() if body.registration else None,
        guest=request.find_guest(),
    )
    user = user_to_json(login.account, is_new=login.is_new)
    return session_reply(HTTPStatus.CREATED, login.tokens, {"user": user}, in_cookies=in_cookies)


@routes.serve("POST", "/login/providers/{provider}/guardian-codes", public=True)
def request_provider_guardian_code(request: Request, provider: str) -> Reply:
    _known(provider)
    body = request.body(ProviderGuardianRequest)
    asker = Asker(
        source_ip=request.source_ip,
        hardware_id=body.hardware_id,
        human_check_token=body.human_check_token,
    )
    guardian = parse_phone(body.guardian_phone)
    challenge = services().identity.registering.send_guardian_code(
        guardian, registrant=body.state, asker=asker
    )
    return Reply(HTTPStatus.ACCEPTED, challenge_to_json(challenge))


@routes.serve("POST", "/me/logins/{provider}")
def begin_linking(request: Request, provider: str) -> Reply:
    challenge = request.body(BeginRequest).challenge
    begun = services().identity.third_party_logins.linking.begin(
        request.caller, _known(provider), challenge
    )
    return Reply(HTTPStatus.CREATED, begun_to_json(begun))


@routes.serve("PUT", "/me/logins/{provider}")
def link_login(request: Request, provider: str) -> Reply:
    returned = request.body(ReturnFields).to_return(request.source_ip)
    services().identity.third_party_logins.linking.link(request.caller, _known(provider), returned)
    return Reply(HTTPStatus.NO_CONTENT)


@routes.serve("DELETE", "/me/logins/{provider}")
def unlink_login(request: Request, provider: str) -> Reply:
    services().identity.third_party_logins.linking.unlink(request.caller, _known(provider))
    return Reply(HTTPStatus.NO_CONTENT)


def begun_to_json(begun: Begun) -> dict[str, object]:
    return {
        "authorize_url": begun.authorize_url,
        "state": begun.state,
        "expires_at": to_iso(begun.expires_at),
    }


def _known(name: str) -> LoginProvider:
    try:
        return LoginProvider(name)
    except ValueError:
        raise NotFound from None
