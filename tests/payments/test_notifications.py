"""What providers post: what is genuine counts once, and with any field changed not at all."""

import json

import pytest

from chalicelib.keys import order_key
from chalicelib.payments.ledger import Balance
from chalicelib.payments.model import Method, Provider, Verdict
from chalicelib.payments.orders import Order, OrderState
from local.sandbox.keys import WECHAT_SERIAL, make_keys, sign, wechatpay_secret
from local.sandbox.wechatpay import Message
from tests.fakes import FakeClock
from tests.memory import MemoryTable
from tests.payments.shop import NOTIFY_URL, NOWHERE, Shop

WECHATPAY, ALIPAY = Provider.WECHATPAY, Provider.ALIPAY
BOTH = (Method.WECHATPAY_NATIVE, Method.ALIPAY_PAGE)


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


@pytest.fixture
def shop(table: MemoryTable) -> Shop:
    return Shop(table, FakeClock())


def untouched(shop: Shop, order: Order) -> bool:
    return shop.order(order.no) == order and shop.balance() == Balance()


@pytest.mark.parametrize("method", BOTH)
class TestPayment:
    def test_settles_the_order_and_gives_the_credits(self, shop: Shop, method: Method) -> None:
        order = shop.write_order(method)

        assert shop.deliver(method.provider, shop.pay(order)) is Verdict.TAKEN

        assert shop.order(order.no).state is OrderState.PAID
        assert shop.balance() == Balance(available=10)

    def test_counts_once_however_often_it_comes(
        self, shop: Shop, table: MemoryTable, method: Method
    ) -> None:
        order = shop.write_order(method)
        told = shop.pay(order)
        shop.deliver(method.provider, told)
        settled = dict(table.rows)

        for message in (told, told, shop.told_of(shop.trade_of(order))):
            assert shop.deliver(method.provider, message) is Verdict.TAKEN

        assert table.rows == settled

    def test_leaves_no_payer_in_clear(self, shop: Shop, table: MemoryTable, method: Method) -> None:
        order = shop.write_order(method)
        shop.trade_of(order).payer = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"

        shop.deliver(method.provider, shop.pay(order))

        assert "oUpF8uMuAJO" not in repr(table.rows)
        assert "oUpF8uMuAJO" not in repr(shop.log.lines)
        row = table.rows[order_key(order.wallet, order.no)]
        assert shop.names.open_payer(row["sealed_payer"], order.no).startswith("oUpF8uMuAJO")
        assert row["payer_index"] == shop.names.payer_index("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")

    def test_keeps_nothing_else_that_a_provider_tells(
        self, shop: Shop, table: MemoryTable, method: Method
    ) -> None:
        order = shop.write_order(method)

        shop.deliver(method.provider, shop.pay(order))
        shop.deliver(method.provider, shop.refund(order, "r1", 300))

        kept = repr(table.rows) + repr(shop.log.lines)
        for told in (
            "sandbox.example",
            "fundChannel",
            "招商银行",
            "OTHERS",
            shop.sandbox.keys.api_key,
        ):
            assert told not in kept
        assert shop.order(order.no).state is OrderState.PARTLY_REFUNDED

    def test_any_other_byte_is_refused(self, shop: Shop, method: Method) -> None:
        order = shop.write_order(method)
        told = shop.pay(order)

        for place in range(0, len(told.body), 7):
            body = bytearray(told.body)
            body[place] ^= 1
            changed = Message(0, told.headers, bytes(body))
            assert shop.deliver(method.provider, changed) is Verdict.REFUSED

        assert untouched(shop, order)

    def test_without_a_contract_nothing_is_believed(self, shop: Shop, method: Method) -> None:
        order = shop.write_order(method)
        told = shop.pay(order)
        shop.secrets[method.provider] = "{}"

        assert shop.deliver(method.provider, told) is Verdict.REFUSED
        assert untouched(shop, order)

    def test_secret_that_makes_no_sense_is_our_shortage(self, shop: Shop, method: Method) -> None:
        order = shop.write_order(method)
        told = shop.pay(order)
        shop.secrets[method.provider] = '{"mchid": 1}'

        assert shop.deliver(method.provider, told) is Verdict.LATER


class TestWechatpayEnvelope:
    def test_probe_is_refused_without_an_alarm(self, shop: Shop) -> None:
        order = shop.write_order(Method.WECHATPAY_APP)
        told = shop.pay(order)
        probe = "WECHATPAY/SIGNTEST/" + told.headers["Wechatpay-Signature"][19:]

        assert shop.deliver(WECHATPAY, told, wechatpay_signature=probe) is Verdict.REFUSED

        [line] = shop.log.lines
        assert (line["message"], line["level"]) == ("notification_probed", "INFO")
        assert untouched(shop, order)

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"wechatpay_serial": "PUB_KEY_ID_0000"}, "unknown_key"),
            ({"wechatpay_serial": ""}, "unknown_key"),
            ({"wechatpay_timestamp": "1"}, "stale"),
            ({"wechatpay_timestamp": "１７９５４０６４００"}, "stale"),
            ({"wechatpay_timestamp": "-5"}, "stale"),
            ({"wechatpay_nonce": "another"}, "signature"),
            ({"wechatpay_signature": "bm90IGl0"}, "signature"),
            ({"wechatpay_signature": "*"}, "signature"),
            ({"wechatpay_signature_type": "WECHATPAY2-SM2-WITH-SM3"}, "signature"),
        ],
    )
    def test_each_header_counts(self, shop: Shop, changed: dict[str, str], reason: str) -> None:
        order = shop.write_order(Method.WECHATPAY_APP)

        assert shop.deliver(WECHATPAY, shop.pay(order), **changed) is Verdict.REFUSED
        assert shop.log.lines[-1]["reason"] == reason
        assert untouched(shop, order)

    @pytest.mark.parametrize(("age_s", "verdict"), [(299, "taken"), (300, "refused")])
    def test_five_minutes_either_way(self, shop: Shop, age_s: int, verdict: str) -> None:
        for direction, key in ((1, "key-1"), (-1, "key-2")):
            told = shop.pay(shop.write_order(Method.WECHATPAY_APP, key=key))
            shop.clock.advance(seconds=direction * age_s)
            assert shop.deliver(WECHATPAY, told) == verdict
            shop.clock.advance(seconds=-direction * age_s)

    def test_certificate_and_public_key_work_side_by_side(self, shop: Shop) -> None:
        """WeChat moves its callbacks from one to the other over days: any mix must pass."""
        newer = make_keys()
        secret = json.loads(shop.secrets[WECHATPAY])
        other = json.loads(wechatpay_secret(newer, sandbox_url=NOWHERE, notify_url=NOTIFY_URL))
        certificate = "5157F09EFDC096DE15EBE81A47057A7232F1B8E2"
        secret["keys"][certificate] = other["keys"][WECHAT_SERIAL]
        shop.secrets[WECHATPAY] = json.dumps(secret)

        verdicts = []
        for number in range(4):
            told = shop.pay(shop.write_order(Method.WECHATPAY_APP, key=f"key-{number}"))
            stamp = told.headers["Wechatpay-Timestamp"]
            signed = sign(newer.wechat, f"{stamp}\nnonce\n{told.body.decode()}\n")
            moved = {
                "wechatpay_nonce": "nonce",
                "wechatpay_serial": certificate,
                "wechatpay_signature": signed,
            }
            verdicts.append(shop.deliver(WECHATPAY, told, **(moved if number % 2 else {})))

        assert verdicts == [Verdict.TAKEN] * 4


@pytest.mark.parametrize("method", BOTH)
class TestWhereTheyComeFrom:
    @pytest.mark.parametrize(
        ("source_ip", "counted"),
        [
            ("203.0.113.127", 0),
            ("198.51.100.7", 0),
            ("::ffff:203.0.113.1", 0),
            ("203.0.113.128", 1),
            ("2001:db8::1", 1),
            ("", 1),
            ("no address", 1),
        ],
    )
    def test_elsewhere_is_counted_and_taken_all_the_same(
        self, shop: Shop, method: Method, source_ip: str, counted: int
    ) -> None:
        networks = {"networks": ["203.0.113.0/25", "198.51.100.7"]}
        told = json.loads(shop.secrets[method.provider]) | networks
        shop.secrets[method.provider] = json.dumps(told)
        order = shop.write_order(method)

        verdict = shop.deliver(method.provider, shop.pay(order), source_ip=source_ip)

        assert verdict is Verdict.TAKEN
        assert shop.order(order.no).state is OrderState.PAID
        assert shop.log.events().count("notification_from_elsewhere") == counted

    def test_a_provider_that_names_no_networks_sends_from_anywhere(
        self, shop: Shop, method: Method
    ) -> None:
        told = shop.pay(shop.write_order(method))

        assert shop.deliver(method.provider, told, source_ip="192.0.2.1") is Verdict.TAKEN
        assert "notification_from_elsewhere" not in shop.log.events()

    def test_a_network_that_is_none_makes_the_contract_unreadable(
        self, shop: Shop, method: Method
    ) -> None:
        told = json.loads(shop.secrets[method.provider]) | {"networks": ["203.0.113.1/25"]}
        shop.secrets[method.provider] = json.dumps(told)

        assert shop.deliver(method.provider, Message(0, {}, b"")) is Verdict.LATER


class TestHostileBodies:
    @pytest.mark.parametrize("provider", Provider)
    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"\xff", b"{" * 5000, b"a=1&a=2", b"x" * 70_000, b'{"a":1,"a":2}']
    )
    def test_are_refused(self, shop: Shop, provider: Provider, body: bytes) -> None:
        assert shop.deliver(provider, Message(0, {}, body)) is Verdict.REFUSED


@pytest.mark.parametrize("method", BOTH)
class TestRefunds:
    def test_partial_refunds_add_up_and_take_their_share_back(
        self, shop: Shop, method: Method
    ) -> None:
        order = shop.write_order(method)
        shop.deliver(method.provider, shop.pay(order))

        states = []
        for number, amount in (("r1", 150), ("r2", 150), ("r3", 300)):
            shop.deliver(method.provider, shop.refund(order, number, amount))
            states.append((shop.order(order.no).state.value, shop.balance().available))

        assert states == [("partly_refunded", 8), ("partly_refunded", 5), ("refunded", 0)]

    def test_a_refund_before_its_payment_is_known_proves_the_payment(
        self, shop: Shop, method: Method
    ) -> None:
        order = shop.write_order(method)
        told = shop.pay(order)
        back = shop.refund(order, "r1", 300)

        verdicts = [shop.deliver(method.provider, one) for one in (back, told, back)]

        assert verdicts == [Verdict.TAKEN] * 3
        assert shop.order(order.no).state is OrderState.PARTLY_REFUNDED
        assert shop.balance() == Balance(available=5)
