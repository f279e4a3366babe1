"""Refresh tokens, sessions and freezing over HTTP, many at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.client import Answer, Client
from local.system import System
from tests.phones import next_phone

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]

AT_ONCE = 12


def refresh(client: Client, token: str) -> Answer:
    return client.call("POST", "/login/refresh", {"refresh_token": token})


def test_parallel_refreshes_of_one_client_end_with_one_live_pair(person: Client) -> None:
    parent = person.refresh_token
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: refresh(person, parent), range(AT_ONCE)))

    assert {answer.status for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    person.take_tokens(answers[0].json)
    (session,) = person.expect(200, "GET", "/me/sessions")["sessions"]
    assert session["is_current"]


def test_reuse_ends_the_session_for_everyone_with_one_notice(system: System) -> None:
    person, phone = Client(system.url), next_phone()
    person.log_in(phone)
    parent = person.refresh_token
    for _ in range(2):
        person.take_tokens(person.expect(200, "POST", "/login/refresh", token_of(person)))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: refresh(person, parent), range(AT_ONCE)))

    assert {answer.status for answer in answers} == {401}
    assert person.call("GET", "/me").status == 401
    assert refresh(person, person.refresh_token).status == 401
    again = Client(system.url)
    again.log_in(phone)
    kinds = [notice["kind"] for notice in again.expect(200, "GET", "/me")["notices"]]
    assert kinds == ["token_reused"]


def test_freeze_leaves_nothing_but_a_fresh_code(
    system: System, log_in: Callable[[], Client]
) -> None:
    person, phone = Client(system.url), next_phone()
    person.log_in(phone)
    bystander = log_in()
    old = {"challenge_id": person.request_code(phone), "phone": phone}
    old["code"] = person.read_code(phone)

    assert person.expect(200, "POST", "/me/freeze") == {"ended": 1}
    assert person.call("GET", "/photos").status == 401
    assert refresh(person, person.refresh_token).status == 401
    assert Client(system.url).call("POST", "/login/sessions", old).status == 422
    again = Client(system.url)
    again.log_in(phone)
    assert again.call("GET", "/me").status == 200
    assert bystander.call("GET", "/me").status == 200


def test_one_session_and_then_the_current_one_are_ended(system: System) -> None:
    first, second, phone = Client(system.url), Client(system.url), next_phone()
    first.log_in(phone)
    second.log_in(phone)
    listed = second.expect(200, "GET", "/me/sessions")["sessions"]
    other = next(one["id"] for one in listed if not one["is_current"])

    assert second.call("DELETE", f"/me/sessions/{other}").status == 204
    assert first.call("GET", "/me").status == 401
    assert second.call("DELETE", "/me/sessions/current").status == 204
    assert second.call("GET", "/me").status == 401


def token_of(client: Client) -> dict[str, str]:
    return {"refresh_token": client.refresh_token}
