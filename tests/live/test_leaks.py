"""Nothing that identity knows leaves it: tables and logs are searched after whole lives."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from bench.drawing import draw_photo
from local.client import Answer, Client
from local.inspection import find_secrets
from local.leaks import HASHES, find_leaks, spellings
from local.system import System
from tests.live.ageing import leave_alone
from tests.phones import next_phone

PHONE = "+8613800138000"
SECRET_WORDS = ("phone", "code", "token", "hardware_id", "verifier")
"""What is in a field whose name ends with one of these is nobody else's business."""


@dataclass(slots=True)
class Witness(Client):
    """A client that remembers every secret it sends or is given."""

    secrets: set[str] = field(default_factory=set)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        answer = Client.call(self, method, path, body, headers=headers)
        # A problem's own `code` is no secret.
        given = answer.json if answer.status < 400 and answer.data[:1] == b"{" else None
        for secret in (*_secrets_in(body), *_secrets_in(given)):
            self.secrets.update(spellings(secret) if secret.startswith("+") else [secret])
        return answer

    def guess(self, challenge_id: str, phone: str, code: str) -> Answer:
        """Try a code as somebody who is not logged in."""
        self.access_token = ""
        body = {"challenge_id": challenge_id, "phone": phone, "code": code}
        return self.call("POST", "/login/sessions", body)

    def refresh(self, token: str) -> Answer:
        return self.call("POST", "/login/refresh", {"refresh_token": token})


def _secrets_in(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for name, inner in value.items():
                is_secret = name.endswith(SECRET_WORDS) and isinstance(inner, str)
                yield from [inner] if is_secret else _secrets_in(inner)
        case list():
            for inner in value:
                yield from _secrets_in(inner)


def other_code(code: str, step: int) -> str:
    return f"{(int(code) + step) % 10**6:06}"


def guess_wrong_and_use_a_code_twice(person: Witness, phone: str) -> None:
    challenge = person.request_code(phone)
    code = person.read_code(phone)
    for step in range(1, 4):
        assert person.guess(challenge, phone, other_code(code, step)).status == 422
    device = {"name": "The phone", "platform": "ios", "hardware_id": f"HW-{phone[3:]}-0123456789"}
    proof = {"challenge_id": challenge, "phone": phone, "code": code, "device": device}
    person.take_tokens(person.open_session(proof))
    assert person.guess(challenge, phone, code).status == 422


def refresh_repeat_and_reuse(person: Witness) -> None:
    parent = person.refresh_token
    child = person.refresh(parent).json
    assert person.refresh(parent).json["refresh_token"] == child["refresh_token"]
    person.take_tokens(child)
    person.take_tokens(person.refresh(child["refresh_token"]).json)
    assert person.refresh(parent).status == 401
    assert person.call("GET", "/me").status == 401


def freeze_and_thaw(person: Witness, phone: str) -> None:
    person.log_in(phone)
    challenge = person.request_code(phone)
    code = person.read_code(phone)
    assert person.call("POST", "/me/freeze").status == 200
    assert person.guess(challenge, phone, code).status == 422
    person.log_in(phone)


def register_a_child(child: Witness, phone: str, guardian: str) -> None:
    challenge = child.request_code(phone)
    code = child.read_code(phone)
    asked = {"phone": phone, "guardian_phone": guardian}
    consent = child.expect(202, "POST", "/login/guardian-codes", asked)
    version = child.expect(200, "GET", "/policy?locale=en")["version"]
    said = {"policy_version": version, "locale": "en", "age_band": "under_14"}
    agreed = {
        "challenge_id": consent["challenge_id"],
        "phone": guardian,
        "code": child.read_code(guardian),
    }
    proof = {"challenge_id": challenge, "phone": phone, "code": code}
    opened = {**proof, "registration": {**said, "guardian": agreed}}
    child.take_tokens(child.expect(201, "POST", "/login/sessions", opened))


def come_as_guest_and_stay(guest: Witness, phone: str) -> None:
    guest.come_as_guest()
    guest.log_in(phone, as_guest=True)


def change_the_number(person: Witness, old: str, new: str) -> None:
    """Wait for one number without the old one, give that up, then bring both."""
    other = next_phone()
    asked = person.expect(202, "POST", "/me/phone/codes", {"new_phone": other})
    alone = proof_of(person, asked["new"], other)
    waiting = {"new": alone, "old_phone": old}
    assert person.call("POST", "/me/phone/waiting", waiting).status == 202
    assert person.call("DELETE", "/me/phone/waiting").status == 204
    wanted = {"new_phone": new, "old_phone": old}
    asked = person.expect(202, "POST", "/me/phone/codes", wanted)
    both = {"new": proof_of(person, asked["new"], new), "old": proof_of(person, asked["old"], old)}
    assert person.call("POST", "/me/phone", both).status == 204


def proof_of(person: Witness, challenge: Mapping[str, str], phone: str) -> dict[str, str]:
    code = person.read_code(phone)
    return {"challenge_id": challenge["challenge_id"], "phone": phone, "code": code}


def come_back_after_long(system: System, person: Witness, phone: str) -> None:
    code = person.expect(201, "POST", "/me/recovery-code")["recovery_code"]
    leave_alone(system, person.expect(200, "GET", "/me")["id"])
    proof = proof_of(person, {"challenge_id": person.request_code(phone)}, phone)
    person.access_token = ""
    for said, status in ((code[::-1], 422), (code, 201)):
        answer = person.call(
            "POST", "/login/sessions", proof | {"second_factor": {"recovery_code": said}}
        )
        assert answer.status == status
    person.take_tokens(answer.json)


def log_in_by_providers(person: Witness) -> None:
    name = secrets.token_hex(8)
    returned = person.come_back("wechat", name)
    version = person.expect(200, "GET", "/policy")["version"]
    adult = {"policy_version": version, "locale": "en", "age_band": "adult"}
    path = "/login/providers/wechat/sessions"
    opened = person.expect(201, "POST", path, returned | {"registration": adult})
    assert person.call("POST", path, returned).status == 422
    person.take_tokens(opened)
    linked = person.come_back("alipay", name, path="/me/logins")
    person.expect(204, "PUT", "/me/logins/alipay", linked)
    person.secrets |= {name, *returned.values(), *linked.values()}


def send_what_is_refused(person: Witness, phone: str) -> None:
    typed = phone.removeprefix("+86")
    for number in ("010-6552-9988", f"{typed} ext. 5", "+88213300000", f"{typed}0"):
        assert person.call("POST", "/login/codes", {"phone": number}).status == 422
    for unknown in ({"phone": phone, "name": 1}, {"phone": [phone]}, [phone]):
        assert person.call("POST", "/login/codes", unknown).status in (400, 422)
    for token in (person.access_token[:-1], f"ifr_{person.access_token[4:]}", phone):
        headers = {"Authorization": f"Bearer {token}"}
        assert person.call("GET", "/me", headers=headers).status == 401
    assert person.refresh(person.refresh_token[:-3]).status == 401


def upload(person: Witness) -> None:
    photo = draw_photo(640, 480)
    granted = person.grant("image/jpeg", photo)
    person.upload(granted["upload"], photo)
    assert person.wait_for(granted["photo"]["id"])["state"] == "ready"


@pytest.mark.live
@pytest.mark.allow_hosts(["127.0.0.1"])
class TestWholeLives:
    def test_no_number_code_token_or_device_is_in_any_row_or_line(self, system: System) -> None:
        person, child, guest, stranger = (Witness(system.url) for _ in range(4))
        phone, new = next_phone(), next_phone()
        guess_wrong_and_use_a_code_twice(person, phone)
        refresh_repeat_and_reuse(person)
        freeze_and_thaw(person, phone)
        change_the_number(person, phone, new)
        come_back_after_long(system, person, new)
        register_a_child(child, next_phone(), next_phone())
        come_as_guest_and_stay(guest, next_phone())
        log_in_by_providers(stranger)
        send_what_is_refused(person, new)
        upload(person)
        assert person.call("GET", "/me/sessions").status == 200
        assert person.call("POST", "/me/sessions/endings", {"scope": "all"}).status == 200

        known = person.secrets | child.secrets | guest.secrets | stranger.secrets
        assert len(known) > 70
        assert find_secrets(system.cloud, known) == []

    def test_a_number_in_disguise_would_be_found(self, system: System) -> None:
        table, key = system.outputs["AccountsTableName"], {"pk": {"S": "X"}, "sk": {"S": "X"}}
        phone = next_phone()
        hidden = {"note": {"B": hashlib.sha256(phone.encode()).digest()}}
        dynamodb = system.cloud.client("dynamodb")
        dynamodb.put_item(TableName=table, Item=key | hidden)

        found = find_secrets(system.cloud, spellings(phone))

        dynamodb.delete_item(TableName=table, Key=key)
        assert found == [f"table {table}: sha256 as bytes"]


DISGUISES: dict[str, Callable[[str], str]] = {
    "plain": lambda phone: f'{{"phone": "{phone}"}}',
    "with gaps": lambda phone: f"+86 {phone[3:6]} {phone[6:10]}-{phone[10:]}",
    "full-width": lambda phone: "１３８００１３８０００",
    "url-encoded": lambda phone: f"/v1?phone=%2B{phone[1:]}",
    "hex": lambda phone: phone.encode().hex().upper(),
    "base64": lambda phone: base64.b64encode(f'{{"phone": "{phone}"}}'.encode()).decode(),
    **{
        f"{name} as {form}": lambda phone, name=name, write=write: write(  # type: ignore[misc]
            hashlib.new(name, phone.encode()).digest()[:16]
        )
        for name in HASHES
        for form, write in {
            "hex": bytes.hex,
            "bytes": lambda digest: digest.decode("latin-1"),
            "base64": lambda digest: base64.urlsafe_b64encode(digest).decode(),
        }.items()
    },
}


class TestSearch:
    @pytest.mark.parametrize("disguise", DISGUISES)
    def test_a_number_is_found_in_every_disguise(self, disguise: str) -> None:
        text = f"before {DISGUISES[disguise](PHONE)} after"

        assert disguise in find_leaks(spellings(PHONE), text)

    def test_a_code_within_a_longer_number_is_none(self) -> None:
        assert find_leaks(["123456"], '{"at": 1700123456789, "id": "a123456b"}') == set()
        assert find_leaks(["123456"], '{"code": 123456}') == {"plain", "with gaps"}

    def test_what_is_hashed_with_a_key_is_not_found(self) -> None:
        keyed = hashlib.blake2b(PHONE.encode(), key=b"key").hexdigest()

        assert find_leaks(spellings(PHONE), keyed) == set()
