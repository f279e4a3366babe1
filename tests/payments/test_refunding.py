"""Money that staff gives back: never twice, never more than came, and what it bought goes too."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.errors import IdempotencyKeyReused, NotFound
from chalicelib.keys import balance_key
from chalicelib.money import Money
from chalicelib.payments.errors import RefundRefused
from chalicelib.payments.items import Refund, RefundState
from chalicelib.payments.ledger import member_until
from chalicelib.payments.model import Method, Verdict
from chalicelib.payments.orders import Order, OrderState
from chalicelib.payments.refunding import MOST_REFUNDS, REFUNDABLE_FOR
from chalicelib.staff.ports import Act
from chalicelib.storage import Compare, Update
from local.sandbox.server import running_sandbox
from tests.fakes import START, FakeClock
from tests.memory import MemoryTable
from tests.payments.shop import ALICE, Shop, entries_in, shared_keys

pytestmark = pytest.mark.enable_socket

ACT = Act(
    id="act-1", staff="arn:role", action="refund_order", subject="", reference="CASE-1", at=START
)
METHODS = [Method.WECHATPAY_NATIVE, Method.ALIPAY_PAGE]


class Till(Shop):
    """A shop on a table in memory, with providers that answer."""

    table: MemoryTable

    def paid(self, method: Method, product_id: str = "credits_10", key: str = "key-1") -> Order:
        order = self.place(method, product_id=product_id, key=key).order
        assert self.deliver(method.provider, self.pay(order)) is Verdict.TAKEN
        return self.order(order.no)

    def give_back(self, order: Order, amount: int | None, key: str = "back-1") -> Refund:
        wanted = Money(amount) if amount is not None else None
        return self.refunding.ask(order.no, wanted, idempotency_key=key, act=ACT)

    def back_at_provider(self, order: Order) -> int:
        return self.trade_of(order).refunded

    def spend(self, credits: int) -> None:
        """Take credits from the balance, as an edit does."""
        self.table.write(
            Update(
                key=balance_key(self.names.wallet_of(ALICE.user_id)),
                add={"available": -credits},
                when=Compare("available", ">=", credits),
            )
        )


@pytest.fixture
def till() -> Iterator[Till]:
    clock, table = FakeClock(), MemoryTable()
    with running_sandbox(shared_keys(), lambda: clock.now().timestamp()) as sandbox:
        made = Till(table, clock, sandbox)
        made.table = table
        yield made


@pytest.mark.parametrize("method", METHODS)
class TestGivingBack:
    def test_all_of_it_takes_all_credits_back(self, till: Till, method: Method) -> None:
        order = till.paid(method)

        refund = till.give_back(order, None)

        assert (refund.state, refund.repayment.amount) == (RefundState.DONE, order.total)
        assert refund.act_id == ACT.id
        assert till.back_at_provider(order) == 600
        assert till.order(order.no).state is OrderState.REFUNDED
        assert till.balance().available == 0

    def test_a_part_takes_its_share_rounded_down(self, till: Till, method: Method) -> None:
        order = till.paid(method)

        till.give_back(order, 119, "a")
        assert till.balance().available == 9
        till.give_back(order, 1, "b")
        assert till.balance().available == 8
        till.give_back(order, None, "c")

        assert till.balance().available == 0
        assert till.back_at_provider(order) == 600
        assert till.order(order.no).state is OrderState.REFUNDED

    def test_a_repeat_is_the_same_refund(self, till: Till, method: Method) -> None:
        order = till.paid(method)

        first, again = till.give_back(order, 200), till.give_back(order, 200)
        till.give_back(order, None)

        assert first.repayment == again.repayment
        assert till.back_at_provider(order) == 200
        assert len(till.refunding.get_order(order.no).refunds) == 1
        with pytest.raises(IdempotencyKeyReused):
            till.give_back(order, 201)

    def test_never_more_than_came(self, till: Till, method: Method) -> None:
        order = till.paid(method)
        till.give_back(order, 400, "a")

        with pytest.raises(RefundRefused) as refusal:
            till.give_back(order, 201, "b")

        assert refusal.value.facts == {"refundable_minor": 200}
        assert till.back_at_provider(order) == 400

    def test_what_is_on_its_way_counts_too(self, till: Till, method: Method) -> None:
        order = till.paid(method)
        up = till.secrets.copy()
        till.secrets[method.provider] = "{}"
        first = till.give_back(order, 400, "a")

        with pytest.raises(RefundRefused):
            till.give_back(order, 201, "b")
        till.secrets.update(up)
        check(till)

        assert first.state is RefundState.ON_ITS_WAY
        assert till.back_at_provider(order) == 400
        assert till.refunding.list_open_refunds(10) == ()
        assert till.order(order.no).state is OrderState.PARTLY_REFUNDED

    def test_a_refund_by_hand_there_and_one_from_here_add_up(
        self, till: Till, method: Method
    ) -> None:
        order = till.paid(method)
        till.deliver(method.provider, till.refund(order, "by-hand", 200))

        till.give_back(order, None)

        assert till.back_at_provider(order) == 600
        assert till.order(order.no).state is OrderState.REFUNDED
        assert till.balance().available == 0

    def test_spent_credits_are_lost_and_nothing_goes_below_zero(
        self, till: Till, method: Method
    ) -> None:
        order = till.paid(method)
        till.spend(7)

        till.give_back(order, None)

        assert till.balance().available == 0
        [entry] = [one for one in entries_in(till.table.rows.values()) if "reclaim" in one.id]
        assert {line.account: line.amount for line in entry.lines} == {
            "sold": 10,
            "available": -3,
            "lost": -7,
        }

    def test_a_membership_is_shorter_by_its_share(self, till: Till, method: Method) -> None:
        order = till.paid(method, "member_month")
        wallet = till.names.wallet_of(ALICE.user_id)

        till.give_back(order, 995, "a")
        assert member_until(till.store.list_entries(wallet)) == START + timedelta(days=16)
        till.give_back(order, None, "b")

        assert member_until(till.store.list_entries(wallet)) == START

    @pytest.mark.parametrize("amount", [0, -1, 601])
    def test_what_cannot_be_is_refused(self, till: Till, method: Method, amount: int) -> None:
        order = till.paid(method)

        with pytest.raises(RefundRefused):
            till.give_back(order, amount)

        assert till.order(order.no) == order


class TestRefusals:
    def test_an_order_that_nobody_paid(self, till: Till) -> None:
        order = till.place(Method.WECHATPAY_NATIVE).order

        with pytest.raises(RefundRefused):
            till.give_back(order, None)

    def test_a_payment_of_more_than_a_year_ago(self, till: Till) -> None:
        order = till.paid(Method.ALIPAY_PAGE)
        till.clock.advance(seconds=REFUNDABLE_FOR.total_seconds())

        with pytest.raises(RefundRefused):
            till.give_back(order, None)

    def test_the_fifty_first_refund(self, till: Till) -> None:
        order = till.paid(Method.WECHATPAY_NATIVE)
        for number in range(MOST_REFUNDS):
            till.deliver(order.method.provider, till.refund(order, f"r{number}", 1))

        with pytest.raises(RefundRefused):
            till.give_back(order, 1)

    @pytest.mark.parametrize("no", ["", "x", "v" * 32, "../" * 10])
    def test_an_order_that_is_none(self, till: Till, no: str) -> None:
        with pytest.raises(NotFound):
            till.refunding.ask(no, None, idempotency_key="a", act=ACT)


class TestStuck:
    """WeChat Pay's REFUND.ABNORMAL, and a provider that would not."""

    def test_calls_a_person_is_shown_and_ends_by_the_providers_word(self, till: Till) -> None:
        order = till.paid(Method.WECHATPAY_NATIVE)
        till.sandbox.wechatpay.refunds_are = "PROCESSING"
        refund = till.give_back(order, 300)
        trade, number = till.trade_of(order), refund.repayment.refund_no
        abnormal = till.sandbox.wechatpay.refund_notification(trade, number, "ABNORMAL")
        through = till.sandbox.wechatpay.refund_notification(trade, number)

        assert refund.state is RefundState.ON_ITS_WAY
        assert till.deliver(order.method.provider, abnormal) is Verdict.TAKEN
        [shown] = till.refunding.list_open_refunds(10)
        assert (shown.state, shown.stuck) == (RefundState.STUCK, "abnormal")
        assert "refund_stuck" in str(till.log.lines)
        assert till.balance().available == 10

        assert till.deliver(order.method.provider, through) is Verdict.TAKEN
        assert till.refunding.list_open_refunds(10) == ()
        assert till.refunding.get_order(order.no).refunds[0].state is RefundState.DONE
        assert till.balance().available == 5

    def test_an_empty_balance_of_ours_is_not_silence(self, till: Till) -> None:
        order = till.paid(Method.WECHATPAY_NATIVE)
        till.trade_of(order).refund("by hand, unheard", 500)

        refund = till.give_back(order, None)

        assert (refund.state, refund.stuck) == (RefundState.STUCK, "not_enough")

    def test_so_it_is_at_alipay(self, till: Till) -> None:
        order = till.paid(Method.ALIPAY_PAGE)
        till.trade_of(order).refund("by hand, unheard", 500)

        refund = till.give_back(order, None)

        assert refund.state is RefundState.STUCK
        assert refund.stuck.startswith("acq.")

    def test_a_word_about_a_refund_that_is_none_of_ours_changes_no_row(self, till: Till) -> None:
        order = till.paid(Method.WECHATPAY_NATIVE)
        trade = till.trade_of(order)
        trade.refund("by-hand", 100)
        before = dict(till.table.rows)

        told = till.sandbox.wechatpay.refund_notification(trade, "by-hand", "ABNORMAL")

        assert till.deliver(order.method.provider, told) is Verdict.TAKEN
        assert till.table.rows == before


def check(till: Till) -> None:
    till.clock.advance(minutes=5)
    till.checking.check_payments(within=timedelta(minutes=4))
