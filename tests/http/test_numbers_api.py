"""Changing one's number as clients do it."""

from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from tests.fakes import code_in
from tests.http.conftest import Api
from tests.world import REGION, last_text

OLD, NEW = "13800138000", "13700137000"


def code_to(phone: str) -> str:
    sent = sns_backends[DEFAULT_ACCOUNT_ID][REGION].sms_messages.values()
    return code_in([str(text) for number, text in sent if number == f"+86{phone}"][-1])


def ask(api: Api, **phones: str) -> dict[str, Any]:
    answer = api.send("POST", "/me/phone/codes", phones)
    assert answer.status == 202
    return {name: one["challenge_id"] for name, one in answer.json.items() if one}


def claim(challenge_id: str, phone: str) -> dict[str, str]:
    return {"challenge_id": challenge_id, "phone": phone, "code": code_to(phone)}


def test_both_codes_move_the_account(api: Api) -> None:
    api.log_in(OLD)
    ids = ask(api, new_phone=NEW, old_phone=OLD)
    body = {"new": claim(ids["new"], NEW), "old": claim(ids["old"], OLD)}

    assert api.send("POST", "/me/phone", body).status == 204
    assert "本号码" in last_text()
    assert api.send("POST", "/me/phone", body).status == 204


def test_lost_number_takes_a_wait_that_can_be_cancelled(api: Api) -> None:
    api.log_in(OLD)
    ids = ask(api, new_phone=NEW)
    new = claim(ids["new"], NEW)
    begun = api.send("POST", "/me/phone/waiting", {"new": new, "old_phone": OLD})

    assert begun.status == 202
    assert api.send("GET", "/me").json["number_ready_at"] == begun.json["ready_at"]
    early = api.send("POST", "/me/phone", {"new": new})
    assert (early.status, early.json["code"]) == (409, "number_change_not_ready")
    assert early.json["ready_at"] == begun.json["ready_at"]
    assert api.send("DELETE", "/me/phone/waiting").status == 204
    assert api.send("DELETE", "/me/phone/waiting").status == 404
    assert api.send("GET", "/me").json["number_ready_at"] is None


def test_another_old_number_is_refused_and_not_repeated(api: Api) -> None:
    api.log_in(OLD)
    refused = api.send("POST", "/me/phone/codes", {"new_phone": NEW, "old_phone": "13600136000"})

    assert (refused.status, refused.json["code"]) == (422, "old_number_wrong")
    assert "136001" not in str(refused.json)


def test_nobody_changes_a_number_without_a_session(api: Api) -> None:
    for method, path in (("POST", ""), ("POST", "/codes"), ("POST", "/waiting")):
        assert api.send(method, f"/me/phone{path}", {}).status == 401
    assert api.send("DELETE", "/me/phone/waiting").status == 401
