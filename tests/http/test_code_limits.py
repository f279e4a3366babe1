"""Limits on codes as a client sees them."""

import pytest

from chalicelib.container import services
from tests.http.conftest import Api

BODY = {"phone": "13800138000"}


def test_second_code_within_a_minute_says_when(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODE_COOLDOWN_S", "60")
    services.cache_clear()
    api.send("POST", "/login/codes", BODY)
    answer = api.send("POST", "/login/codes", BODY)

    assert (answer.status, answer.json["code"]) == (429, "too_many_requests")
    assert answer.json["limit"] == "codes_per_phone_per_minute"
    assert 0 < answer.json["retry_after_s"] <= 60
    assert answer.headers["retry-after"] == str(answer.json["retry_after_s"])


def test_no_header_makes_another_address(api: Api) -> None:
    for number in range(60):
        answer = api.send(
            "POST",
            "/login/codes",
            {"phone": f"138{number:04}0000"},
            X_Forwarded_For=f"198.51.100.{number}",
            Forwarded=f"for=198.51.100.{number}",
            X_Real_IP=f"198.51.100.{number}",
        )
        assert answer.status == 202
    answer = api.send("POST", "/login/codes", BODY, X_Forwarded_For="198.51.100.99")

    assert answer.json["limit"] == "codes_per_address_per_hour"


def test_country_that_is_not_listed_is_named_as_such(api: Api) -> None:
    answer = api.send("POST", "/login/codes", {"phone": "+33 6 12 34 56 78"})

    assert (answer.status, answer.json["code"]) == (422, "country_not_supported")


def test_token_of_a_check_is_optional_and_bounded(api: Api) -> None:
    assert api.send("POST", "/login/codes", BODY | {"human_check_token": "x"}).status == 202
    huge = api.send("POST", "/login/codes", BODY | {"human_check_token": "x" * 2049})
    assert huge.json["code"] == "invalid_request"
