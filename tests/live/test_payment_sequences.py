"""Random lives of many orders at once on the live system, told by genuine notifications.

As many as `--sequences` says; the schedule runs all the while and asks about half of them.
"""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event

import pytest

from chalicelib.aws.dynamodb import DynamoTable
from chalicelib.ids import OrderNo, WalletId
from chalicelib.keys import ENTRY_PREFIX, REFUND_PREFIX, order_key, wallet_partition
from chalicelib.payments.items import order_from_item
from chalicelib.payments.orders import (
    ORDERS_PER_DAY,
    TRANSITIONS,
    Order,
    OrderState,
    wallet_of_order,
)
from chalicelib.storage import Item, Table, read_partition
from local.client import Client
from local.sandbox.server import Sandbox, post
from local.sandbox.trades import Trade, TradeState
from local.sandbox.wechatpay import Message
from local.system import System
from tests.live.paying import invoke_check, make_due, place, trade_of
from tests.phones import next_phone

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]

METHODS = ("wechatpay_native", "alipay_page")
AT_ONCE = 6
REPEATS = 10
"""Of what is put off, as a provider does: orders of one wallet meet on its balance."""
PRICE, CREDITS = 600, 10


@dataclass(slots=True, kw_only=True)
class Life:
    """One order, and all that its provider is going to tell of it."""

    order_no: OrderNo
    notify_url: str
    told: list[Message] = field(default_factory=list)
    refunds: dict[str, dict[str, int]] = field(default_factory=dict)
    """Minor units by refund, of each transaction that something tells of."""


def draw_life(sandbox: Sandbox, trade: Trade, drawn: random.Random) -> Life:
    """Draw up to eight events of up to three payments, repeats and another's tag among them.

    Whether the sandbox's own book has the first payment is drawn too: that, with all that went back
    of it, is what the schedule hears, while the notifications are late.
    """
    life = Life(order_no=OrderNo(trade.order_no), notify_url=trade.notify_url)
    for _ in range(drawn.randrange(1, 9)):
        if life.told and drawn.random() < 0.2:
            life.told.append(drawn.choice(life.told))
            continue
        told = replace(
            trade,
            transaction_id=f"{trade.order_no}t{drawn.choice((1, 1, 1, 2, 3))}",
            payer="payer-of-a-sequence",
            tag=drawn.choice((trade.tag, trade.tag, "", "credits_50")),
            state=TradeState.PAID,
            refunds={},
        )
        draw = draw_alipay if trade.provider == "alipay" else draw_wechatpay
        life.told.append(draw(sandbox, told, drawn, life))
    trade.state, trade.payer = drawn.choice(list(TradeState)), "payer-of-a-sequence"
    if trade.state is TradeState.PAID:
        trade.transaction_id = f"{trade.order_no}t1"
        trade.refunds = dict(life.refunds.get(trade.transaction_id, {}))
    return life


def draw_wechatpay(sandbox: Sandbox, told: Trade, drawn: random.Random, life: Life) -> Message:
    """WeChat Pay tells each refund by itself, and closings never."""
    refunds = life.refunds.setdefault(told.transaction_id, {})
    amount = drawn.choice((0, 0, 100, 500))
    if not amount:
        return sandbox.wechatpay.payment_notification(told)
    number = f"r{amount}"
    told.refunds[number] = refunds[number] = amount
    return sandbox.wechatpay.refund_notification(told, number)


def draw_alipay(sandbox: Sandbox, told: Trade, drawn: random.Random, life: Life) -> Message:
    """Alipay tells the sum that went back so far; a closing by the same word as a whole refund."""
    amount = drawn.choice((0, 0, 150, 600, None))
    if amount is None:
        return sandbox.alipay.notification(told, status="TRADE_CLOSED")
    refunds = life.refunds.setdefault(told.transaction_id, {})
    if amount:
        told.refunds["sum"] = amount
        refunds["sum"] = max(amount, refunds.get("sum", 0))
    status = "TRADE_CLOSED" if amount == told.total else "TRADE_SUCCESS"
    return sandbox.alipay.notification(told, status=status)


def reachable(state: OrderState) -> set[OrderState]:
    """Return every state that a state may become in any number of steps, and itself."""
    found = {state}
    while (more := {to for (at, _), to in TRANSITIONS.items() if at in found} | found) != found:
        found = more
    return found


def check_step(before: Order, after: Order) -> None:
    """An order moves forward by its table, and forgets no payment and no refund."""
    assert after.state in reachable(before.state)
    assert after.version >= before.version
    known = {one.transaction_id: one for one in after.payments}
    for one in before.payments:
        assert known[one.transaction_id].refunded.minor >= one.refunded.minor
        assert known[one.transaction_id].is_surplus is one.is_surplus
    assert sum(not one.is_surplus for one in after.payments) <= 1


def order_at(table: Table, number: OrderNo) -> Order:
    row = table.get(order_key(wallet_of_order(number), number))
    assert row
    return order_from_item(row)


def live(life: Life, table: Table) -> Order:
    """Bring an order everything that is told of it, in turn, each until it is taken."""
    before = order_at(table, life.order_no)
    for message in life.told:
        for _ in range(REPEATS):
            answer = post(life.notify_url, message)
            if answer.startswith(("200 success", "204")):
                break
            assert answer.startswith(("503", "no answer")), answer
        else:
            raise AssertionError(f"never taken: {answer}")
        after = order_at(table, life.order_no)
        check_step(before, after)
        before = after
    told = {one.transaction_id: one.refunded.minor for one in before.payments}
    for transaction, refunds in life.refunds.items():
        assert told[transaction] >= sum(refunds.values())
    return before


def check_wallet(rows: list[Item]) -> int:
    """Hold what a wallet has against its ledger, and each order's postings and refunds against its
    payments; return the credits that there are.
    """
    entries = [row for row in rows if row["sk"].startswith(ENTRY_PREFIX)]
    assert all(sum(line["amount"] for line in row["lines"]) == 0 for row in entries)
    orders = [order_from_item(row) for row in rows if "state" in row]
    postings: Counter[str] = Counter()
    available: Counter[str] = Counter()
    for row in entries:
        kind, number = row["sk"].removeprefix(ENTRY_PREFIX).split("#")[:2]
        postings[f"{kind} {number}"] += 1
        available[number] += sum(
            line["amount"] for line in row["lines"] if line["account"] == "available"
        )
    for order in orders:
        settled = order.settling
        kept = settled.total.minor - settled.refunded.minor if settled else 0
        assert postings[f"purchase {order.no}"] == (1 if settled else 0)
        # What refunds take back is rounded down, so that rounding takes nothing that was paid for.
        assert available[order.no] == -(-CREDITS * kept // PRICE)
    refunds = [row for row in rows if row["sk"].startswith(REFUND_PREFIX)]
    assert {row["transaction_id"] for row in refunds if row.get("due") == "REFUND"} == {
        one.transaction_id
        for order in orders
        for one in order.payments
        if one.is_surplus and one.refunded != one.total
    }
    assert sum(available.values()) == sum(
        row.get("available", 0) for row in rows if row["sk"] == "BALANCE"
    )
    return sum(available.values())


@contextmanager
def schedule_running(system: System) -> Iterator[None]:
    """Run the schedule again and again, meanwhile and once more at the end."""
    is_over = Event()

    def check_until_over() -> None:
        while not is_over.is_set():
            invoke_check(system)
            is_over.wait(1)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(check_until_over)
        try:
            yield
        finally:
            is_over.set()
        running.result()
    invoke_check(system)


def test_random_lives_keep_the_ledger_at_zero_and_every_order_legal(
    system: System, sandbox: Sandbox, sequences: int
) -> None:
    table = DynamoTable(system.cloud.client("dynamodb"), system.outputs["PaymentsTableName"])
    people = [Client(system.url) for _ in range(-(-sequences // ORDERS_PER_DAY))]
    for person in people:
        person.log_in(next_phone())

    def begin(at: int) -> Life:
        drawn = random.Random(f"a life {at}")
        placed = place(people[at // ORDERS_PER_DAY], METHODS[at % 2], key=f"sequence-{at}")
        life = draw_life(sandbox, trade_of(sandbox, placed), drawn)
        if at % 4 < 2:
            make_due(system, life.order_no)
        return life

    with ThreadPoolExecutor(AT_ONCE) as pool, schedule_running(system):
        ended = list(pool.map(lambda at: live(begin(at), table), range(sequences)))

    wallets: dict[WalletId, int] = {order.wallet: 0 for order in ended}
    for wallet in wallets:
        wallets[wallet] = check_wallet(list(read_partition(table, wallet_partition(wallet))))
    shown = [person.expect(200, "GET", "/me/credits")["available"] for person in people]
    assert sorted(shown) == sorted(wallets.values())
    assert len({order.state for order in ended}) >= 3
