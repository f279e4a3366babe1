"""Payments on the live system: real HTTP both ways, signatures, transactions and the schedule."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.client import Client
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


def test_no_payer_is_in_any_other_table_or_line(
    system: System, person: Client, sandbox: Sandbox
) -> None:
    trade = trade_of(sandbox, place(person, "wechatpay_native"))
    trade.payer = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
    sandbox.cashier.do(trade, "pay_twice")

    dynamodb = system.cloud.client("dynamodb")
    for output in ("AccountsTableName", "PhotosTableName", "PaymentsTableName"):
        assert trade.payer not in str(dynamodb.scan(TableName=system.outputs[output])["Items"])
    logs = system.cloud.client("logs")
    lines = [
        event["message"]
        for group in logs.describe_log_groups()["logGroups"]
        for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
    ]
    assert any("order_settled" in line for line in lines)
    assert not [line for line in lines if trade.payer in line]
