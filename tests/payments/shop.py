"""A shop on a table, and both providers beside it, which sign with keys of their own."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from chalicelib.ids import Caller, OrderNo, SessionId, UserId
from chalicelib.keys import ENTRY_PREFIX
from chalicelib.payments.catalogue import PRODUCTS
from chalicelib.payments.charges import ChargeStore
from chalicelib.payments.charging import ChargeSettlingService
from chalicelib.payments.checking import CheckingService
from chalicelib.payments.due_store import DuePayments
from chalicelib.payments.hashing import PaymentNames
from chalicelib.payments.items import entry_from_item
from chalicelib.payments.ledger import Balance, Entry
from chalicelib.payments.model import Method, Provider, Verdict
from chalicelib.payments.notifications import NotificationService
from chalicelib.payments.ordering import OrderingService, Placed, Wish
from chalicelib.payments.orders import ORDER_LIFETIME, Order, new_order_no
from chalicelib.payments.personal_data import PaymentsData
from chalicelib.payments.refund_store import RefundStore
from chalicelib.payments.refunding import RefundingService
from chalicelib.payments.settling import SettlingService
from chalicelib.payments.store import PaymentStore
from chalicelib.payments.wallet_store import WalletStore
from chalicelib.remote.payment_providers import SecretProviders
from chalicelib.storage import Item, Table
from local.sandbox.keys import (
    APP_ID,
    WECHAT_APP_ID,
    Keys,
    alipay_secret,
    make_keys,
    sign,
    wechatpay_secret,
)
from local.sandbox.server import Sandbox
from local.sandbox.trades import Trade
from local.sandbox.wechatpay import Message
from tests.fakes import FakeClock, FakeEntropy, FakeLog, FakeRing

ALICE = Caller(user_id=UserId("alice"), session_id=SessionId("session"), log_key=b"a1")
BOB = Caller(user_id=UserId("bob"), session_id=SessionId("session"), log_key=b"b2")
NOTIFY_URL = "https://api.example/v1/webhooks"
NOWHERE = "http://127.0.0.1:9"


@cache
def shared_keys() -> Keys:
    """Keys take half a second to make; every test may use the same."""
    return make_keys()


def sandbox_beside(clock: FakeClock) -> Sandbox:
    """A sandbox without a server: it makes notifications, and nobody can call it."""
    return Sandbox(shared_keys(), NOWHERE, now=lambda: clock.now().timestamp())


def secrets_of(sandbox: Sandbox) -> dict[Provider, str]:
    return {
        Provider.WECHATPAY: wechatpay_secret(
            sandbox.keys, sandbox_url=sandbox.url, notify_url=f"{NOTIFY_URL}/wechatpay"
        ),
        Provider.ALIPAY: alipay_secret(
            sandbox.keys,
            sandbox_url=sandbox.url,
            notify_url=f"{NOTIFY_URL}/alipay",
            return_url="https://photos.example",
        ),
    }


class Shop:
    def __init__(
        self,
        table: Table,
        clock: FakeClock,
        sandbox: Sandbox | None = None,
        *,
        secrets: Mapping[Provider, str] | None = None,
    ) -> None:
        self.clock = clock
        self.sandbox = sandbox or sandbox_beside(clock)
        self.log = FakeLog()
        self.entropy = FakeEntropy(2)
        self.secrets = dict(secrets or secrets_of(self.sandbox))
        self.store = PaymentStore(table)
        self.refunds = RefundStore(table)
        self.names = PaymentNames(FakeRing(b"payments key"), self.entropy)
        self.providers = SecretProviders(
            {name: self._reader(name) for name in Provider}, clock=clock, entropy=self.entropy
        )
        self.data = PaymentsData(WalletStore(table), names=self.names, clock=clock)
        self._build(DuePayments(table), ChargeStore(table, self.names))

    def _build(self, due: DuePayments, charges: ChargeStore) -> None:
        clock, log = self.clock, self.log
        self.ordering = OrderingService(
            store=self.store,
            providers=self.providers,
            names=self.names,
            clock=clock,
            entropy=self.entropy,
            log=log,
        )
        self.settling = SettlingService(
            store=self.store, refunds=self.refunds, names=self.names, clock=clock, log=log
        )
        self.refunding = RefundingService(
            store=self.store,
            refunds=self.refunds,
            settling=self.settling,
            providers=self.providers,
            clock=clock,
            log=log,
        )
        self.notifications = NotificationService(
            providers=self.providers, settling=self.settling, clock=clock, log=log
        )
        self.checking = CheckingService(
            due=due,
            settling=self.settling,
            refunding=self.refunding,
            charges=ChargeSettlingService(due=due, charges=charges, clock=clock, log=log),
            providers=self.providers,
            clock=clock,
            log=log,
        )

    def _reader(self, name: Provider) -> Callable[[], str]:
        return lambda: self.secrets[name]

    def place(
        self,
        method: Method = Method.ALIPAY_APP,
        *,
        product_id: str = "credits_10",
        key: str = "key-1",
        caller: Caller = ALICE,
        openid: str = "",
    ) -> Placed:
        wish = Wish(product_id=product_id, method=method, openid=openid, source_ip="203.0.113.7")
        return self.ordering.place_order(caller, wish, idempotency_key=key)

    def write_order(self, method: Method, *, key: str = "key-1", payer: str = "") -> Order:
        """Write an order as `place` does, without asking its provider to prepare it."""
        now, product = self.clock.now(), PRODUCTS["credits_10"]
        order = Order(
            no=new_order_no(self.names.wallet_of(ALICE.user_id), now, self.entropy),
            method=method,
            app_id=APP_ID if method.provider is Provider.ALIPAY else WECHAT_APP_ID,
            product=product,
            total=product.price,
            created_at=now,
            expires_at=now + ORDER_LIFETIME,
            payer_index=self.names.payer_index(payer),
        )
        return self.store.put_order(order, idempotency_key=key, fingerprint=key, now=now)

    def trade_of(self, order: Order) -> Trade:
        """The trade as its provider has it once the payer has opened the cashier."""
        provider = order.method.provider
        return self.sandbox.trades.put(
            Trade(
                provider=provider,
                order_no=order.no,
                kind=order.method.value.rpartition("_")[2],
                title=order.product.title,
                total=order.total.minor,
                app_id=order.app_id,
                tag=order.product.id,
                notify_url=f"{NOTIFY_URL}/{provider}",
                expires_at="",
            )
        )

    def pay(self, order: Order, *, transaction_id: str = "") -> Message:
        """Pay at the provider; return its notification, not yet delivered."""
        trade = self.trade_of(order)
        trade.transaction_id = transaction_id or trade.transaction_id
        self.sandbox.trades.pay(trade)
        return self.told_of(trade)

    def told_of(self, trade: Trade) -> Message:
        if trade.provider == Provider.ALIPAY:
            return self.sandbox.alipay.notification(trade)
        return self.sandbox.wechatpay.payment_notification(trade)

    def refund(self, order: Order, number: str, amount: int) -> Message:
        """Refund at the provider; return its notification, not yet delivered."""
        trade = self.trade_of(order)
        assert trade.refund(number, amount)
        if trade.provider == Provider.ALIPAY:
            is_whole = trade.refunded == trade.total
            return self.sandbox.alipay.notification(
                trade, status="TRADE_CLOSED" if is_whole else "TRADE_SUCCESS"
            )
        return self.sandbox.wechatpay.refund_notification(trade, number)

    def deliver(
        self, provider: Provider, message: Message, *, source_ip: str = "", **changed: str
    ) -> Verdict:
        """Bring a notification to the service; `changed` replaces headers."""
        headers = {name.lower(): value for name, value in message.headers.items()}
        headers |= {name.replace("_", "-"): value for name, value in changed.items()}
        return self.notifications.take(provider, headers, message.body, source_ip=source_ip)

    def order(self, no: OrderNo) -> Order:
        found = self.store.find_order(no)
        assert found
        return found

    def balance(self, caller: Caller = ALICE) -> Balance:
        return self.store.get_balance(self.names.wallet_of(caller.user_id))


def entries_in(rows: Iterable[Item]) -> list[Entry]:
    """Every posting among the rows of a table."""
    return [entry_from_item(row) for row in rows if row["sk"].startswith(ENTRY_PREFIX)]


def changed_form(message: Message, change: Callable[[dict[str, Any]], None], keys: Keys) -> Message:
    """An Alipay notification with other content, and a signature that holds."""
    form = dict(parse_qsl(message.body.decode(), keep_blank_values=True))
    change(form)
    covered = sorted(form.keys() - {"sign", "sign_type"})
    form["sign"] = sign(keys.alipay, "&".join(f"{name}={form[name]}" for name in covered))
    return Message(0, message.headers, urlencode(form).encode())
