"""What clients rely on: shapes, status codes, one form for every refusal."""

import logging
import uuid
from typing import Any

import pytest

from chalicelib.errors import PROBLEM_BASE
from tests.http.conftest import Api

WANTED: dict[str, Any] = {"content_type": "image/jpeg", "size_bytes": 1000}
ONE = {"photos": [WANTED]}


def key() -> str:
    return str(uuid.uuid4())


class TestLogin:
    def test_code_then_session_then_refresh_then_out(self, api: Api) -> None:
        answer = api.log_in()
        assert answer.status == 201
        assert answer.json["user"]["is_new"] is True
        assert api.send("GET", "/me").json["id"] == answer.json["user"]["id"]

        renewed = api.send(
            "POST", "/login/refresh", {"refresh_token": answer.json["refresh_token"]}
        )
        assert api.send("GET", "/me").status == 401
        api.token = renewed.json["access_token"]
        assert api.send("DELETE", "/me/sessions/current").status == 204
        assert api.send("GET", "/me").status == 401

    def test_wrong_code_says_how_many_tries_are_left(self, api: Api) -> None:
        challenge = api.send("POST", "/login/codes", {"phone": "13800138000"}).json["challenge_id"]
        body = {"challenge_id": challenge, "phone": "13800138000", "code": "000000"}
        answer = api.send("POST", "/login/sessions", body)

        assert (answer.status, answer.json["code"]) == (422, "code_rejected")
        assert answer.json["attempts_left"] == 4

    def test_number_is_never_repeated_in_a_refusal(self, api: Api) -> None:
        answer = api.send("POST", "/login/codes", {"phone": "+1 900 234 5678"})

        assert answer.json["code"] == "invalid_phone"
        assert "234" not in str(answer.json)


class TestUploads:
    def test_grant_answers_with_photo_and_form(self, api: Api) -> None:
        api.log_in()
        answer = api.send("POST", "/photos", ONE, Idempotency_Key=key())

        assert answer.status == 201
        granted = answer.json["photos"][0]
        assert granted["photo"]["state"] == "awaiting_upload"
        assert granted["upload"]["fields"]["Content-Type"] == "image/jpeg"
        listed = api.send("GET", "/photos").json
        assert listed == {"photos": [granted["photo"]], "next_cursor": None}
        assert api.send("GET", f"/photos/{granted['photo']['id']}").json == granted["photo"]

    def test_grant_without_a_key_is_refused(self, api: Api) -> None:
        api.log_in()

        assert api.send("POST", "/photos", ONE).json["code"] == "idempotency_key_required"
        answer = api.send("POST", "/photos", ONE, Idempotency_Key="no spaces please")
        assert answer.json["code"] == "malformed_request"

    @pytest.mark.parametrize(
        ("photos", "path"),
        [
            ([], "/photos"),
            ([{}], "/photos/0"),
            ([WANTED] * 51, "/photos"),
            ([WANTED | {"content_type": "image/svg+xml"}], "/photos/0/content_type"),
            ([WANTED | {"size_bytes": 0}], "/photos/0/size_bytes"),
            ([WANTED | {"size_bytes": 50 * 1024**2 + 1}], "/photos/0/size_bytes"),
            ([WANTED, WANTED | {"size_bytes": "1"}], "/photos/1/size_bytes"),
            ([WANTED | {"sha256": "x"}], "/photos/0/sha256"),
            ([WANTED | {"face": True}], "/photos/0"),
        ],
    )
    def test_wrong_field_is_named_by_its_path(self, api: Api, photos: Any, path: str) -> None:
        api.log_in()
        answer = api.send("POST", "/photos", {"photos": photos}, Idempotency_Key=key())

        assert (answer.status, answer.json["code"]) == (422, "invalid_request")
        assert answer.json["errors"][0]["path"] == path


class TestDeletion:
    def test_one_some_or_all(self, api: Api) -> None:
        api.log_in()
        grant = api.send("POST", "/photos", {"photos": ONE["photos"] * 4}, Idempotency_Key=key())
        ids = [one["photo"]["id"] for one in grant.json["photos"]]

        assert api.send("DELETE", f"/photos/{ids[0]}").json == {
            "photos": 1,
            "objects": 0,
            "bytes": 0,
            "held": 0,
        }
        assert api.send("DELETE", f"/photos/{ids[0]}").status == 404
        some = api.send("POST", "/photos/deletions", {"photo_ids": ids[:2]})
        assert some.json == {"photos": 1, "objects": 0, "bytes": 0, "held": 0, "has_more": False}
        assert api.send("POST", "/photos/deletions", {"all": True}).json["photos"] == 2
        assert api.send("GET", "/photos").json["photos"] == []

    @pytest.mark.parametrize("body", [{}, {"all": False}, {"all": True, "photo_ids": ["x"]}])
    def test_neither_or_both_is_refused(self, api: Api, body: Any) -> None:
        api.log_in()

        assert api.send("POST", "/photos/deletions", body).status == 422


class TestRefusals:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/me"),
            ("POST", "/photos"),
            ("GET", "/photos"),
            ("GET", "/photos/x"),
            ("DELETE", "/photos/x"),
            ("POST", "/photos/deletions"),
            ("DELETE", "/me/sessions/current"),
            ("GET", "/me/sessions"),
            ("DELETE", "/me/sessions/x"),
            ("POST", "/me/sessions/endings"),
            ("POST", "/me/freeze"),
            ("DELETE", "/me/notices/x"),
        ],
    )
    def test_without_a_token_nothing_answers(self, api: Api, method: str, path: str) -> None:
        answer = api.send(method, path)

        assert (answer.status, answer.json["code"]) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"\xff\xfe", b'{"phone": 1}', b"null", b"[" * 60_000, b'"\\ud800"'],
    )
    def test_any_bytes_are_refused_in_one_form(self, api: Api, body: bytes) -> None:
        answer = api.send("POST", "/login/codes", body)

        assert answer.status in (400, 422)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["type"] == PROBLEM_BASE + answer.json["code"]
        assert {"type", "title", "status", "code", "instance"} <= answer.json.keys()

    def test_huge_body_is_refused_unread(self, api: Api) -> None:
        answer = api.send("POST", "/login/codes", b" " * 70_000)

        assert (answer.status, answer.json["code"]) == (413, "payload_too_large")

    def test_other_content_type_is_refused(self, api: Api) -> None:
        answer = api.send("POST", "/login/codes", b"phone=1", Content_Type="text/plain")

        assert (answer.status, answer.json["code"]) == (415, "unsupported_media_type")

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=101", "limit=x", "limit=１", "cursor=x", "state=x"]
    )
    def test_wrong_query_is_refused(self, api: Api, query: str) -> None:
        api.log_in()

        assert api.send("GET", f"/photos?{query}").json["code"] == "invalid_request"

    def test_method_that_is_not_there_is_named(self, api: Api) -> None:
        answer = api.send("PUT", "/photos")

        assert (answer.status, answer.json["code"]) == (405, "method_not_allowed")

    def test_own_failure_tells_nothing(
        self, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        api.log_in()
        monkeypatch.setenv("PHOTOS_TABLE", "a table that is not there")
        from chalicelib.container import services

        services.cache_clear()
        answer = api.send("GET", "/photos")

        assert (answer.status, answer.json["code"]) == (500, "internal")
        assert "detail" not in answer.json
        assert "table" not in str(answer.json)
        failed = next(one for one in caplog.records if one.message == "request_failed")
        assert failed.exc_info is None
        assert "store.py" in str(vars(failed)["location"])

    def test_nothing_is_kept_by_caches(self, api: Api) -> None:
        assert api.send("GET", "/health").headers["cache-control"] == "no-store"


class TestLog:
    def test_each_request_is_one_line_without_phone_code_or_token(
        self, api: Api, caplog: pytest.LogCaptureFixture
    ) -> None:
        answer = api.log_in()
        api.send("GET", "/me")
        (handler,) = logging.getLogger("ifotor").handlers
        lines = "\n".join(handler.format(record) for record in caplog.records)

        assert lines.count('"request_served"') == 3
        for secret in ("13800138000", answer.json["access_token"], answer.json["user"]["id"]):
            assert secret not in lines
