"""WeChat and Alipay on the live system: real signatures, real hops, and DynamoDB as the judge."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.client import Answer, Client
from local.inspection import find_secrets
from local.system import System
from tests.phones import next_phone

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]

AT_ONCE = 8


def registration(client: Client) -> dict[str, Any]:
    version = client.expect(200, "GET", "/policy")["version"]
    adult = {"policy_version": version, "locale": "en", "age_band": "adult"}
    return {"registration": adult}


def many_times(client: Client, provider: str, body: dict[str, Any]) -> list[Answer]:
    path = f"/login/providers/{provider}/sessions"
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda _: client.call("POST", path, body), range(AT_ONCE)))


@pytest.mark.parametrize("provider", ["wechat", "alipay"])
class TestThirdPartyLogin:
    def test_registers_links_and_leaves_no_secret_behind(
        self, system: System, provider: str
    ) -> None:
        client, person = Client(system.url), secrets.token_hex(4)
        returned = client.come_back(provider, person)
        path = f"/login/providers/{provider}/sessions"
        assert client.call("POST", path, returned).json["code"] == "registration_required"
        opened = client.expect(201, "POST", path, returned | registration(client))
        client.take_tokens(opened)

        other = "alipay" if provider == "wechat" else "wechat"
        linked = client.come_back(other, person, path="/me/logins")
        client.expect(204, "PUT", f"/me/logins/{other}", linked)
        logins = client.expect(200, "GET", "/me")["logins"]
        assert {one["provider"]: one["is_removable"] for one in logins} == {
            provider: False,
            other: True,
        }
        words = [*returned.values(), *linked.values(), f"o_union_of_{person}", person]
        assert find_secrets(system.cloud, [*words, client.access_token]) == []

    def test_many_returns_at_once_open_one_session(self, system: System, provider: str) -> None:
        client, person = Client(system.url), secrets.token_hex(4)
        returned = client.come_back(provider, person) | registration(client)

        answers = many_times(client, provider, returned)
        assert sorted(answer.status for answer in answers) == [201, *[422] * (AT_ONCE - 1)]

    def test_many_registrations_at_once_open_one_account(
        self, system: System, provider: str
    ) -> None:
        client, person = Client(system.url), secrets.token_hex(4)
        returned = client.come_back(provider, person)
        client.call("POST", f"/login/providers/{provider}/sessions", returned)

        answers = many_times(client, provider, returned | registration(client))
        opened = [answer for answer in answers if answer.status == 201]
        assert len(opened) == 1
        assert {answer.status for answer in answers} <= {201, 422, 503}

    def test_one_login_linked_by_two_at_once_belongs_to_one(
        self, system: System, provider: str
    ) -> None:
        person = secrets.token_hex(4)
        clients = [Client(system.url), Client(system.url)]
        for client in clients:
            client.log_in(next_phone())
        bodies = [one.come_back(provider, person, path="/me/logins") for one in clients]

        def link(index: int) -> int:
            path = f"/me/logins/{provider}"
            return clients[index].call("PUT", path, bodies[index]).status

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(link, range(2))) == [204, 409]
