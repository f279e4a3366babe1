"""The port `IdentityProvider` on WeChat's login for websites.

"网站应用微信登录开发指南" (developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/
Wechat_Login.html, read 2026-11 in copies): the page asks for `snsapi_login`, the code is exchanged
for an access token, and the answer to that names the person. The token is not kept and nothing is
asked with it. Neither PKCE nor a nonce is documented.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from chalicelib.identity.errors import ProviderLoginRejected, ProviderUnavailable
from chalicelib.identity.ports import LoginProvider, ProviderSubject
from chalicelib.remote.exchange import Exchange

PAGE_URL = "https://open.weixin.qq.com/connect/qrconnect"
API_URL = "https://api.weixin.qq.com"
SCOPE = "snsapi_login"
"""The only one that a website can have; WeChat has no smaller one for it."""
CODE_REFUSED = frozenset({40029, 40163, 42003})
"""Invalid, used, expired; every other errcode is a mistake of ours or trouble there."""
NAME = re.compile(r"[A-Za-z0-9_-]{6,128}")


class WechatSubject(StrEnum):
    """Which of its two names for a person counts."""

    UNIONID = "unionid"
    """One for all apps of the operator's Open Platform account."""
    OPENID = "openid"
    """One for each app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WechatApp:
    app_id: str
    subject: WechatSubject
    return_url: str
    page_url: str = PAGE_URL
    api_url: str = API_URL


class WechatLogin:
    def __init__(self, app: WechatApp, *, read_secret: Callable[[], str]) -> None:
        """
        Args:
            read_secret: the AppSecret as it is stored, {"app_secret": …}.
        """
        self._app = app
        self._read_secret = read_secret
        self._exchange = Exchange()

    def authorize_url(self, state: str) -> str:
        query = {
            "appid": self._app.app_id,
            "redirect_uri": self._app.return_url,
            "response_type": "code",
            "scope": SCOPE,
            "state": state,
        }
        return f"{self._app.page_url}?{urlencode(query)}#wechat_redirect"

    def prove(self, code: str) -> ProviderSubject:
        query = {
            "appid": self._app.app_id,
            "secret": _app_secret(self._read_secret()),
            "code": code,
            "grant_type": "authorization_code",
        }
        answer = self._exchange.ask("GET", f"{self._app.api_url}/sns/oauth2/access_token", query)
        kind = self._app.subject
        realm = kind.value if kind is WechatSubject.UNIONID else f"{kind}/{self._app.app_id}"
        return ProviderSubject(
            provider=LoginProvider.WECHAT, realm=realm, name=_name_in(answer, kind.value)
        )


def _name_in(answer: bytes, kind: str) -> str:
    try:
        told = json.loads(answer)
        refusal, name = told.get("errcode", 0), told.get(kind)
    except (AttributeError, RecursionError, ValueError):
        raise ProviderUnavailable from None
    if refusal in CODE_REFUSED:
        raise ProviderLoginRejected
    if refusal or not isinstance(name, str) or not NAME.fullmatch(name):
        # Without the name that counts, the other one would make a second account of a person.
        raise ProviderUnavailable
    return name


def _app_secret(text: str) -> str:
    try:
        return str(json.loads(text)["app_secret"])
    except (KeyError, TypeError, ValueError):
        raise ProviderUnavailable("The key of the login could not be read.") from None
