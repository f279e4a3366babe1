"""HTTP of consents: what somebody agreed to, and may agree to or take back at any time."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from chalicelib.clock import to_iso
from chalicelib.container import services
from chalicelib.http import Reply, Request, Routes
from chalicelib.privacy.model import WORDINGS, Channel, Decision, Locale

if TYPE_CHECKING:
    from chalicelib.privacy.consenting import PurposeStanding

routes = Routes(__name__, services)


class ConsentRequest(Struct, frozen=True, forbid_unknown_fields=True):
    is_given: bool
    locale: Locale
    """The language in which the person was asked."""


@routes.serve("GET", "/me/consents")
def list_consents(request: Request) -> Reply:
    found = services().consents.list_consents(request.caller.user_id)
    return Reply(HTTPStatus.OK, {"consents": [standing_to_json(each) for each in found]})


@routes.serve("PUT", "/me/consents/{purpose}")
def put_consent(request: Request, purpose: str) -> Reply:
    body = request.body(ConsentRequest)
    decision = services().consents.put_consent(
        request.caller.user_id,
        purpose,
        is_given=body.is_given,
        locale=body.locale,
        channel=Channel.APP if request.credentials.has_bearer else Channel.PAGE,
    )
    return Reply(HTTPStatus.OK, decision_to_json(decision))


def standing_to_json(standing: "PurposeStanding") -> dict[str, Any]:
    return {
        "purpose": standing.purpose,
        "is_given": standing.is_given,
        "wording": {
            locale: {"question": words.question, "when_withdrawn": words.when_withdrawn}
            for locale, words in WORDINGS[standing.purpose].items()
        },
        "decisions": [decision_to_json(each) for each in standing.decisions],
    }


def decision_to_json(decision: Decision) -> dict[str, Any]:
    return {
        "purpose": decision.purpose,
        "is_given": decision.is_given,
        "decided_at": to_iso(decision.at),
        "locale": decision.locale,
        "channel": decision.channel,
        "policy_version": decision.policy_version,
        "wording_sha256": decision.wording_sha256,
    }
