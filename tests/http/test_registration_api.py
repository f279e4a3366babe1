"""Registering as clients meet it: read the policy, be asked, say yes."""

import hashlib
from typing import Any

import pytest

from tests.fakes import code_in
from tests.http.conftest import REGISTRATION, Api
from tests.world import last_text

PHONE = "13800138000"


@pytest.fixture
def proof(api: Api) -> dict[str, Any]:
    challenge = api.send("POST", "/login/codes", {"phone": PHONE}).json["challenge_id"]
    return {"challenge_id": challenge, "phone": PHONE, "code": code_in(last_text())}


class TestPolicy:
    @pytest.mark.parametrize("locale", ["zh-CN", "en"])
    def test_is_served_word_for_word_to_anybody(self, api: Api, locale: str) -> None:
        policy = api.send("GET", f"/policy?locale={locale}").json

        assert policy["locale"] == locale
        assert policy["sha256"] == hashlib.sha256(policy["text"].encode()).hexdigest()
        assert "ifotor" in policy["text"]

    def test_other_language_is_refused(self, api: Api) -> None:
        answer = api.send("GET", "/policy?locale=../x")

        assert (answer.status, answer.json["errors"][0]["path"]) == (422, "/locale")


class TestRegistration:
    def test_is_asked_for_and_then_the_same_code_opens(
        self, api: Api, proof: dict[str, Any]
    ) -> None:
        asked = api.send("POST", "/login/sessions", proof)
        version = api.send("GET", "/policy").json["version"]

        assert (asked.status, asked.json["code"]) == (409, "registration_required")
        assert asked.json["policy_version"] == version
        opened = api.send("POST", "/login/sessions", proof | {"registration": REGISTRATION})
        assert (opened.status, opened.json["user"]["is_new"]) == (201, True)

    def test_old_version_is_told_the_one_in_force(self, api: Api, proof: dict[str, Any]) -> None:
        old = REGISTRATION | {"policy_version": "2001-01-01"}
        refused = api.send("POST", "/login/sessions", proof | {"registration": old})

        assert (refused.status, refused.json["code"]) == (409, "policy_not_in_force")
        assert refused.json["policy_version"] == REGISTRATION["policy_version"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"age_band": "13"},
            {"age_band": None},
            {"birth_date": "2010-01-01"},
            {"locale": "fr"},
            {"policy_version": "x" * 41},
        ],
    )
    def test_field_that_is_not_asked_for_is_refused_before_the_code_is_tried(
        self, api: Api, proof: dict[str, Any], wrong: dict[str, Any]
    ) -> None:
        refused = api.send(
            "POST", "/login/sessions", proof | {"registration": REGISTRATION | wrong}
        )

        assert (refused.status, refused.json["code"]) == (422, "invalid_request")
        assert refused.json["errors"][0]["path"].startswith("/registration")
