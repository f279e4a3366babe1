"""Payments on the live system: real HTTP both ways, signatures, transactions and the schedule."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.client import Client
from local.inspection import find_secrets, list_items
from local.sandbox.server import Sandbox, post
from local.system import System
from tests.live.paying import invoke_check, make_due, place, trade_of

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]

AT_ONCE = 20


def state_of(person: Client, placed: Any) -> str:
    return str(person.expect(200, "GET", f"/orders/{placed['order']['id']}")["state"])


def credits_of(person: Client) -> int:
    return int(person.expect(200, "GET", "/me/credits")["available"])


@pytest.mark.parametrize("method", ["wechatpay_native", "alipay_page"])
class TestPaying:
    def test_is_known_when_the_provider_has_told(
        self, person: Client, sandbox: Sandbox, method: str
    ) -> None:
        placed = place(person, method)

        assert sandbox.cashier.do(trade_of(sandbox, placed), "pay").startswith(("200", "204"))

        assert state_of(person, placed) == "paid"
        assert credits_of(person) == 10

    def test_twenty_notifications_at_once_credit_once(
        self, person: Client, sandbox: Sandbox, method: str
    ) -> None:
        trade = trade_of(sandbox, place(person, method))
        sandbox.trades.pay(trade)
        told = (
            sandbox.alipay.notification(trade)
            if method.startswith("alipay")
            else sandbox.wechatpay.payment_notification(trade)
        )

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda _: post(trade.notify_url, told), range(AT_ONCE)))

        # Who met the others' transaction too often, or a busy machine, is sent again.
        again = [post(trade.notify_url, told) for one in answers if one[:3] in ("503", "no ")]
        assert {one[:3] for one in answers} <= {"200", "204", "503", "no "}
        assert {one[:3] for one in again} <= {"200", "204"}
        assert credits_of(person) == 10

    def test_a_forged_notification_changes_nothing(
        self, person: Client, sandbox: Sandbox, method: str
    ) -> None:
        placed = place(person, method)

        answer = sandbox.cashier.do(trade_of(sandbox, placed), "forge")

        assert answer.startswith(("400", "401"))
        assert state_of(person, placed) == "awaiting_payment"

    def test_a_lost_notification_is_made_up_for_by_the_schedule(
        self, system: System, person: Client, sandbox: Sandbox, method: str
    ) -> None:
        placed = place(person, method)
        sandbox.cashier.do(trade_of(sandbox, placed), "pay_silently")
        make_due(system, placed["order"]["id"])

        invoke_check(system)

        assert state_of(person, placed) == "paid"
        assert credits_of(person) == 10


def test_a_payer_is_found_nowhere_and_their_index_beside_payments_alone(
    system: System, person: Client, sandbox: Sandbox
) -> None:
    payer, openid = f"2088{secrets.randbelow(10**12):012}", f"o{secrets.token_hex(13)}"
    by_alipay, by_wechat = place(person, "alipay_page"), place(person, "wechatpay_native", "key-2")
    trade_of(sandbox, by_alipay).payer = payer
    trade_of(sandbox, by_wechat).payer = openid
    bound = place(person, "wechatpay_jsapi", "key-3", openid=openid)
    for placed in (by_alipay, by_wechat, bound):
        sandbox.cashier.do(trade_of(sandbox, placed), "pay_twice")
    sandbox.cashier.do(trade_of(sandbox, by_wechat), "refund_half")
    make_due(system, bound["order"]["id"])
    invoke_check(system)

    assert credits_of(person) == 25
    assert find_secrets(system.cloud, [payer, openid]) == []
    wallet = by_alipay["order"]["id"][:16]
    rows = list(list_items(system.cloud))
    indexes = {
        row["payer_index"]["S"]
        for _, row in rows
        if wallet in row["pk"]["S"] and "payer_index" in row
    }
    assert len(indexes) == 2
    beside = {table for table, row in rows for word in (wallet, *indexes) if word in str(row)}
    assert beside == {system.outputs["PaymentsTableName"]}
