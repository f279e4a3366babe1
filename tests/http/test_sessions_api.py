"""Sessions, devices, notices and freezing as clients meet them."""

from typing import Any

import pytest

from tests.fakes import code_in
from tests.http.conftest import REGISTRATION, Answer, Api
from tests.world import last_text

DEVICE = {
    "name": "Ada's phone",
    "platform": "ios",
    "os_version": "26.1",
    "app_version": "1.0 (7)",
    "hardware_id": "3F2504E0-4F89-11D3",
}
PHONE = "13800138000"


def log_in_with(api: Api, device: Any) -> Answer:
    challenge = api.send("POST", "/login/codes", {"phone": PHONE}).json["challenge_id"]
    body = {"challenge_id": challenge, "phone": PHONE, "code": code_in(last_text())}
    said = {"device": device, "registration": REGISTRATION}
    return api.send("POST", "/login/sessions", body | said)


class TestSessions:
    def test_are_listed_with_device_and_ended_by_id(self, api: Api) -> None:
        first = api.log_in().json
        assert log_in_with(api, DEVICE).status == 201
        newer, older = api.send("GET", "/me/sessions").json["sessions"]

        assert newer["device"] == {k: v for k, v in DEVICE.items() if k != "hardware_id"}
        assert older == older | {"is_current": True, "device": None, "place": None}
        assert older.keys() == newer.keys()
        assert {"id", "created_at", "last_used_at", "expires_at"} <= older.keys()
        assert api.send("DELETE", f"/me/sessions/{newer['id']}").status == 204
        assert api.send("DELETE", f"/me/sessions/{newer['id']}").status == 404
        assert api.send("DELETE", "/me/sessions/x").status == 404
        assert first["access_token"] == api.token

    def test_all_others_or_all_are_ended(self, api: Api) -> None:
        api.log_in()
        api.log_in()

        assert api.send("POST", "/me/sessions/endings", {"scope": "others"}).json == {"ended": 1}
        assert api.send("POST", "/me/sessions/endings", {"scope": "mine"}).status == 422
        assert api.send("POST", "/me/sessions/endings", {"scope": "all"}).json == {"ended": 1}
        assert api.send("GET", "/me").status == 401


class TestDevice:
    @pytest.mark.parametrize(
        "device",
        [
            {"imei": "490154203237518"},
            {"platform": "symbian"},
            {"name": ""},
            {"name": "x" * 41},
            {"name": "phone\n"},
            {"name": "\u202eenohp"},
            {"os_version": "26.1; DROP"},
            {"hardware_id": "short"},
            {"hardware_id": 7},
            "ios",
        ],
    )
    def test_field_that_is_not_listed_or_wrong_is_refused_before_the_code_is_spent(
        self, api: Api, device: Any
    ) -> None:
        refused = log_in_with(api, device)

        assert (refused.status, refused.json["code"]) == (422, "invalid_request")
        assert refused.json["errors"][0]["path"].startswith("/device")

    def test_none_of_it_must_be_given(self, api: Api) -> None:
        assert log_in_with(api, {}).status == 201
        assert log_in_with(api, None).status == 201


class TestNotices:
    def test_new_login_is_shown_until_it_is_dismissed(self, api: Api) -> None:
        api.log_in()
        log_in_with(api, DEVICE)
        (notice,) = api.send("GET", "/me").json["notices"]

        assert (notice["kind"], notice["device"]["name"]) == ("new_login", "Ada's phone")
        assert "hardware_id" not in notice["device"]
        assert api.send("DELETE", f"/me/notices/{notice['id']}").status == 204
        assert api.send("DELETE", f"/me/notices/{notice['id']}").status == 404
        assert api.send("GET", "/me").json["notices"] == []


class TestReuse:
    def test_ends_the_session_and_tells_the_user(self, api: Api) -> None:
        parent = {"refresh_token": api.log_in().json["refresh_token"]}
        child = api.send("POST", "/login/refresh", parent)
        assert api.send("POST", "/login/refresh", parent).json == child.json
        grandchild = api.send(
            "POST", "/login/refresh", {"refresh_token": child.json["refresh_token"]}
        )
        refused = api.send("POST", "/login/refresh", parent)

        assert (refused.status, refused.json["code"]) == (401, "unauthenticated")
        api.token = grandchild.json["access_token"]
        assert api.send("GET", "/me").status == 401
        api.log_in()
        kinds = [notice["kind"] for notice in api.send("GET", "/me").json["notices"]]
        assert kinds == ["token_reused"]


class TestFreeze:
    def test_nothing_works_until_a_fresh_code(self, api: Api) -> None:
        tokens = api.log_in().json
        old = api.send("POST", "/login/codes", {"phone": PHONE}).json["challenge_id"]
        old_code = code_in(last_text())

        assert api.send("POST", "/me/freeze").json == {"ended": 1}
        for method, path in (("GET", "/me"), ("GET", "/photos"), ("POST", "/photos/deletions")):
            assert api.send(method, path, {"all": True}).status == 401
        refresh = {"refresh_token": tokens["refresh_token"]}
        assert api.send("POST", "/login/refresh", refresh).status == 401
        api.token = ""
        proof = {"challenge_id": old, "phone": PHONE, "code": old_code}
        assert api.send("POST", "/login/sessions", proof).json["code"] == "code_rejected"
        assert api.log_in().json["user"]["id"] == tokens["user"]["id"]


class TestRecoveryCode:
    def test_is_shown_once_and_known_to_be_there(self, api: Api) -> None:
        api.log_in()
        assert api.send("GET", "/me").json["has_recovery_code"] is False
        drawn = api.send("POST", "/me/recovery-code")

        assert drawn.status == 201
        assert len(drawn.json["recovery_code"]) == 23
        me = api.send("GET", "/me").json
        assert me["has_recovery_code"] is True
        assert drawn.json["recovery_code"] not in str(me)

    def test_account_in_use_is_not_given_up_by_a_code(self, api: Api) -> None:
        mine = api.log_in().json["user"]["id"]
        challenge = api.send("POST", "/login/codes", {"phone": PHONE}).json["challenge_id"]
        body = {"challenge_id": challenge, "phone": PHONE, "code": code_in(last_text())}
        body |= {"registration": REGISTRATION, "second_factor": {"is_not_mine": True}}
        refused = api.send("POST", "/login/sessions", body)

        assert (refused.status, refused.json["code"]) == (409, "conflict")
        assert api.log_in().json["user"]["id"] == mine
