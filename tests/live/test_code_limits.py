"""Codes at once, live: what gets through equals the limit, whoever asks in parallel."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.identity.code_limits import CodeLimits
from local.client import Client
from local.system import System
from tests.phones import next_phone

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]

AT_ONCE = 12


def test_codes_for_one_number_at_once_are_no_more_than_its_hour_allows(system: System) -> None:
    client, body = Client(system.url), {"phone": next_phone()}
    most = CodeLimits().per_phone_an_hour

    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [pool.submit(client.call, "POST", "/login/codes", body) for _ in range(AT_ONCE)]
    answers = [one.result() for one in asked]
    answers += [client.call("POST", "/login/codes", body) for _ in range(most)]
    refused = [one for one in answers if one.status == 429]

    assert Counter(one.status for one in answers)[202] == most
    # Of two at once, the one that is counted later may have looked at the clock earlier.
    limits = {"codes_per_phone_per_hour", "codes_per_phone_per_minute"}
    assert {one.json["limit"] for one in refused} <= limits
    assert answers[-1].json["limit"] == "codes_per_phone_per_hour"
