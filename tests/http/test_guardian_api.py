"""A guardian's consent as clients ask for it."""

from typing import Any

from tests.fakes import code_in
from tests.http.conftest import REGISTRATION, Api
from tests.world import last_text

CHILD, GUARDIAN = "13800138000", "13900139000"


def ask(api: Api, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.send("POST", path, body)
    assert answer.status == 202
    return {"challenge_id": answer.json["challenge_id"], "code": code_in(last_text())}


def test_a_child_registers_with_a_guardians_code(api: Api) -> None:
    child = ask(api, "/login/codes", {"phone": CHILD}) | {"phone": CHILD}
    told = {"phone": CHILD, "guardian_phone": GUARDIAN}
    guardian = ask(api, "/login/guardian-codes", told) | {"phone": GUARDIAN}
    alone = REGISTRATION | {"age_band": "under_14"}

    refused = api.send("POST", "/login/sessions", child | {"registration": alone})
    assert (refused.status, refused.json["code"]) == (422, "guardian_required")
    wrong = alone | {"guardian": guardian | {"code": "000000"}}
    refused = api.send("POST", "/login/sessions", child | {"registration": wrong})
    assert (refused.json["code"], refused.json["attempts_left"]) == ("guardian_code_rejected", 4)
    said = alone | {"guardian": guardian}
    assert api.send("POST", "/login/sessions", child | {"registration": said}).status == 201


def test_a_child_is_not_its_own_guardian(api: Api) -> None:
    told = {"phone": CHILD, "guardian_phone": f"+86 {CHILD}"}
    refused = api.send("POST", "/login/guardian-codes", told)

    assert (refused.status, refused.json["code"]) == (422, "guardian_is_child")
