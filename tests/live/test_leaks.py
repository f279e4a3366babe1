"""Nothing that identity knows leaves it: tables and logs are searched after whole lives."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bench.drawing import draw_photo
from local.client import Answer, Client
from local.inspection import find_secrets
from local.leaks import HASHES, find_leaks, spellings
from local.system import System
from tests.phones import next_phone

PHONE = "+8613800138000"
SECRET_WORDS = ("phone", "code", "token", "hardware_id")
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
        is_json = answer.data[:1] == b"{"
        for secret in [*_secrets_in(body), *(_secrets_in(answer.json) if is_json else ())]:
            self.secrets.update(spellings(secret) if secret.startswith("+") else [secret])
        return answer

    def guess(self, challenge_id: str, phone: str, code: str) -> Answer:
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
        person, child, phone = Witness(system.url), Witness(system.url), next_phone()
        guess_wrong_and_use_a_code_twice(person, phone)
        refresh_repeat_and_reuse(person)
        freeze_and_thaw(person, phone)
        register_a_child(child, next_phone(), next_phone())
        send_what_is_refused(person, phone)
        upload(person)
        assert person.call("GET", "/me/sessions").status == 200
        assert person.call("POST", "/me/sessions/endings", {"scope": "all"}).status == 200

        secrets = person.secrets | child.secrets
        assert len(secrets) > 40
        assert find_secrets(system.cloud, secrets) == []

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
