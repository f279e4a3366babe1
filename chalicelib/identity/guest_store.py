"""Rows of guests: opened, asked about, forgotten. What they turn into is in `guest_writes.py`."""

from collections.abc import Sequence
from math import ceil

from chalicelib.clock import Clock, from_iso, to_epoch_s, to_iso
from chalicelib.errors import TooManyRequests
from chalicelib.identity.code_limits import Budget
from chalicelib.identity.guest_writes import GUEST_UNTIL, JOINED_AT, JOINED_TO
from chalicelib.identity.items import put_session
from chalicelib.identity.limit_items import take
from chalicelib.identity.model import Session
from chalicelib.identity.session_opening import SESSION_COUNT
from chalicelib.ids import UserId
from chalicelib.keys import JOINED_PREFIX, joined_key, profile_key, user_partition
from chalicelib.photos.ports import Joined, Over, Registered, StillGuest
from chalicelib.pseudonyms import LOG_KEY
from chalicelib.retention.model import GUEST_MARGIN
from chalicelib.storage import (
    ALWAYS,
    ROWS_A_PAGE,
    Absent,
    ConditionFailed,
    Delete,
    Put,
    Table,
    delete_rows,
    read_partition,
)


class GuestStore:
    def __init__(self, accounts: Table) -> None:
        self._accounts = accounts

    def put_guest(self, session: Session, budgets: Sequence[Budget]) -> None:
        """Count a guest and write its account and session: all or nothing, in one call.

        Raises:
            TooManyRequests: a limit is reached; nothing was counted.
        """
        account, now = session.account, session.created_at
        assert account.guest_until is not None  # noqa: S101 - drawn as a guest
        profile = {
            "created_at": to_iso(now),
            LOG_KEY: account.log_key,
            GUEST_UNTIL: to_iso(account.guest_until),
            SESSION_COUNT: 1,
            "ttl": to_epoch_s(account.guest_until + GUEST_MARGIN),
        }
        try:
            self._accounts.write(
                *take(budgets, now),
                Put(key=profile_key(account.id), item=profile, when=Absent()),
                put_session(session),
            )
        except ConditionFailed as refusal:
            if refusal.index >= len(budgets):
                raise
            budget = budgets[refusal.index]
            limit = budget.find_reached(refusal.item or {}, now) or budget.limits[-1]
            wait_s = ceil((limit.ends_at(now) - now).total_seconds())
            raise TooManyRequests(limit.name, max(1, wait_s)) from None


class GuestRegisterStore:
    """The port `GuestRegister` of photos."""

    def __init__(self, accounts: Table, clock: Clock) -> None:
        self._accounts = accounts
        self._clock = clock

    def get_standing(self, user_id: UserId) -> StillGuest | Registered | Joined | Over:
        profile = self._accounts.get(profile_key(user_id))
        if profile is None:
            return Over()
        if GUEST_UNTIL not in profile:
            return Registered()
        if JOINED_TO in profile:
            account_id = UserId(profile[JOINED_TO])
            is_there = self._accounts.get(profile_key(account_id)) is not None
            return Joined(account_id, from_iso(profile[JOINED_AT])) if is_there else Over()
        until = from_iso(profile[GUEST_UNTIL])
        return Over() if self._clock.now() >= until + GUEST_MARGIN else StillGuest(until)

    def list_joined(self, account_id: UserId) -> list[UserId]:
        page = self._accounts.query(
            user_partition(account_id), prefix=JOINED_PREFIX, limit=ROWS_A_PAGE
        )
        return [UserId(row["sk"].removeprefix(JOINED_PREFIX)) for row in page.items]

    def forget(self, guest_id: UserId) -> None:
        profile = self._accounts.get(profile_key(guest_id))
        if profile is not None and GUEST_UNTIL not in profile:
            return
        if profile is not None and JOINED_TO in profile:
            told = joined_key(UserId(profile[JOINED_TO]), guest_id)
            self._accounts.write(Delete(key=told, when=ALWAYS))
        # The profile sorts before sessions, but a repeat finds what is left without it.
        delete_rows(self._accounts, read_partition(self._accounts, user_partition(guest_id)))
