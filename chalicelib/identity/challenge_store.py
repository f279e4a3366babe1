"""Rows of phone numbers: their challenge, what was tried on it, and what sending it counted."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.identity.code_limits import Budget, CodeLimits, end_of_day
from chalicelib.identity.codes import (
    CHALLENGE_KEPT,
    CODE_ATTEMPTS,
    Attempt,
    Challenge,
    Counted,
    Proof,
)
from chalicelib.identity.limit_items import give_back, pay_back, take, too_many
from chalicelib.identity.model import Account
from chalicelib.ids import ChallengeId
from chalicelib.keys import phone_key
from chalicelib.pseudonyms import log_key_in
from chalicelib.storage import (
    Absent,
    AllOf,
    AnyOf,
    AttributeOr,
    Compare,
    Condition,
    ConditionFailed,
    Item,
    Table,
    Update,
    Write,
)

CHALLENGE_ATTRIBUTES = ("challenge_id", "code_mac", "code_expires_at", "attempts_left", "shard")
TRIES_PREFIX = "tries_"
"""Start of the attributes that count tries by day, over every challenge of the number."""


class ChallengeStore:
    def __init__(self, accounts: Table, limits: CodeLimits) -> None:
        self._accounts = accounts
        self._limits = limits

    def put_challenge(
        self,
        phone_index: str,
        challenge: Challenge,
        code_mac: bytes,
        counted: Counted,
        budgets: Sequence[Budget],
    ) -> None:
        """Make this the number's only challenge and count it everywhere: all or nothing, in one
        call.

        The same writes for known and unknown numbers, so that neither answer nor time tells them
        apart. A former code dies; the tries that were spent on it still count.

        Raises:
            TooManyRequests: a limit is reached; nothing was counted.
        """
        now = counted.at
        write = Update(
            key=phone_key(phone_index),
            set={
                "challenge_id": challenge.id,
                "code_mac": code_mac,
                "code_expires_at": to_iso(challenge.expires_at),
                "attempts_left": CODE_ATTEMPTS,
                "sent_at": to_iso(now),
                "shard": counted.shard,
                "ttl": AttributeOr("owned_ttl", to_epoch_s(now + CHALLENGE_KEPT)),
            },
            when=AllOf((self._is_rested(now), self._has_tries(now))),
        )
        try:
            self._accounts.write(write, *take(budgets, now))
        except ConditionFailed as refusal:
            row = refusal.item or {}
            if refusal.index:
                budget = budgets[refusal.index - 1]
                limit = budget.find_reached(row, now) or budget.limits[-1]
                raise too_many(limit.name, limit.ends_at(now), now) from None
            self._refuse_spent(row, now)
            rested_at = from_iso(row["sent_at"]) + self._limits.cooldown
            raise too_many("codes_per_phone_per_minute", rested_at, now) from None

    def take_back(
        self,
        phone_index: str,
        challenge: Challenge,
        counted: Counted,
        budgets: Sequence[Budget],
    ) -> None:
        """Undo `put_challenge`, because nothing was sent; a repeat finds it undone and does
        nothing.
        """
        write = Update(
            key=phone_key(phone_index),
            remove=(*CHALLENGE_ATTRIBUTES, "sent_at"),
            when=Compare("challenge_id", "=", challenge.id),
        )
        with suppress(ConditionFailed):
            self._accounts.write(write, *give_back(budgets, counted.at))

    def spend_attempt(
        self, phone_index: str, challenge_id: ChallengeId, now: datetime
    ) -> Attempt | None:
        """Take one attempt from the challenge before anything is compared; None if it has none to
        give.

        Raises:
            TooManyRequests: the number's tries of the day are used up, over all its challenges.
        """
        challenged = Compare("challenge_id", "=", challenge_id)
        left = Compare("attempts_left", ">", 0)
        alive = Compare("code_expires_at", ">", to_iso(now))
        write = Update(
            key=phone_key(phone_index),
            add={"attempts_left": -1, _tries_of(now): 1},
            when=AllOf((challenged, left, alive, self._has_tries(now))),
        )
        try:
            row = self._accounts.write(write)
        except ConditionFailed as refusal:
            if refusal.item and refusal.item.get("challenge_id") == challenge_id:
                self._refuse_spent(refusal.item, now)
            return None
        assert row is not None  # noqa: S101 - a lone Update returns its row
        return Attempt(
            code_mac=row["code_mac"],
            attempts_left=row["attempts_left"],
            account=Account(id=row["user_id"], log_key=log_key_in(row))
            if "user_id" in row
            else None,
            counted=Counted(from_iso(row["sent_at"]), row["shard"]),
            tries=tuple(name for name in row if name.startswith(TRIES_PREFIX)),
        )

    def consume(
        self, proof: Proof, *, when: Condition, set: Mapping[str, Any] | None = None
    ) -> tuple[Write, ...]:
        """Return the writes that use a proof up, for the transaction of what it proves; the first
        fails if it was used meanwhile or the number's row is not as `when` says.
        """
        allowed = self._limits.verified_allows
        paid = pay_back(proof.guarded, proof.requested_at, allowed)
        return (use_up(proof, when=when, set=set), *paid)

    def _is_rested(self, now: datetime) -> Condition:
        """The last code of the number is old enough."""
        before = Compare("sent_at", "<=", to_iso(now - self._limits.cooldown))
        return AnyOf((Absent("sent_at"), before))

    def _has_tries(self, now: datetime) -> Condition:
        tries = _tries_of(now)
        return AnyOf((Absent(tries), Compare(tries, "<", self._limits.wrong_tries_a_day)))

    def _refuse_spent(self, row: Item, now: datetime) -> None:
        if row.get(_tries_of(now), 0) >= self._limits.wrong_tries_a_day:
            raise too_many("wrong_codes_per_phone_per_day", end_of_day(now), now) from None


def use_up(
    proof: Proof,
    *,
    when: Condition,
    set: Mapping[str, Any] | None = None,
    remove: tuple[str, ...] = (),
) -> Update:
    """Return the one write that uses up a proof and pays nothing back: for the second proof of a
    transaction, which may name a row only once.
    """
    challenged = Compare("challenge_id", "=", proof.challenge_id)
    return Update(
        key=phone_key(proof.phone_index),
        set=set or {},
        remove=(*CHALLENGE_ATTRIBUTES, *proof.attempt.tries, *remove),
        when=AllOf((challenged, when)),
    )


def _tries_of(now: datetime) -> str:
    return f"{TRIES_PREFIX}{now:%Y%m%d}"
