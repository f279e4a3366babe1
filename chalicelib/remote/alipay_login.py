"""The port `IdentityProvider` on Alipay's login for websites.

"用户授权" and alipay.system.oauth.token (opendocs.alipay.com/open/263/105808 and
opendocs.alipay.com/open/02xtla, read 2026-11 in copies): the page asks for `auth_base`, which names
the person and tells nothing else; the code is exchanged on the signed gateway. The answer's
signature covers the text of `alipay_system_oauth_token_response`. Neither PKCE nor a nonce is
documented. An app that has certificates names them in each request.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from chalicelib.clock import Clock
from chalicelib.identity.errors import ProviderLoginRejected, ProviderUnavailable
from chalicelib.identity.ports import LoginProvider, ProviderSubject
from chalicelib.observability import EventLog, Level
from chalicelib.remote.alipay_signing import (
    SIGN_TYPE,
    is_signed,
    load_private_key,
    load_public_key,
    members_of,
    request_text,
    sign,
)
from chalicelib.remote.certificates import first_expiry, serials_in_requests
from chalicelib.remote.exchange import Exchange

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

PAGE_URL = "https://openauth.alipay.com/oauth2/publicAppAuthorize.htm"
GATEWAY_URL = "https://openapi.alipay.com/gateway.do"
SCOPE = "auth_base"
METHOD, MEMBER = "alipay.system.oauth.token", "alipay_system_oauth_token_response"
CODE_REFUSED = frozenset({"isv.code-invalid"})
BEIJING = timezone(timedelta(hours=8))
"""The gateway reads `timestamp` as local time of China, which has no summer time."""
EXPIRY_NOTICE = timedelta(days=30)
NAME = re.compile(r"[A-Za-z0-9_-]{6,128}")


class AlipaySubject(StrEnum):
    """Which of its two names for a person counts."""

    OPEN_ID = "open_id"
    """One for each app; the only one that apps made since 2023 get."""
    USER_ID = "user_id"
    """One for all apps; older ones still get it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlipayApp:
    app_id: str
    subject: AlipaySubject
    return_url: str
    page_url: str = PAGE_URL
    gateway_url: str = GATEWAY_URL


@dataclass(frozen=True, slots=True, kw_only=True)
class AlipayKeys:
    own: "RSAPrivateKey" = field(repr=False)
    of_alipay: "RSAPublicKey" = field(repr=False)
    serials: Mapping[str, str]
    """Of the certificates, in each request; none with bare keys."""
    first_expiry: datetime | None


class AlipayLogin:
    def __init__(
        self, app: AlipayApp, *, read_keys: Callable[[], str], clock: Clock, log: EventLog
    ) -> None:
        """
        Args:
            read_keys: {"app_private_key": …, "alipay_public_key": …} as they are stored; the second
                is Alipay's, not the app's own. With certificates it is one, and there are
                "app_certificate" and "root_certificates" too.
        """
        self._app = app
        self._read_keys = read_keys
        self._clock = clock
        self._log = log
        self._exchange = Exchange()

    def authorize_url(self, state: str) -> str:
        query = {
            "app_id": self._app.app_id,
            "scope": SCOPE,
            "redirect_uri": self._app.return_url,
            "state": state,
        }
        return f"{self._app.page_url}?{urlencode(query)}"

    def prove(self, code: str) -> ProviderSubject:
        keys = _keys(self._read_keys())
        self._tell_of_expiry(keys.first_expiry)
        now = self._clock.now().astimezone(BEIJING)
        common = {
            "app_id": self._app.app_id,
            "method": METHOD,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": SIGN_TYPE,
            "timestamp": f"{now:%Y-%m-%d %H:%M:%S}",
            "version": "1.0",
            **keys.serials,
        }
        asked = {"grant_type": "authorization_code", "code": code}
        common["sign"] = sign(request_text(common | asked), keys.own)
        # As the official SDKs do: what every call has in the address, the code in the body.
        answer = self._exchange.ask("POST", f"{self._app.gateway_url}?{urlencode(common)}", asked)
        kind = self._app.subject
        realm = kind.value if kind is AlipaySubject.USER_ID else f"{kind}/{self._app.app_id}"
        name = _name_in(answer, kind.value, keys.of_alipay)
        return ProviderSubject(provider=LoginProvider.ALIPAY, realm=realm, name=name)

    def _tell_of_expiry(self, ends: datetime | None) -> None:
        """Say so while a certificate has less than a month left; with use, for only the API may
        read these keys.
        """
        if ends and ends - self._clock.now() <= EXPIRY_NOTICE:
            days = (ends - self._clock.now()).days
            self._log.record(
                "certificate_checked", level=Level.WARNING, provider="alipay_login", count=days
            )


def _name_in(answer: bytes, kind: str, key: "RSAPublicKey") -> str:
    try:
        members = members_of(answer)
        told = _object(members.get(MEMBER) or members["error_response"])
        signature = json.loads(members.get("sign", '""'))
    except (KeyError, RecursionError, ValueError):
        raise ProviderUnavailable from None
    if told.get("sub_code") in CODE_REFUSED:
        raise ProviderLoginRejected  # signed or not: refusing is all that a forger gets
    if MEMBER not in members or told.get("code", "10000") != "10000":
        raise ProviderUnavailable
    if not (isinstance(signature, str) and is_signed(members[MEMBER].encode(), signature, key)):
        raise ProviderUnavailable
    name = told.get(kind)
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        # Without the name that counts, the other one would make a second account of a person.
        raise ProviderUnavailable
    return name


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text, object_pairs_hook=_once)
    if isinstance(value, dict):
        return value
    raise ValueError("not an object")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names a member twice: readers would differ in which one counts."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member twice")
    return dict(pairs)


def _keys(text: str) -> AlipayKeys:
    try:
        stored = json.loads(text)
        app, roots = stored.get("app_certificate", ""), stored.get("root_certificates", "")
        return AlipayKeys(
            own=load_private_key(stored["app_private_key"]),
            of_alipay=load_public_key(stored["alipay_public_key"]),
            serials=serials_in_requests(app, roots),
            first_expiry=first_expiry([stored["alipay_public_key"], app]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ProviderUnavailable("The keys of the login could not be read.") from None
