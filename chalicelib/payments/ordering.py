"""Use case: buying: what there is, an order for it, how to pay it, what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.clock import Clock
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.ids import Caller, Entropy, OrderNo, UserId, digest
from chalicelib.observability import EventLog
from chalicelib.payments.catalogue import PRODUCTS, Product
from chalicelib.payments.errors import GuestCannotBuy, MethodNotOffered
from chalicelib.payments.hashing import PaymentNames
from chalicelib.payments.ledger import Balance
from chalicelib.payments.orders import (
    ORDER_LIFETIME,
    Order,
    OrderState,
    is_order_no,
    new_order_no,
    wallet_of_order,
)
from chalicelib.payments.ports import Method, PaymentProvider, Provider, Providers, Purchase
from chalicelib.payments.store import OrderPage, PaymentStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a client asks for. There is no amount in it."""

    product_id: str
    method: Method
    openid: str = field(default="", repr=False)
    """The payer's, for the official account whose page it is; JSAPI alone needs and takes it."""
    source_ip: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What can be bought now, and how; nothing where no provider has a contract."""

    products: Sequence[Product]
    methods: Sequence[Method]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    order: Order
    payment: Mapping[str, str] | None = field(repr=False)
    """What the client hands to the provider; None for an order that cannot be paid any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    credits: Balance
    member_until: datetime | None


class OrderingService:
    def __init__(
        self,
        *,
        store: PaymentStore,
        providers: Providers,
        names: PaymentNames,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._store = store
        self._providers = providers
        self._names = names
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def get_offer(self) -> Offer:
        found = [self._providers.find(provider) for provider in Provider]
        methods = [method for provider in found if provider for method in provider.methods]
        return Offer(products=list(PRODUCTS.values()) if methods else [], methods=methods)

    def place_order(self, caller: Caller, wish: Wish, *, idempotency_key: str) -> Placed:
        """Order something, and return how to pay it.

        A repeat with the same key returns the same order, and how to pay it anew while it can be.

        Raises:
            GuestCannotBuy, MethodNotOffered, InvalidRequest, QuotaExceeded, IdempotencyKeyReused.
            PaymentUnavailable: the order stands; repeat with the same key.
        """
        if caller.guest_until is not None:
            raise GuestCannotBuy
        product = PRODUCTS.get(wish.product_id)
        if product is None:
            raise InvalidRequest.at("/product_id", "There is no such product.")
        if (wish.method is Method.WECHATPAY_JSAPI) != bool(wish.openid):
            raise InvalidRequest.at("/openid", "wechatpay_jsapi needs it; nothing else takes it.")
        provider = self._offered(wish.method)
        now = self._clock.now()
        wanted = self._new_order(caller.user_id, wish, product, provider.app_id(wish.method), now)
        fingerprint = digest(f"{product.id} {wish.method} {wanted.payer_index}")
        order = self._store.put_order(
            wanted, idempotency_key=idempotency_key, fingerprint=fingerprint, now=now
        )
        if order is wanted:
            self._log.record("order_placed", user=caller.pseudonym, reason=wish.method)
        if order.state is not OrderState.AWAITING_PAYMENT or now >= order.expires_at:
            return Placed(order=order, payment=None)
        return Placed(order=order, payment=provider.prepare(_purchase(order, wish)))

    def get_order(self, user_id: UserId, order_no: str) -> Order:
        """Return one of the user's own orders.

        Raises:
            NotFound: none of that number, or somebody else's.
        """
        if not is_order_no(order_no):
            raise NotFound
        number = OrderNo(order_no)
        if wallet_of_order(number) != self._names.wallet_of(user_id):
            raise NotFound
        order = self._store.find_order(number)
        if order is None:
            raise NotFound
        return order

    def list_orders(self, user_id: UserId, *, limit: int, after: str | None) -> OrderPage:
        """Return one page of the user's orders, newest first."""
        wallet = self._names.wallet_of(user_id)
        if after is not None and not (
            is_order_no(after) and wallet_of_order(OrderNo(after)) == wallet
        ):
            raise InvalidRequest.at("/cursor", "Expected the next_cursor of an earlier page.")
        return self._store.list_orders(wallet, limit=limit, after=OrderNo(after) if after else None)

    def get_holdings(self, user_id: UserId) -> Holdings:
        wallet = self._names.wallet_of(user_id)
        return Holdings(
            credits=self._store.get_balance(wallet),
            member_until=self._store.find_member_until(wallet),
        )

    def _offered(self, method: Method) -> PaymentProvider:
        provider = self._providers.find(method.provider)
        if provider is None or method not in provider.methods:
            raise MethodNotOffered
        return provider

    def _new_order(
        self, user_id: UserId, wish: Wish, product: Product, app_id: str, now: datetime
    ) -> Order:
        return Order(
            no=new_order_no(self._names.wallet_of(user_id), now, self._entropy),
            method=wish.method,
            app_id=app_id,
            product=product,
            total=product.price,
            created_at=now,
            expires_at=now + ORDER_LIFETIME,
            payer_index=self._names.payer_index(wish.openid),
        )


def _purchase(order: Order, wish: Wish) -> Purchase:
    return Purchase(
        order_no=order.no,
        method=order.method,
        title=order.product.title,
        total=order.total,
        expires_at=order.expires_at,
        tag=order.product.id,
        openid=wish.openid,
        source_ip=wish.source_ip,
    )
