"""WeChat and Alipay as an application meets them, answering what their references document.

Pure but for randomness: `local/providers.py` puts them behind HTTP. The people are made up; codes
work once; Alipay's requests are checked and its answers signed with real keys, drawn at start.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from chalicelib.remote.alipay_signing import is_signed, request_text, sign

SOMEBODY_NEW = "new"


class StandIn(Protocol):
    """What the pages need of either."""

    title: str
    page_path: str
    api_path: str

    def is_asked_properly(self, query: Mapping[str, str]) -> bool:
        """Whether a browser comes with what the reference asks for."""
        ...

    def agree(self, query: Mapping[str, str], person: str) -> str:
        """Return where the browser goes once a person has agreed."""
        ...

    def answer(self, query: Mapping[str, str], form: Mapping[str, str]) -> bytes:
        """Exchange a code, as the application's server asks for it."""
        ...

    @property
    def secret(self) -> str:
        """What the application's server keeps, as it keeps it."""
        ...


@dataclass(slots=True)
class Codes:
    """Codes on their way, and those that are used."""

    _people: dict[str, str] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def issue(self, person: str) -> str:
        code = secrets.token_hex(16)
        self._people[code] = secrets.token_hex(8) if person == SOMEBODY_NEW else person
        return code

    def is_used(self, code: str) -> bool:
        return code in self._used

    def redeem(self, code: str) -> str | None:
        person = self._people.pop(code, None)
        if person is not None:
            self._used.add(code)
        return person


class StandInWechat:
    """developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html."""

    title = "WeChat"
    page_path, api_path = "/wechat/connect/qrconnect", "/wechat/sns/oauth2/access_token"
    app_id = "wx0000000000000001"

    def __init__(self, return_url: str) -> None:
        self._return_url = return_url
        self._app_secret = secrets.token_hex(16)
        self._codes = Codes()

    @property
    def secret(self) -> str:
        return json.dumps({"app_secret": self._app_secret})

    def is_asked_properly(self, query: Mapping[str, str]) -> bool:
        return {name: query.get(name) for name in query if name != "state"} == {
            "appid": self.app_id,
            "redirect_uri": self._return_url,
            "response_type": "code",
            "scope": "snsapi_login",
        }

    def agree(self, query: Mapping[str, str], person: str) -> str:
        back = {"code": self._codes.issue(person), "state": query["state"]}
        return f"{self._return_url}?{urlencode(back)}"

    def answer(self, query: Mapping[str, str], form: Mapping[str, str]) -> bytes:
        code = query.get("code", "")
        if query.get("appid") != self.app_id:
            return _wechat_error(40013, "invalid appid")
        if query.get("secret") != self._app_secret:
            return _wechat_error(40125, "invalid appsecret")
        if query.get("grant_type") != "authorization_code":
            return _wechat_error(40002, "invalid grant_type")
        if self._codes.is_used(code):
            return _wechat_error(40163, "code been used")
        person = self._codes.redeem(code)
        if person is None:
            return _wechat_error(40029, "invalid code")
        told = {
            "access_token": secrets.token_urlsafe(64),
            "expires_in": 7200,
            "refresh_token": secrets.token_urlsafe(64),
            "openid": f"o_open_of_{person}",
            "scope": "snsapi_login",
            "unionid": f"o_union_of_{person}",
        }
        return json.dumps(told).encode()


class StandInAlipay:
    """opendocs.alipay.com/open/263/105808 and opendocs.alipay.com/open/02xtla."""

    title = "Alipay"
    page_path, api_path = "/alipay/oauth2/publicAppAuthorize.htm", "/alipay/gateway.do"
    app_id = "2021000000000001"

    def __init__(self, return_url: str) -> None:
        self._return_url = return_url
        self.alipays_key = rsa.generate_private_key(65537, 2048)
        self.key_of_app = rsa.generate_private_key(65537, 2048)
        self._codes = Codes()

    @property
    def secret(self) -> str:
        app_private_key = self.key_of_app.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        alipay_public_key = self.alipays_key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        return json.dumps(
            {
                "app_private_key": app_private_key.decode(),
                "alipay_public_key": alipay_public_key.decode(),
            }
        )

    def is_asked_properly(self, query: Mapping[str, str]) -> bool:
        return {name: query.get(name) for name in query if name != "state"} == {
            "app_id": self.app_id,
            "redirect_uri": self._return_url,
            "scope": "auth_base",
        }

    def agree(self, query: Mapping[str, str], person: str) -> str:
        back = {
            "app_id": self.app_id,
            "source": "alipay_wallet",
            "scope": "auth_base",
            "auth_code": self._codes.issue(person),
            "state": query["state"],
        }
        return f"{self._return_url}?{urlencode(back)}"

    def answer(self, query: Mapping[str, str], form: Mapping[str, str]) -> bytes:
        trouble = self._find_trouble(query, form)
        if trouble:
            return self._signed("error_response", trouble)
        person = self._codes.redeem(form.get("code", ""))
        if person is None:
            return self._signed("error_response", _alipay_error("isv.code-invalid"))
        told = {
            "access_token": secrets.token_hex(20),
            "auth_start": f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}",
            "expires_in": 1296000,
            "open_id": f"open_id_of_{person}",
            "re_expires_in": 2592000,
            "refresh_token": secrets.token_hex(20),
        }
        return self._signed("alipay_system_oauth_token_response", told)

    def _find_trouble(
        self, query: Mapping[str, str], form: Mapping[str, str]
    ) -> Mapping[str, str] | None:
        """Check a request as the gateway does: parameters first, then the signature."""
        known = {
            "app_id": self.app_id,
            "method": "alipay.system.oauth.token",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "version": "1.0",
        }
        if any(query.get(name) != value for name, value in known.items()):
            return _alipay_error("isv.invalid-parameter")
        if form.get("grant_type") != "authorization_code":
            return _alipay_error("isv.grant-type-invalid")
        covered = request_text({**query, **form})
        if not is_signed(covered, query.get("sign", ""), self.key_of_app.public_key()):
            return _alipay_error("isv.invalid-signature")
        return None

    def _signed(self, name: str, told: Mapping[str, object]) -> bytes:
        body = json.dumps(told)
        signature = sign(body.encode(), self.alipays_key)
        return f'{{"{name}":{body},"sign":{json.dumps(signature)}}}'.encode()


def _wechat_error(code: int, words: str) -> bytes:
    return json.dumps({"errcode": code, "errmsg": f"{words}, rid: 00000000"}).encode()


def _alipay_error(reason: str) -> Mapping[str, str]:
    return {
        "code": "40002",
        "msg": "Invalid Arguments",
        "sub_code": reason,
        "sub_msg": "the stand-in refuses this",
    }
