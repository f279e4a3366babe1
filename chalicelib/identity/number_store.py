"""Rows of a change of number: the wait, the tries, and the transactions that move an account."""

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.errors import Conflict, NotFound, TooManyRequests
from chalicelib.identity.challenge_store import ChallengeStore, use_up
from chalicelib.identity.code_limits import end_of_day
from chalicelib.identity.codes import CHALLENGE_KEPT, Proof
from chalicelib.identity.errors import NumberChangeNotReady, NumberTaken
from chalicelib.identity.items import put_notice
from chalicelib.identity.login_store import NEVER_S
from chalicelib.identity.notices import Notice
from chalicelib.identity.session_opening import FROZEN_AT, LOCKED_AT, NUMBER_PROVEN_AT
from chalicelib.ids import Caller, UserId
from chalicelib.keys import number_change_key, number_tries_key, phone_key, profile_key
from chalicelib.pseudonyms import FORMER_NAME, LOG_KEY
from chalicelib.retention.schedule import DAY, NUMBER_CHANGES, NUMBER_TRIES
from chalicelib.storage import (
    ALWAYS,
    Absent,
    AllOf,
    AnyOf,
    Check,
    Compare,
    Condition,
    ConditionFailed,
    Delete,
    Exists,
    Put,
    Table,
    Update,
    Write,
)

WAIT = timedelta(days=7)
"""Long enough for an owner to see the warning after a week away."""
READY_KEPT = NUMBER_CHANGES.period - WAIT
"""How long a change that is ready may be completed."""
TRIES_A_DAY = 10
"""To name the account's number. A person needs two."""


class Waiting(Struct, frozen=True, kw_only=True):
    old_index: str
    new_index: str
    ready_at: datetime
    until: datetime


class NumberStore:
    def __init__(self, accounts: Table, challenges: ChallengeStore) -> None:
        self._accounts = accounts
        self._challenges = challenges

    def find_index(self, user_id: UserId) -> str | None:
        """Return the keyed hash of the account's number; None if it has none."""
        profile = self._accounts.get(profile_key(user_id))
        return profile.get("phone_index") if profile else None

    def spend_try(self, user_id: UserId, now: datetime) -> None:
        """Take one of the day's tries to name the account's number.

        Raises:
            TooManyRequests: none is left.
        """
        tomorrow = end_of_day(now)
        write = Update(
            key=number_tries_key(user_id, now.date()),
            add={"tries": 1},
            set={"ttl": to_epoch_s(tomorrow - DAY + NUMBER_TRIES.period)},
            when=AnyOf((Absent("tries"), Compare("tries", "<", TRIES_A_DAY))),
        )
        try:
            self._accounts.write(write)
        except ConditionFailed:
            wait_s = int((tomorrow - now).total_seconds()) + 1
            raise TooManyRequests("number_changes_per_day", wait_s) from None

    def change(
        self, caller: Caller, leaving: Proof, coming: Proof, sealed: bytes, notice: Notice
    ) -> None:
        """Use both proofs up and move the account, all or nothing; a wait ends with it.

        Raises:
            NumberTaken, Conflict.
        """
        owned = Compare("user_id", "=", caller.user_id)
        released = use_up(leaving, when=owned, set=_free(coming.requested_at), remove=OWNER)
        self._move(
            caller,
            coming,
            released,
            self._set_number(caller, leaving.phone_index, coming, sealed, notice.created_at),
            put_notice(caller.user_id, notice),
            Delete(key=number_change_key(caller.user_id), when=ALWAYS),  # there may be none
        )

    def begin_waiting(
        self, caller: Caller, old_index: str, coming: Proof, notice: Notice
    ) -> datetime:
        """Use the new number's proof up and begin to wait, all or nothing; return until when.

        Raises:
            NumberTaken, Conflict.
        """
        now = notice.created_at
        ready_at = now + WAIT
        until = ready_at + READY_KEPT
        item = {
            "old_index": old_index,
            "new_index": coming.phone_index,
            "ready_at": to_iso(ready_at),
            "until": to_iso(until),
            "ttl": to_epoch_s(until),
        }
        key = number_change_key(caller.user_id)
        try:
            self._accounts.write(
                *self._challenges.consume(coming, when=Absent("user_id")),
                Put(key=key, item=item, when=ALWAYS),  # the newest wish is the one that counts
                Check(key=profile_key(caller.user_id), when=_has_number(old_index)),
                put_notice(caller.user_id, notice),
            )
        except ConditionFailed as refusal:
            raise _explain(refusal) from None
        return ready_at

    def get_ready(self, user_id: UserId, new_index: str, now: datetime) -> Waiting:
        """Return the wait that is over, for that number.

        Raises:
            NumberChangeNotReady: there is none.
        """
        found = self.find_waiting(user_id)
        if found is None or found.new_index != new_index or now >= found.until:
            raise NumberChangeNotReady
        if now < found.ready_at:
            raise NumberChangeNotReady(ready_at=to_iso(found.ready_at))
        return found

    def complete(
        self, caller: Caller, waiting: Waiting, coming: Proof, sealed: bytes, notice: Notice
    ) -> None:
        """Use the proof and the wait up and move the account, all or nothing.

        Raises:
            NumberTaken, Conflict: cancelled meanwhile, too.
        """
        now = notice.created_at
        released = Update(
            key=phone_key(waiting.old_index),
            set=_free(now),
            remove=OWNER,
            when=Compare("user_id", "=", caller.user_id),
        )
        unchanged = Compare("ready_at", "=", to_iso(waiting.ready_at))
        self._move(
            caller,
            coming,
            released,
            self._set_number(caller, waiting.old_index, coming, sealed, now),
            put_notice(caller.user_id, notice),
            Delete(
                key=number_change_key(caller.user_id),
                when=AllOf((unchanged, Compare("new_index", "=", coming.phone_index))),
            ),
        )

    def find_waiting(self, user_id: UserId) -> Waiting | None:
        row = self._accounts.get(number_change_key(user_id))
        if row is None:
            return None
        return Waiting(
            old_index=row["old_index"],
            new_index=row["new_index"],
            ready_at=from_iso(row["ready_at"]),
            until=from_iso(row["until"]),
        )

    def cancel(self, user_id: UserId) -> None:
        try:
            self._accounts.write(Delete(key=number_change_key(user_id), when=Exists()))
        except ConditionFailed:
            raise NotFound from None

    def _move(self, caller: Caller, coming: Proof, *writes: Write) -> None:
        owner = {
            "user_id": caller.user_id,
            LOG_KEY: caller.log_key,
            "owned_ttl": NEVER_S,
            "ttl": NEVER_S,
        }
        try:
            self._accounts.write(
                *self._challenges.consume(coming, set=owner, when=Absent("user_id")), *writes
            )
        except ConditionFailed as refusal:
            raise _explain(refusal) from None

    def _set_number(
        self, caller: Caller, old_index: str, coming: Proof, sealed: bytes, now: datetime
    ) -> Update:
        return Update(
            key=profile_key(caller.user_id),
            set={
                "phone_index": coming.phone_index,
                "sealed_phone": sealed,
                NUMBER_PROVEN_AT: to_iso(now),
            },
            when=_has_number(old_index),
        )


OWNER = ("user_id", LOG_KEY, FORMER_NAME, "owned_ttl")
"""What a number's row says of the account that has it."""


def _free(now: datetime) -> dict[str, int]:
    """Let the row of a number without an account go, as any other."""
    return {"ttl": to_epoch_s(now + CHALLENGE_KEPT)}


def _has_number(index: str) -> Condition:
    """The account has that number, and is neither frozen nor locked."""
    return AllOf((Compare("phone_index", "=", index), Absent(FROZEN_AT), Absent(LOCKED_AT)))


def _explain(refusal: ConditionFailed) -> Conflict:
    """The new number's row comes first: if it has an owner, that is why."""
    if refusal.index == 0 and refusal.item and "user_id" in refusal.item:
        return NumberTaken()
    return Conflict("The account or the codes changed meanwhile.")
