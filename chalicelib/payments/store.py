"""What may be written about orders and wallets, each write with its condition."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from chalicelib.clock import to_epoch_s, to_iso
from chalicelib.errors import IdempotencyKeyReused, QuotaExceeded
from chalicelib.ids import OrderNo, WalletId
from chalicelib.keys import (
    ENTRY_PREFIX,
    ORDER_PREFIX,
    balance_key,
    entry_key,
    notification_key,
    order_key,
    order_quota_key,
    order_request_key,
    refund_key,
    wallet_partition,
)
from chalicelib.payments.changes import Change
from chalicelib.payments.items import (
    BILL_WAIT,
    DUE_BILL,
    entry_from_item,
    entry_to_item,
    notification_to_item,
    order_from_item,
    order_to_item,
    payment_to_item,
    record_marks,
    refund_to_item,
)
from chalicelib.payments.ledger import PURCHASE, RECLAIM, Balance, Entry, member_until
from chalicelib.payments.orders import (
    ORDER_REQUEST_REMEMBERED,
    ORDERS_PER_DAY,
    Order,
    OrderState,
    wallet_of_order,
)
from chalicelib.payments.ports import Method, Notification, Provider
from chalicelib.retention.model import china_day, until_next_china_day
from chalicelib.retention.schedule import QUOTAS
from chalicelib.storage import (
    ALWAYS,
    ROWS_A_PAGE,
    Absent,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    ConditionFailed,
    Exists,
    Item,
    Put,
    RowWrite,
    Table,
    Update,
)

QUOTA_KEPT = QUOTAS.period


class AlreadyNotified(Exception):
    """This notification has been applied before; nothing was written."""


class OrderChanged(Exception):
    """The order is not as it was thought to be (None: there is none); nothing was written."""

    def __init__(self, order: Order | None) -> None:
        super().__init__("the order is not as it was thought to be")
        self.order = order


@dataclass(frozen=True, slots=True)
class OrderPage:
    orders: tuple[Order, ...]
    next_after: OrderNo | None


class PaymentStore:
    def __init__(self, payments: Table) -> None:
        self._payments = payments

    def put_order(
        self, order: Order, *, idempotency_key: str, fingerprint: str, now: datetime
    ) -> Order:
        """Write an order, once for a key, in one call; return it, or the one of the earlier call.

        Raises:
            IdempotencyKeyReused: the key came before with another request.
            QuotaExceeded: too many orders today.
        """
        wallet = order.wallet
        request = {
            "order_no": order.no,
            "fingerprint": fingerprint,
            "ttl": to_epoch_s(now + ORDER_REQUEST_REMEMBERED),
        }
        try:
            self._payments.write(
                Put(key=order_request_key(wallet, idempotency_key), item=request, when=Absent()),
                Update(
                    key=order_quota_key(wallet, china_day(now)),
                    add={"orders": 1},
                    set={"ttl": to_epoch_s(now + QUOTA_KEPT)},
                    when=AnyOf((Absent("orders"), Compare("orders", "<", ORDERS_PER_DAY))),
                ),
                Put(key=order_key(wallet, order.no), item=order_to_item(order), when=Absent()),
            )
        except ConditionFailed as refusal:
            if refusal.index == 0 and refusal.item:
                return self._earlier(refusal.item, fingerprint)
            if refusal.index == 1:
                wait_s = int(until_next_china_day(now).total_seconds()) + 1
                raise QuotaExceeded("orders_per_day", wait_s) from None
            raise
        return order

    def find_order(self, order_no: OrderNo) -> Order | None:
        row = self._payments.get(order_key(wallet_of_order(order_no), order_no))
        return order_from_item(row) if row else None

    def list_orders(self, wallet: WalletId, *, limit: int, after: OrderNo | None) -> OrderPage:
        """Read one page, newest first."""
        start = order_key(wallet, after) if after else None
        page = self._payments.query(
            wallet_partition(wallet),
            prefix=ORDER_PREFIX,
            limit=limit,
            after={"pk": start.pk, "sk": start.sk} if start else None,
            newest_first=True,
        )
        orders = tuple(order_from_item(row) for row in page.items)
        return OrderPage(orders, orders[-1].no if page.next_key and orders else None)

    def get_balance(self, wallet: WalletId) -> Balance:
        row = self._payments.get(balance_key(wallet)) or {}
        return Balance(available=row.get("available", 0), held=row.get("held", 0))

    def find_member_until(self, wallet: WalletId) -> datetime | None:
        """Read the end of a membership; nothing that was posted for edits, however many."""
        kinds = (self.list_entries(wallet, kind=f"{kind}#") for kind in (PURCHASE, RECLAIM))
        return member_until(chain.from_iterable(kinds))

    def has_purchase(self, order_no: OrderNo) -> bool:
        """Whether the ledger has what an order bought."""
        key = entry_key(wallet_of_order(order_no), f"purchase#{order_no}")
        return self._payments.get(key) is not None

    def list_entries(self, wallet: WalletId, *, kind: str = "") -> Iterator[Entry]:
        """Read the postings of a wallet: all, or those whose ids begin with a kind."""
        after = None
        while True:
            page = self._payments.query(
                wallet_partition(wallet),
                prefix=ENTRY_PREFIX + kind,
                limit=ROWS_A_PAGE,
                after=after,
            )
            yield from (entry_from_item(row) for row in page.items)
            after = page.next_key
            if after is None:
                return

    def apply(
        self,
        change: Change,
        *,
        expecting: Condition = ALWAYS,
        notification: Notification | None,
        now: datetime,
    ) -> None:
        """Write an order's change with all that goes with it: in one call, all or nothing.

        Args:
            change: of the order at version `change.version - 1`.
            expecting: what else must be true of the order, for who has not read it.
            notification: what brought the change; applied once.
        Raises:
            AlreadyNotified, OrderChanged.
        """
        writes: list[RowWrite] = [
            _change_order(change, expecting, now),
            *_consequences(change, now),
        ]
        if notification:
            writes.insert(0, _note(change.no, notification, now))
        try:
            self._payments.write(*writes)
        except ConditionFailed as refusal:
            if notification and refusal.index == 0:
                raise AlreadyNotified from None
            if writes[refusal.index].key != order_key(wallet_of_order(change.no), change.no):
                # The wallet's balance moved between reading and writing: look again.
                raise OrderChanged(self.find_order(change.no)) from None
            found = order_from_item(refusal.item) if refusal.item else None
            raise OrderChanged(found) from None

    def _earlier(self, request: Item, fingerprint: str) -> Order:
        if request["fingerprint"] != fingerprint:
            raise IdempotencyKeyReused
        order = self.find_order(OrderNo(request["order_no"]))
        if order is None:
            raise IdempotencyKeyReused
        return order


def open_order_of(
    provider: Provider, *, product_id: str, total_minor: int, app_id: str, payer_index: str
) -> Condition:
    """Say what an order must be, untouched, that a payment may settle without reading it first."""
    methods = tuple(
        Compare("method", "=", method) for method in Method if method.provider is provider
    )
    payer = (Absent("payer_index"), Compare("payer_index", "=", payer_index))
    return AllOf(
        (
            Compare("state", "=", OrderState.AWAITING_PAYMENT),
            Compare("product_id", "=", product_id),
            Compare("total_minor", "=", total_minor),
            Compare("currency", "=", "CNY"),
            Compare("app_id", "=", app_id),
            AnyOf(methods),
            AnyOf(payer),
        )
    )


def _note(order_no: OrderNo, notification: Notification, now: datetime) -> Put:
    key = notification_key(wallet_of_order(order_no), notification.provider, notification.id)
    return Put(key=key, item=notification_to_item(notification, now), when=Absent())


def _change_order(change: Change, expecting: Condition, now: datetime) -> Update:
    """Move the order one version on. Once paid it waits for its provider's bill."""
    payer = {"payer_index": change.payer_index} if change.payer_index else {}
    sealed = {"sealed_payer": change.sealed_payer} if change.sealed_payer else {}
    bill = {"due": DUE_BILL, "due_at": to_iso(now + BILL_WAIT)} if change.awaits_bill else {}
    return Update(
        key=order_key(wallet_of_order(change.no), change.no),
        set={
            "state": change.state,
            "version": change.version,
            "payments": [payment_to_item(one) for one in change.payments],
            "reclaimed": change.reclaimed,
            "changed_at": to_iso(now),
            **payer,
            **sealed,
            **bill,
        },
        remove=() if bill else ("due", "due_at"),
        when=AllOf((Compare("version", "=", change.version - 1), expecting))
        if expecting != ALWAYS
        else Compare("version", "=", change.version - 1),
    )


def _consequences(change: Change, now: datetime) -> list[RowWrite]:
    wallet = wallet_of_order(change.no)
    writes: list[RowWrite] = [
        Put(key=entry_key(wallet, entry.id), item=entry_to_item(entry), when=Absent())
        for entry in change.entries
    ]
    if change.available:
        # An addition needs no condition of its own: the order's version is its condition.
        enough = Compare("available", ">=", -change.available) if change.available < 0 else ALWAYS
        writes.append(
            Update(key=balance_key(wallet), add={"available": change.available}, when=enough)
        )
    writes += [
        Put(
            key=refund_key(wallet, refund.repayment.refund_no),
            item=refund_to_item(refund, now) | (record_marks(now) if change.is_record else {}),
            when=Absent(),
        )
        for refund in change.refunds_due
    ]
    writes += [
        Update(
            key=refund_key(wallet, number),
            set={"done_at": to_iso(now), "due": DUE_BILL, "due_at": to_iso(now + BILL_WAIT)},
            remove=("stuck",),
            when=Exists(),
        )
        for number in change.refunds_done
    ]
    return writes
