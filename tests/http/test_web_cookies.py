"""The page's session in cookies that no script reads and no other site can use (CK.1, CK.7)."""

from typing import Any

import pytest

from chalicelib.credentials import ACCESS_COOKIE, NUMBER_COOKIE, REFRESH_COOKIE
from tests.fakes import code_in
from tests.http.conftest import REGISTRATION, Answer, Api
from tests.world import last_text

PAGE = "https://photos.example"
WANTED = {"Ifotor_Session": "cookie", "Origin": PAGE}
FOREIGN = [
    {},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": PAGE + ".evil.example"},
]


def cookies_of(answer: Answer) -> dict[str, dict[str, str]]:
    """Read Set-Cookie headers: name → attributes, `value` among them."""
    found: Any = answer.headers.get("set-cookie", [])
    cookies = {}
    for line in found:
        first, *rest = line.split("; ")
        name, _, value = first.partition("=")
        cookies[name] = {"value": value}
        for one in rest:
            attribute, _, setting = one.partition("=")
            cookies[name][attribute.lower()] = setting
    return cookies


class Browser:
    """Keeps cookies and sends them with everything, as a browser does with one host's."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.jar: dict[str, str] = {}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        if self.jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        answer = self._api.send(method, path, body, **headers)
        for name, cookie in cookies_of(answer).items():
            if cookie.get("max-age") == "0":
                self.jar.pop(name, None)
            else:
                self.jar[name] = cookie["value"]
        return answer

    def log_in(self, phone: str = "13800138000", **more: Any) -> Answer:
        challenge = self.send("POST", "/login/codes", {"phone": phone}).json["challenge_id"]
        body = {"challenge_id": challenge, "phone": phone, "code": code_in(last_text())}
        return self.send(
            "POST", "/login/sessions", body | {"registration": REGISTRATION} | more, **WANTED
        )


@pytest.fixture
def browser(api: Api) -> Browser:
    return Browser(api)


class TestCookies:
    def test_hold_the_session_and_no_script_or_other_site_gets_at_them(
        self, browser: Browser
    ) -> None:
        answer = browser.log_in()

        assert "token" not in str(answer.json)
        cookies = cookies_of(answer)
        assert cookies.keys() == {ACCESS_COOKIE, REFRESH_COOKIE, NUMBER_COOKIE}
        for name, cookie in cookies.items():
            assert name.startswith("__Host-")
            assert (cookie["path"], cookie["samesite"]) == ("/", "Strict")
            assert {"secure", "httponly"} <= cookie.keys()
            assert "domain" not in cookie
        assert cookies[REFRESH_COOKIE]["expires"].endswith("GMT")
        assert browser.send("GET", "/me").status == 200

    def test_are_renewed_without_the_page_seeing_a_token(self, browser: Browser) -> None:
        browser.log_in()
        before = dict(browser.jar)
        answer = browser.send("POST", "/login/refresh", **WANTED)

        assert answer.status == 200
        assert answer.json.keys() == {"expires_at"}
        assert before[ACCESS_COOKIE] != browser.jar[ACCESS_COOKIE]
        assert browser.send("GET", "/me").status == 200

    def test_that_work_no_more_are_dropped(self, browser: Browser) -> None:
        browser.log_in()
        browser.jar[REFRESH_COOKIE] = "ifr_nothing"
        answer = browser.send("POST", "/login/refresh", **WANTED)

        assert (answer.status, answer.json["code"]) == (401, "unauthenticated")
        assert browser.jar == {}

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("DELETE", "/me/sessions/current", None),
            ("POST", "/me/freeze", None),
            ("POST", "/me/sessions/endings", {"scope": "all"}),
        ],
    )
    def test_go_with_the_session(self, browser: Browser, method: str, path: str, body: Any) -> None:
        browser.log_in()
        assert browser.send(method, path, body, Origin=PAGE).status in (200, 204)

        assert browser.jar == {}

    def test_of_a_guest_carry_them_into_the_account(self, browser: Browser) -> None:
        guest = browser.send("POST", "/guests", **WANTED).json
        assert guest.keys() == {"expires_at", "user"}
        answer = browser.log_in()

        assert answer.json["user"]["id"] == guest["user"]["id"]

    def test_of_a_guest_that_must_be_renewed_first_lose_nobody(self, browser: Browser) -> None:
        browser.send("POST", "/guests", **WANTED)
        access = browser.jar.pop(ACCESS_COOKIE)

        assert browser.log_in().status == 401
        browser.send("POST", "/login/refresh", **WANTED)
        assert browser.jar[ACCESS_COOKIE] != access
        assert browser.log_in().json["user"]["is_new"]

    def test_come_only_where_they_were_asked_for(self, api: Api) -> None:
        answer = api.log_in()

        assert "set-cookie" not in answer.headers
        assert answer.json["access_token"]


class TestOtherSites:
    @pytest.mark.parametrize("headers", FOREIGN)
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/me/freeze"),
            ("POST", "/photos/deletions"),
            ("DELETE", "/me/sessions/current"),
            ("POST", "/photos"),
        ],
    )
    def test_write_nothing_with_a_persons_cookies(
        self, browser: Browser, headers: dict[str, str], method: str, path: str
    ) -> None:
        browser.log_in()
        answer = browser.send(method, path, {"all": True}, **headers)

        assert (answer.status, answer.json["code"]) == (403, "origin_not_allowed")
        assert browser.send("GET", "/me").status == 200

    @pytest.mark.parametrize("headers", FOREIGN)
    def test_log_nobody_in(self, browser: Browser, headers: dict[str, str]) -> None:
        wanted = {"Ifotor_Session": "cookie"} | headers
        for path in ("/guests", "/login/refresh"):
            assert browser.send("POST", path, **wanted).json["code"] == "origin_not_allowed"

        assert browser.jar == {}

    def test_are_no_matter_to_an_app_with_a_token(self, api: Api) -> None:
        api.log_in()

        assert api.send("POST", "/me/freeze", Origin="https://evil.example").status == 200


class TestRememberedNumber:
    def test_is_kept_masked_and_only_if_asked(self, browser: Browser) -> None:
        browser.log_in()
        assert browser.send("GET", "/login/remembered").json == {"phone": None}
        browser.log_in(remember_number=True)

        assert browser.jar[NUMBER_COOKIE] == "+86138****8000"
        assert browser.send("GET", "/login/remembered").json == {"phone": "+86138****8000"}
        assert "13800138000" not in str(browser.jar)

    def test_outlives_the_session_until_it_is_not_wanted(self, browser: Browser) -> None:
        browser.log_in(remember_number=True)
        browser.send("DELETE", "/me/sessions/current", Origin=PAGE)
        assert browser.jar.keys() == {NUMBER_COOKIE}

        assert browser.send("DELETE", "/login/remembered", Origin=PAGE).status == 204
        assert browser.jar == {}

    def test_is_forgotten_by_a_login_without_the_wish(self, browser: Browser) -> None:
        browser.log_in(remember_number=True)
        browser.send("DELETE", "/me/sessions/current", Origin=PAGE)
        browser.log_in()

        assert NUMBER_COOKIE not in browser.jar

    @pytest.mark.parametrize("forged", ["<b>", "13800138000", "+8613800138000", "x" * 5000])
    def test_shows_nothing_that_it_never_kept(self, browser: Browser, forged: str) -> None:
        browser.jar[NUMBER_COOKIE] = forged

        assert browser.send("GET", "/login/remembered").json == {"phone": None}
