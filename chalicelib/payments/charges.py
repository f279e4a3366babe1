"""What an edit costs, as a row of its own, and everything that is written about it.

A charge holds credits from the moment its edit is asked for until the edit has an end. It names no
wallet in clear and no edit: who makes edits may mark a charge, and learns nothing of payments; the
wallet's ledger follows the mark (docs/decisions/0030-edits-that-cost-credits.md).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.ids import EditId, WalletId
from chalicelib.keys import balance_key, charge_key, entry_key
from chalicelib.payments.hashing import PaymentNames
from chalicelib.payments.items import entry_to_item
from chalicelib.payments.ledger import Account, Entry, hold, release
from chalicelib.retention.schedule import CHARGES
from chalicelib.storage import (
    Absent,
    AllOf,
    Compare,
    Condition,
    ConditionFailed,
    Elsewhere,
    Exists,
    Item,
    Key,
    Put,
    Table,
    Update,
)

DUE_CHARGE = "CHARGE"


class Mark(StrEnum):
    """What became of the edit."""

    MADE = "made"
    NOT_MADE = "not_made"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    key: Key
    credits: int
    sealed_wallet: bytes
    give_back_at: datetime
    mark: Mark | None


class ChargeMarks:
    """The port `Charges` of photos: one write each, and nothing is ever read."""

    def __init__(self, payments: Table) -> None:
        self._payments = payments

    def marking(self, edit_id: EditId, now: datetime, *, is_made: bool) -> Elsewhere:
        """Say how an edit ended; refused where that was decided before, or it costs nothing."""
        return Elsewhere(self._payments, _marking(edit_id, now, is_made=is_made))

    def give_back(self, edit_id: EditId, now: datetime) -> None:
        """Say that an edit will never be, if nothing else was said."""
        try:
            self._payments.write(_marking(edit_id, now, is_made=False))
        except ConditionFailed:
            return


def _marking(edit_id: EditId, now: datetime, *, is_made: bool) -> Update:
    return Update(
        key=charge_key(edit_id),
        set={"mark": Mark.MADE if is_made else Mark.NOT_MADE, "due_at": to_iso(now)},
        when=AllOf((Exists("due"), Absent("mark"))),
    )


class ChargeStore:
    def __init__(self, payments: Table, names: PaymentNames) -> None:
        self._payments = payments
        self._names = names

    def holding(
        self, edit_id: EditId, wallet: WalletId, credits: int, now: datetime, until: datetime
    ) -> tuple[Elsewhere, ...]:
        """Return what reserves credits, if there are enough, until an edit is decided.

        Args:
            until: when they go back by themselves.
        """
        key = charge_key(edit_id)
        entry = hold(self._names.charge_reference(key), credits, now)
        charge = {
            "credits": credits,
            "sealed_wallet": self._names.seal_wallet(wallet, key),
            "give_back_at": to_iso(until),
            "due": DUE_CHARGE,
            "due_at": to_iso(until),
        }
        enough = Compare("available", ">=", credits)
        return (
            Elsewhere(self._payments, _moving(wallet, entry, when=enough)),
            Elsewhere(self._payments, _posting(wallet, entry)),
            Elsewhere(self._payments, Put(key=key, item=charge, when=Absent())),
        )

    def settle(self, charge: Charge, now: datetime) -> bool:
        """Post what became of a charge: spent, or given back, once; False where no wallet is left.

        Raises:
            ConditionFailed: it was settled, or decided otherwise, meanwhile.
        """
        wallet = self._names.open_wallet(charge.sealed_wallet, charge.key)
        is_spent = charge.mark is Mark.MADE
        reference = self._names.charge_reference(charge.key)
        entry = release(reference, charge.credits, now, is_spent=is_spent)
        enough = Compare("held", ">=", charge.credits)
        closing = _closing(charge, now)
        try:
            self._payments.write(
                closing, _moving(wallet, entry, when=enough), _posting(wallet, entry)
            )
        except ConditionFailed as refusal:
            if refusal.index == 0:
                raise
            self._payments.write(closing)
            return False
        return True


def charge_from_item(row: Item) -> Charge:
    return Charge(
        key=Key(row["pk"], row["sk"]),
        credits=row["credits"],
        sealed_wallet=row["sealed_wallet"],
        give_back_at=from_iso(row["give_back_at"]),
        mark=Mark(row["mark"]) if "mark" in row else None,
    )


def _closing(charge: Charge, now: datetime) -> Update:
    """Take a charge out of the index; from here on no worker can mark it, and it names nobody."""
    as_read: Condition = Compare("mark", "=", charge.mark) if charge.mark else Absent("mark")
    return Update(
        key=charge.key,
        set={
            "mark": charge.mark or Mark.NOT_MADE,
            "settled_at": to_iso(now),
            "ttl": to_epoch_s(now + CHARGES.period),
        },
        remove=("due", "due_at", "sealed_wallet"),
        when=AllOf((Exists("due"), as_read)),
    )


def _moving(wallet: WalletId, entry: Entry, *, when: Condition) -> Update:
    """Carry a posting into the wallet's present sums."""
    sums = {account: entry.sum_of(account) for account in (Account.AVAILABLE, Account.HELD)}
    changes: dict[str, Any] = {account.value: amount for account, amount in sums.items() if amount}
    return Update(key=balance_key(wallet), add=changes, when=when)


def _posting(wallet: WalletId, entry: Entry) -> Put:
    return Put(key=entry_key(wallet, entry.id), item=entry_to_item(entry), when=Absent())
