"""Guests over HTTP: nothing is asked, and what they may do is what everybody may, for a week."""

import uuid
from typing import Any

from tests.http.conftest import Api

ONE: dict[str, Any] = {"photos": [{"content_type": "image/jpeg", "size_bytes": 1000}]}


def key() -> str:
    return str(uuid.uuid4())


class TestOpening:
    def test_answers_as_a_login_does_and_says_until_when(self, api: Api) -> None:
        answer = api.open_guest()

        assert answer.status == 201
        assert answer.json.keys() == {
            *("access_token", "access_expires_at", "refresh_token", "refresh_expires_at", "user")
        }
        user = answer.json["user"]
        assert (user["is_new"], user["is_guest"]) == (True, True)
        me = api.send("GET", "/me").json
        assert (me["is_guest"], me["guest_until"]) == (True, user["guest_until"])
        assert (me["limits"]["photos_per_day"], me["joined_guests"]) == (30, 0)
        assert answer.json["refresh_expires_at"] == user["guest_until"]

    def test_guest_uses_the_same_routes_and_every_photo_ends_with_them(self, api: Api) -> None:
        until = api.open_guest().json["user"]["guest_until"]
        granted = api.send("POST", "/photos", ONE, Idempotency_Key=key()).json["photos"][0]

        assert granted["photo"]["expires_at"] < until
        assert api.send("GET", "/photos").json["photos"] == [granted["photo"]]
        renewed = api.send("GET", "/me/sessions").json["sessions"]
        assert [one["expires_at"] for one in renewed] == [until]

    def test_sixty_first_of_an_address_is_refused(self, api: Api) -> None:
        for _ in range(60):
            assert api.open_guest().status == 201
        api.token = ""
        answer = api.send("POST", "/guests")

        assert (answer.status, answer.json["code"]) == (429, "too_many_requests")
        assert answer.json["limit"] == "guests_per_address_per_hour"
        assert 0 < int(answer.headers["retry-after"]) <= 3600


class TestRegistering:
    def test_keeps_the_id_and_the_photos(self, api: Api) -> None:
        guest = api.open_guest().json["user"]
        api.send("POST", "/photos", ONE, Idempotency_Key=key())
        user = api.log_in(as_guest=True).json["user"]

        assert user == {
            "id": guest["id"],
            "is_new": True,
            "is_guest": False,
            "guest_until": None,
        }
        assert len(api.send("GET", "/photos").json["photos"]) == 1
        me = api.send("GET", "/me").json
        assert (me["is_guest"], me["limits"]["photos_per_day"]) == (False, 500)

    def test_ends_the_guests_tokens(self, api: Api) -> None:
        guest = api.open_guest().json
        api.log_in(as_guest=True)
        api.token = guest["access_token"]

        assert api.send("GET", "/me").status == 401
        refresh = {"refresh_token": guest["refresh_token"]}
        assert api.send("POST", "/login/refresh", refresh).status == 401

    def test_known_number_gets_the_guest_and_says_so(self, api: Api) -> None:
        alice = api.log_in().json["user"]["id"]
        api.token = ""
        api.open_guest()

        assert api.log_in(as_guest=True).json["user"]["id"] == alice
        assert api.send("GET", "/me").json["joined_guests"] == 1
        answer = api.send("POST", "/photos/arrivals")
        assert answer.json == {"photos": 0, "waiting": 0, "has_more": False}

    def test_token_that_does_not_work_is_refused_before_the_code_is_tried(self, api: Api) -> None:
        challenge = api.send("POST", "/login/codes", {"phone": "13800138000"}).json["challenge_id"]
        body = {"challenge_id": challenge, "phone": "13800138000", "code": "000000"}
        api.token = "ifa_nothing"

        assert api.send("POST", "/login/sessions", body).status == 401
        api.token = ""
        assert api.send("POST", "/login/sessions", body).json["attempts_left"] == 4

    def test_token_of_an_account_is_no_guests(self, api: Api) -> None:
        alice = api.log_in().json["user"]["id"]
        bob = api.log_in("13900139000", as_guest=True).json["user"]

        assert (bob["is_new"], bob["id"] == alice) == (True, False)
        assert api.send("GET", "/me").json["joined_guests"] == 0
