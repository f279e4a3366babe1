"""A number that passed on, on the live system: an account made to look long left alone."""

from typing import Any

import pytest

from local.client import Client
from local.system import System
from tests.live.ageing import leave_alone
from tests.phones import next_phone

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]


def prove(client: Client, phone: str) -> dict[str, Any]:
    challenge_id = client.request_code(phone)
    return {"challenge_id": challenge_id, "phone": phone, "code": client.read_code(phone)}


def test_the_owner_comes_back_by_recovery_code_and_a_stranger_begins_anew(system: System) -> None:
    owner, phone = Client(system.url), next_phone()
    owner.log_in(phone)
    owner_id = owner.expect(200, "GET", "/me")["id"]
    code = owner.expect(201, "POST", "/me/recovery-code")["recovery_code"]
    leave_alone(system, owner_id)

    proof = prove(owner, phone)
    asked = owner.call("POST", "/login/sessions", proof)
    assert (asked.status, asked.json["has_recovery_code"]) == (409, True)
    back = proof | {"second_factor": {"recovery_code": code.lower()}}
    assert owner.expect(201, "POST", "/login/sessions", back)["user"]["id"] == owner_id

    leave_alone(system, owner_id)
    stranger = Client(system.url)
    proof = prove(stranger, phone) | {"second_factor": {"is_not_mine": True}}
    opened = stranger.open_session(proof)
    assert opened["user"]["is_new"]
    assert opened["user"]["id"] != owner_id
    stranger.take_tokens(opened)
    assert stranger.expect(200, "GET", "/photos")["photos"] == []
    assert owner.call("GET", "/me").status == 401
