"""Logins of others: what their references ask for is what goes out, and only an answer that can be
believed names anybody.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib.identity.errors import ProviderLoginRejected, ProviderUnavailable
from chalicelib.identity.ports import IdentityProvider, LoginProvider, ProviderSubject
from chalicelib.remote.alipay_login import AlipayApp, AlipayLogin, AlipaySubject
from chalicelib.remote.alipay_signing import is_signed, request_text, sign
from chalicelib.remote.wechat_login import WechatApp, WechatLogin, WechatSubject
from local.stand_ins import StandInAlipay
from tests.contracts.loopback import Service, service
from tests.fakes import FakeClock, FakeLog

RETURN_URL = "https://photos.example/"
STATE = "0123456789abcdef" * 5
SECRET_WORDS = ("an app secret", "access token of theirs", "o_openid_of_ada", "o_unionid_of_ada")

WECHAT_TOLD: dict[str, Any] = {
    "access_token": "access token of theirs",
    "expires_in": 7200,
    "refresh_token": "refresh token of theirs",
    "openid": "o_openid_of_ada",
    "scope": "snsapi_login",
    "unionid": "o_unionid_of_ada",
}
"""As "网站应用微信登录开发指南" shows it."""
ALIPAY_TOLD: dict[str, Any] = {
    "access_token": "access token of theirs",
    "auth_start": "2026-11-23 12:00:00",
    "expires_in": 1296000,
    "re_expires_in": 2592000,
    "refresh_token": "refresh token of theirs",
    "open_id": "o_openid_of_ada",
    "user_id": "2088102150477652",
}
"""As the reference of alipay.system.oauth.token shows it, with both names."""
KEYS = StandInAlipay(RETURN_URL)
ALIPAYS_KEY = KEYS.alipays_key


def wechat(url: str, subject: WechatSubject = WechatSubject.UNIONID) -> WechatLogin:
    app = WechatApp(app_id="wx1", subject=subject, return_url=RETURN_URL, api_url=url)
    return WechatLogin(app, read_secret=lambda: '{"app_secret": "an app secret"}')


def alipay(
    url: str,
    subject: AlipaySubject = AlipaySubject.OPEN_ID,
    *,
    keys: str = KEYS.secret,
    log: FakeLog | None = None,
) -> AlipayLogin:
    app = AlipayApp(
        app_id="2021", subject=subject, return_url=RETURN_URL, gateway_url=f"{url}/gateway.do"
    )
    return AlipayLogin(app, read_keys=lambda: keys, clock=FakeClock(), log=log or FakeLog())


def wechat_answer(**changes: object) -> bytes:
    return json.dumps(WECHAT_TOLD | changes).encode()


def alipay_answer(
    name: str = "alipay_system_oauth_token_response",
    key: rsa.RSAPrivateKey = ALIPAYS_KEY,
    **changes: object,
) -> bytes:
    body = json.dumps(ALIPAY_TOLD | changes)
    signature = sign(body.encode(), key)
    return f'{{"{name}":{body},"sign":"{signature}"}}'.encode()


def alipay_error(sub_code: str) -> bytes:
    told = {"code": "40002", "msg": "Invalid Arguments", "sub_code": sub_code, "sub_msg": "…"}
    return json.dumps({"error_response": told, "sign": ""}).encode()


@dataclass(frozen=True, slots=True)
class Case:
    make: Callable[[str], IdentityProvider]
    good: bytes
    refused: tuple[bytes, ...]


CASES = {
    "wechat": Case(
        wechat,
        wechat_answer(),
        tuple(
            json.dumps({"errcode": code, "errmsg": "…"}).encode() for code in (40029, 40163, 42003)
        ),
    ),
    "alipay": Case(alipay, alipay_answer(), (alipay_error("isv.code-invalid"),)),
}


@contextmanager
def over_http(
    case: Case, status: int | None, body: bytes
) -> Iterator[tuple[IdentityProvider, Service]]:
    with service(status, body) as serving:
        yield case.make(serving.url), serving


def ask(case: Case, answer: bytes) -> ProviderSubject:
    with over_http(case, 200, answer) as (provider, _):
        return provider.prove("code")


@pytest.mark.enable_socket
class TestWechat:
    def test_page_is_asked_for_what_the_guide_documents(self) -> None:
        url = wechat("http://none").authorize_url(STATE)
        address = urlsplit(url)

        assert url.startswith("https://open.weixin.qq.com/connect/qrconnect?")
        assert dict(parse_qsl(address.query)) == {
            "appid": "wx1",
            "redirect_uri": RETURN_URL,
            "response_type": "code",
            "scope": "snsapi_login",
            "state": STATE,
        }
        assert address.fragment == "wechat_redirect"

    def test_code_is_exchanged_as_the_guide_documents(self) -> None:
        with over_http(CASES["wechat"], 200, wechat_answer()) as (provider, serving):
            subject = provider.prove("a code&more")

        [came] = serving.received
        assert urlsplit(came.path).path == "/sns/oauth2/access_token"
        assert dict(parse_qsl(urlsplit(came.path).query)) == {
            "appid": "wx1",
            "secret": "an app secret",
            "code": "a code&more",
            "grant_type": "authorization_code",
        }
        assert subject == ProviderSubject(
            provider=LoginProvider.WECHAT, realm="unionid", name="o_unionid_of_ada"
        )

    def test_name_of_one_app_is_never_that_of_another(self) -> None:
        with service(200, wechat_answer()) as serving:
            subject = wechat(serving.url, WechatSubject.OPENID).prove("code")

        assert (subject.realm, subject.name) == ("openid/wx1", "o_openid_of_ada")

    @pytest.mark.parametrize(
        "answer",
        [
            *(wechat_answer(unionid=wrong) for wrong in (None, "", 7, "x" * 200, "ada lovelace")),
            *(b"", b"[]", b"null", b"\xff", b"<html>", b"[" * 10_000, b"{}"),
            *(json.dumps({"errcode": code}).encode() for code in (-1, 40013, 40125, 45011, "x")),
            wechat_answer(errcode=40125),
        ],
    )
    def test_any_other_answer_names_nobody(self, answer: bytes) -> None:
        """Without the name that counts, WeChat's other name would make a second account."""
        with pytest.raises(ProviderUnavailable):
            ask(CASES["wechat"], answer)


@pytest.mark.enable_socket
class TestAlipay:
    def test_page_is_asked_for_what_the_reference_documents(self) -> None:
        url = alipay("http://none").authorize_url(STATE)

        assert url.startswith("https://openauth.alipay.com/oauth2/publicAppAuthorize.htm?")
        assert dict(parse_qsl(urlsplit(url).query)) == {
            "app_id": "2021",
            "scope": "auth_base",
            "redirect_uri": RETURN_URL,
            "state": STATE,
        }

    def test_code_is_exchanged_as_the_reference_documents(self) -> None:
        with over_http(CASES["alipay"], 200, alipay_answer()) as (provider, serving):
            subject = provider.prove("a code&more")

        [came] = serving.received
        query = dict(parse_qsl(urlsplit(came.path).query))
        form = dict(parse_qsl(came.body.decode()))
        signature = query.pop("sign")
        assert urlsplit(came.path).path == "/gateway.do"
        assert came.headers["content-type"] == "application/x-www-form-urlencoded; charset=utf-8"
        assert form == {"grant_type": "authorization_code", "code": "a code&more"}
        assert query == {
            "app_id": "2021",
            "method": "alipay.system.oauth.token",
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": "2026-11-23 12:00:00",
            "version": "1.0",
        }
        assert is_signed(request_text(query | form), signature, KEYS.key_of_app.public_key())
        assert subject == ProviderSubject(
            provider=LoginProvider.ALIPAY, realm="open_id/2021", name="o_openid_of_ada"
        )

    def test_name_for_all_apps_counts_where_the_stage_says_so(self) -> None:
        with service(200, alipay_answer()) as serving:
            subject = alipay(serving.url, AlipaySubject.USER_ID).prove("code")

        assert (subject.realm, subject.name) == ("user_id", "2088102150477652")

    @pytest.mark.parametrize(
        "answer",
        [
            alipay_answer(key=rsa.generate_private_key(65537, 2048)),
            alipay_answer().replace(b"of_ada", b"of_bob"),
            alipay_answer().replace(b'"sign"', b'"sing"'),
            alipay_answer().replace(b"}", b', "open_id": "o_openid_of_bob"}', 1),
            alipay_answer("alipay_trade_query_response"),
            alipay_answer(code="40004"),
            *(alipay_answer(open_id=wrong) for wrong in (None, "", 7, "x" * 200, "ada lovelace")),
            *(b"", b"[]", b"null", b"\xff", b"<html>", b"[" * 10_000, b"{}"),
            *(alipay_error(code) for code in ("isv.invalid-signature", "isp.unknow-error", "")),
        ],
    )
    def test_any_other_answer_names_nobody(self, answer: bytes) -> None:
        with pytest.raises(ProviderUnavailable):
            ask(CASES["alipay"], answer)

    def test_name_that_comes_twice_is_nobodys_even_if_it_is_signed(self) -> None:
        body = '{"open_id":"o_openid_of_ada","open_id":"o_openid_of_bob"}'
        signature = sign(body.encode(), ALIPAYS_KEY)
        answer = f'{{"alipay_system_oauth_token_response":{body},"sign":"{signature}"}}'

        with pytest.raises(ProviderUnavailable):
            ask(CASES["alipay"], answer.encode())

    @pytest.mark.parametrize(
        "keys",
        [
            *("", "[]", "{}", '{"app_private_key": "x"}'),
            json.dumps(json.loads(KEYS.secret) | {"app_certificate": "not one"}),
            json.dumps(json.loads(KEYS.secret) | {"root_certificates": "no app's certificate"}),
        ],
    )
    def test_keys_that_are_none_ask_nothing(self, keys: str) -> None:
        with service(200, alipay_answer()) as serving:
            with pytest.raises(ProviderUnavailable):
                alipay(serving.url, keys=keys).prove("code")
            assert serving.received == []


@pytest.mark.enable_socket
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
class TestBoth:
    def test_code_that_is_not_known_is_refused(self, case: Case) -> None:
        for answer in case.refused:
            with pytest.raises(ProviderLoginRejected):
                ask(case, answer)

    @pytest.mark.parametrize("status", [201, 302, 307, 400, 500, 503, None])
    def test_failure_or_lost_answer_is_unavailable_and_not_asked_twice(
        self, case: Case, status: int | None
    ) -> None:
        with over_http(case, status, case.good) as (provider, serving):
            with pytest.raises(ProviderUnavailable) as failure:
                provider.prove("code")
            assert len(serving.received) == 1
        assert not [word for word in SECRET_WORDS if word in repr(failure.value)]

    def test_answer_without_end_is_unavailable(self, case: Case) -> None:
        with pytest.raises(ProviderUnavailable):
            ask(case, case.good + b" " * 20_000)

    def test_service_that_is_gone_is_unavailable(self, case: Case) -> None:
        with over_http(case, 200, case.good) as (provider, _):
            pass
        with pytest.raises(ProviderUnavailable):
            provider.prove("code")

    def test_subject_does_not_show_its_name(self, case: Case) -> None:
        subject = ask(case, case.good)
        assert subject.name not in repr(subject)
