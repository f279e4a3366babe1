"""Staff gives money back and works differences on the live system, with bills of the sandbox."""

from typing import Any

import pytest

from infra.staff import Call
from local.client import Client
from local.sandbox.server import Sandbox
from local.staff import call_as
from local.system import System
from tests.live import paying

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]

METHODS = ("wechatpay_native", "alipay_page")
THREE_DAYS_S = 3 * 86_400
"""Back from now: whatever the hour is, the bill of that day has been made."""
PAYMENTS = "/staff/payments"


def ask(
    system: System, method: str, path: str, body: object = None, *, key: str = "", status: int = 200
) -> Any:
    call = Call(
        method=method, path=PAYMENTS + path, reference="LIVE-4", body=body, idempotency_key=key
    )
    answer = call_as(system.cloud, "finance", call)
    assert answer.status == status, answer.json
    return answer.json


def test_a_difference_that_was_planted_shows_up_and_is_worked(
    system: System, person: Client, sandbox: Sandbox
) -> None:
    placed = {
        (method, key): paying.place(person, method, f"{method}-{key}")
        for method in METHODS
        for key in ("honest", "planted")
    }
    for (_, key), one in placed.items():
        trade = paying.trade_of(sandbox, one)
        sandbox.cashier.do(trade, "pay")
        trade.paid_at -= THREE_DAYS_S
        trade.total += key == "planted"

    paying.invoke(system, "ReconcileBills")

    orders = {one["order"]["id"]: key for (_, key), one in placed.items()}
    listed = ask(system, "GET", "/differences")["differences"]
    found = [one for one in listed if one["order_id"] in orders]
    assert [orders[one["order_id"]] for one in found] == ["planted"] * len(METHODS)
    assert {one["provider"] for one in found} == {"wechatpay", "alipay"}
    for one in found:
        assert (one["kind"], one["bill_minor"], one["our_minor"]) == ("amount", 601, 600)
        resolution = f"/differences/{one['id']}/resolution"
        ask(system, "POST", resolution, {"note": "planted"}, status=204)
        ask(system, "POST", resolution, {"note": "again"}, status=409)
    left = ask(system, "GET", "/differences")["differences"]
    assert not [one for one in left if one["order_id"] in orders]


@pytest.mark.parametrize("method", METHODS)
def test_a_refund_is_made_once_and_takes_its_share_back(
    system: System, person: Client, sandbox: Sandbox, method: str
) -> None:
    placed = paying.place(person, method)
    trade = paying.trade_of(sandbox, placed)
    sandbox.cashier.do(trade, "pay")
    refunds = f"/orders/{placed['order']['id']}/refunds"

    told = [
        ask(system, "POST", refunds, {"amount_minor": 300}, key="once", status=202)
        for _ in range(2)
    ]
    refused = ask(system, "POST", refunds, {"amount_minor": 301}, key="more", status=409)

    assert told[0]["id"] == told[1]["id"]
    assert told[0]["state"] == "done"
    assert refused["refundable_minor"] == 300
    assert trade.refunded == 300
    assert person.expect(200, "GET", "/me/credits")["available"] == 5
    [order] = person.expect(200, "GET", "/orders")["orders"]
    assert (order["state"], order["refunded_minor"]) == ("partly_refunded", 300)
