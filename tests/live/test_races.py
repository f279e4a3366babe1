"""Many at once: limits hold because DynamoDB decides, not because requests are polite."""

import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.client import Answer, Client
from local.system import System
from tests.phones import next_phone

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]

AT_ONCE = 12
GUESSES = 200
MAX_ATTEMPTS = 5
PHOTOS_PER_DAY = 500


def test_two_hundred_guesses_at_once_get_five_tries(system: System) -> None:
    guesser = Client(system.url)
    phone = next_phone()
    challenge_id = guesser.request_code(phone)
    code = guesser.read_code(phone)
    wrong = [f"{number:06}" for number in range(GUESSES + 1) if f"{number:06}" != code][:GUESSES]

    def guess(value: str) -> Answer:
        proof = {"challenge_id": challenge_id, "phone": phone, "code": value}
        return guesser.call("POST", "/login/sessions", proof)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(guess, wrong))

    assert {answer.status for answer in answers} == {422}
    left = Counter(answer.json["attempts_left"] for answer in answers)
    assert left == {4: 1, 3: 1, 2: 1, 1: 1, 0: GUESSES - MAX_ATTEMPTS + 1}
    assert guess(code).status == 422


def test_right_code_many_times_at_once_opens_one_session(system: System) -> None:
    client = Client(system.url)
    phone = next_phone()
    challenge_id = client.request_code(phone)
    proof: dict[str, object] = {"challenge_id": challenge_id, "phone": phone}
    proof["code"] = client.read_code(phone)
    version = client.expect(200, "GET", "/policy")["version"]
    proof["registration"] = {"policy_version": version, "locale": "en", "age_band": "adult"}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(
            pool.map(lambda _: client.call("POST", "/login/sessions", proof), range(AT_ONCE))
        )

    assert sorted(answer.status for answer in answers) == [201, *[422] * (AT_ONCE - 1)]


def test_parallel_grants_never_exceed_the_daily_quota(person: Client) -> None:
    batch = [{"content_type": "image/jpeg", "size_bytes": 1}] * 50

    def grant(_: int) -> Answer:
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        return person.call("POST", "/photos", {"photos": batch}, headers=headers)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(grant, range(16)))

    granted = sum(len(each.json["photos"]) for each in answers if each.status == 201)
    limits = person.expect(200, "GET", "/me")["limits"]
    assert granted == limits["used_photos"] == PHOTOS_PER_DAY
    assert {each.status for each in answers} == {201, 429}


def test_one_key_at_once_gives_one_grant(person: Client) -> None:
    wanted = {"photos": [{"content_type": "image/jpeg", "size_bytes": 1}]}

    def grant(_: int) -> Answer:
        return person.call("POST", "/photos", wanted, headers={"Idempotency-Key": "same"})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(grant, range(6)))

    ids = {each.json["photos"][0]["photo"]["id"] for each in answers if each.status == 201}
    assert len(ids) == 1
    assert {each.status for each in answers} <= {201, 409}
    assert person.expect(200, "GET", "/me")["limits"]["used_photos"] == 1
