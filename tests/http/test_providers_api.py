"""Third-party logins as clients meet them, against the local stand-ins over HTTP."""

import json
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec.structs import asdict

from chalicelib.aws.clients import client
from chalicelib.container import services
from chalicelib.identity.provider_states import challenge_of
from chalicelib.settings import LoginApp
from local.providers import Providers, running_providers
from local.stand_ins import StandIn
from tests.http.conftest import Api
from tests.registering import AS_ADULT

pytestmark = pytest.mark.enable_socket

VERIFIER = "v" * 43
REGISTRATION = asdict(AS_ADULT)
PROVIDERS = ("wechat", "alipay")


@pytest.fixture
def providers(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    """The stage offers both, and both stand-ins run."""
    with running_providers("https://photos.example/") as running:
        for name, one, api_url in (
            ("wechat", running.wechat, f"{running.url}/wechat"),
            ("alipay", running.alipay, running.url + running.alipay.api_path),
        ):
            secret = client("secretsmanager").create_secret(
                Name=f"{name}-{one.app_id}-{running.url[-5:]}", SecretString=one.secret
            )
            app = LoginApp(
                app_id=one.app_id,
                subject="unionid" if name == "wechat" else "open_id",
                secret_arn=secret["ARN"],
                page_url=running.url + one.page_path,
                api_url=api_url,
            )
            monkeypatch.setenv(f"LOGIN_{name.upper()}", json.dumps(asdict(app)))
        services.cache_clear()
        yield running


def stand_in_of(providers: Providers, name: str) -> StandIn:
    return providers.wechat if name == "wechat" else providers.alipay


def come_back(
    api: Api,
    providers: Providers,
    name: str,
    person: str = "ada",
    *,
    path: str = "/login/providers",
) -> dict[str, str]:
    """Begin at the API, agree at the stand-in; returns the body that ends it."""
    begun = api.send("POST", f"{path}/{name}", {"challenge": challenge_of(VERIFIER)})
    assert begun.status == 201
    query = dict(parse_qsl(urlsplit(begun.json["authorize_url"]).query))
    back = stand_in_of(providers, name).agree(query, "ada")
    answer = dict(parse_qsl(urlsplit(back).query))
    assert answer["state"] == begun.json["state"]
    code = answer.get("code") or answer["auth_code"]
    return {"code": code, "state": answer["state"], "verifier": VERIFIER}


def log_in(api: Api, providers: Providers, name: str, **more: Any) -> Any:
    body: dict[str, Any] = come_back(api, providers, name) | more
    return api.send("POST", f"/login/providers/{name}/sessions", body)


@pytest.mark.parametrize("name", PROVIDERS)
class TestLogin:
    def test_registers_then_knows_the_person(
        self, api: Api, providers: Providers, name: str
    ) -> None:
        body: dict[str, Any] = {**come_back(api, providers, name)}
        asked = api.send("POST", f"/login/providers/{name}/sessions", body)
        assert (asked.status, asked.json["code"]) == (409, "registration_required")
        body |= {"registration": REGISTRATION}
        first = api.send("POST", f"/login/providers/{name}/sessions", body)
        again = log_in(api, providers, name, device={"platform": "web"})

        assert (first.status, again.status) == (201, 201)
        assert first.json["user"]["is_new"]
        assert again.json["user"] == first.json["user"] | {"is_new": False}
        assert again.json.keys() == api.log_in().json.keys()
        api.token = again.json["access_token"]
        [linked] = api.send("GET", "/me").json["logins"]
        assert (linked["provider"], linked["is_removable"]) == (name, False)

    def test_replayed_state_is_refused(self, api: Api, providers: Providers, name: str) -> None:
        body = come_back(api, providers, name) | {"registration": REGISTRATION}
        assert api.send("POST", f"/login/providers/{name}/sessions", body).status == 201

        again = api.send("POST", f"/login/providers/{name}/sessions", body)
        assert (again.status, again.json["code"]) == (422, "provider_login_rejected")

    def test_code_that_the_provider_does_not_know_is_refused(
        self, api: Api, providers: Providers, name: str
    ) -> None:
        body = come_back(api, providers, name) | {"code": "made up"}

        answer = api.send("POST", f"/login/providers/{name}/sessions", body)
        assert (answer.status, answer.json["code"]) == (422, "provider_login_rejected")

    def test_is_linked_and_unlinked(self, api: Api, providers: Providers, name: str) -> None:
        user_id = api.log_in().json["user"]["id"]
        body = come_back(api, providers, name, path="/me/logins")
        assert api.send("PUT", f"/me/logins/{name}", body).status == 204
        [linked] = api.send("GET", "/me").json["logins"]
        assert (linked["provider"], linked["is_removable"]) == (name, True)
        assert log_in(api, providers, name).json["user"]["id"] == user_id

        assert api.send("DELETE", f"/me/logins/{name}").status == 204
        assert api.send("GET", "/me").json["logins"] == []
        assert api.send("DELETE", f"/me/logins/{name}").status == 404

    def test_login_of_somebody_else_is_a_conflict(
        self, api: Api, providers: Providers, name: str
    ) -> None:
        log_in(api, providers, name, registration=REGISTRATION)
        api.log_in()
        body = come_back(api, providers, name, path="/me/logins")

        answer = api.send("PUT", f"/me/logins/{name}", body)
        assert (answer.status, answer.json["code"]) == (409, "login_taken")

    def test_only_way_in_stays(self, api: Api, providers: Providers, name: str) -> None:
        opened = log_in(api, providers, name, registration=REGISTRATION)
        api.token = opened.json["access_token"]

        answer = api.send("DELETE", f"/me/logins/{name}")
        assert (answer.status, answer.json["code"]) == (409, "last_login")

    def test_frozen_account_says_so(self, api: Api, providers: Providers, name: str) -> None:
        api.log_in()
        body = come_back(api, providers, name, path="/me/logins")
        api.send("PUT", f"/me/logins/{name}", body)
        assert api.send("POST", "/me/freeze").status == 200
        api.token = ""

        answer = log_in(api, providers, name)
        assert (answer.status, answer.json["code"]) == (403, "account_frozen")


class TestOffer:
    def test_is_empty_where_nothing_is_configured(self, api: Api) -> None:
        assert api.send("GET", "/login/providers").json == {"providers": []}
        body = {"challenge": challenge_of(VERIFIER)}
        assert api.send("POST", "/login/providers/wechat", body).status == 404

    def test_lists_what_is(self, api: Api, providers: Providers) -> None:
        assert api.send("GET", "/login/providers").json == {"providers": list(PROVIDERS)}
        body = {"challenge": challenge_of(VERIFIER)}
        assert api.send("POST", "/login/providers/google", body).status == 404

    def test_linking_needs_a_session(self, api: Api, providers: Providers) -> None:
        for method in ("POST", "PUT", "DELETE"):
            assert api.send(method, "/me/logins/wechat", {}).status == 401


class TestBadInput:
    GOOD: ClassVar[dict[str, str]] = {"code": "c", "state": "0" * 84, "verifier": VERIFIER}

    @pytest.mark.parametrize(
        "change",
        [
            *({"code": wrong} for wrong in ("", "x" * 600, 7, None)),
            *({"state": wrong} for wrong in ("", "x" * 101, 7)),
            *({"verifier": wrong} for wrong in ("short", "v" * 129, "v" * 42 + "\n", "é" * 43)),
            {"more": 1},
            {"registration": {"age_band": "adult"}},
        ],
    )
    def test_fields_are_checked(self, api: Api, providers: Providers, change: Any) -> None:
        answer = api.send("POST", "/login/providers/wechat/sessions", self.GOOD | change)

        assert (answer.status, answer.json["code"]) == (422, "invalid_request")

    @pytest.mark.parametrize("challenge", ["", "c" * 42, "c" * 44, "c" * 42 + "=", 7, None])
    def test_challenge_is_that_of_rfc_7636(
        self, api: Api, providers: Providers, challenge: Any
    ) -> None:
        answer = api.send("POST", "/login/providers/wechat", {"challenge": challenge})

        assert answer.status == 422

    def test_state_that_is_none_is_refused(self, api: Api, providers: Providers) -> None:
        answer = api.send("POST", "/login/providers/wechat/sessions", self.GOOD)

        assert (answer.status, answer.json["code"]) == (422, "provider_login_rejected")
