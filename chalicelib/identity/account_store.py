"""Rows of accounts, and everything else that is about one user."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.clock import from_iso, to_iso
from chalicelib.errors import NotFound, Unavailable
from chalicelib.identity.dormant_store import RECOVERY_MAC
from chalicelib.identity.guest_writes import GUEST_UNTIL
from chalicelib.identity.items import notice_from_item, session_from_item
from chalicelib.identity.model import LinkedLogin, Session
from chalicelib.identity.notices import Notice
from chalicelib.identity.ports import LoginProvider
from chalicelib.identity.session_opening import FIRST_LOGIN, FROZEN_AT, SESSION_COUNT
from chalicelib.identity.session_store import delete_sessions, list_sessions
from chalicelib.ids import NoticeId, SessionId, UserId
from chalicelib.keys import (
    JOINED_PREFIX,
    LINKED_LOGIN_PREFIX,
    NOTICE_PREFIX,
    SESSION_PREFIX,
    notice_key,
    number_change_key,
    phone_key,
    profile_key,
    provider_subject_key,
    user_partition,
)
from chalicelib.pseudonyms import FORMER_NAME, LOG_KEY, has_log_key
from chalicelib.storage import (
    ALWAYS,
    Absent,
    AllOf,
    AnyOf,
    Compare,
    ConditionFailed,
    Delete,
    Exists,
    Item,
    Key,
    Table,
    Update,
    delete_rows,
    read_partition,
)

FREEZE_TRIES = 5
"""Each try after the first means that a login was completed since the one before."""


class AccountRows(Struct, frozen=True, kw_only=True):
    """One user's account as its rows tell it."""

    created_at: datetime
    age_band: str | None
    has_recovery_code: bool
    guest_until: datetime | None
    joined_guests: int
    number_ready_at: datetime | None
    """When a change of number that was begun can be completed."""
    sessions: Sequence[Session]
    logins: Sequence[LinkedLogin]
    notices: Sequence[Notice]


class AccountStore:
    def __init__(self, accounts: Table) -> None:
        self._accounts = accounts

    def get_account(self, user_id: UserId) -> AccountRows:
        rows = list(read_partition(self._accounts, user_partition(user_id)))
        profile = next((row for row in rows if row["sk"] == profile_key(user_id).sk), None)
        if profile is None:
            raise NotFound
        change = number_change_key(user_id).sk
        ready_at = next((from_iso(row["ready_at"]) for row in rows if row["sk"] == change), None)
        return AccountRows(
            created_at=from_iso(profile["created_at"]),
            age_band=profile.get("age_band"),
            has_recovery_code=RECOVERY_MAC in profile,
            guest_until=from_iso(profile[GUEST_UNTIL]) if GUEST_UNTIL in profile else None,
            joined_guests=sum(row["sk"].startswith(JOINED_PREFIX) for row in rows),
            number_ready_at=ready_at,
            sessions=[
                session_from_item(user_id, row)
                for row in rows
                if row["sk"].startswith(SESSION_PREFIX)
            ],
            logins=[
                LinkedLogin(
                    provider=LoginProvider(row["provider"]),
                    linked_at=from_iso(row["linked_at"]),
                    is_removable="phone_index" in profile
                    or profile.get(FIRST_LOGIN) != row["provider"],
                )
                for row in rows
                if row["sk"].startswith(LINKED_LOGIN_PREFIX)
            ],
            notices=[notice_from_item(row) for row in rows if row["sk"].startswith(NOTICE_PREFIX)],
        )

    def delete_notice(self, user_id: UserId, notice_id: NoticeId, *, reader: SessionId) -> bool:
        """Delete a notice that is not about its reader; False if there is none."""
        about_another = AnyOf(
            (
                AllOf((Exists(), Absent("session_id"))),
                Compare("session_id", "<", reader),
                Compare("session_id", ">", reader),
            )
        )
        try:
            self._accounts.write(Delete(key=notice_key(user_id, notice_id), when=about_another))
        except ConditionFailed:
            return False
        return True

    def freeze(self, user_id: UserId, now: datetime) -> int:
        """Freeze an account and end its sessions, all or nothing; return how many were open.

        A login counts itself in the profile within its own transaction, so one that comes between
        reading and writing makes the write fail: it is read and ended too, or comes after the
        freeze and is refused.
        """
        for _ in range(FREEZE_TRIES):
            profile = self._accounts.get(profile_key(user_id))
            if profile is None:
                raise NotFound
            sessions = list_sessions(self._accounts, user_id)
            count = profile.get(SESSION_COUNT)
            unchanged = (
                Absent(SESSION_COUNT) if count is None else Compare(SESSION_COUNT, "=", count)
            )
            freezing = Update(
                key=profile_key(user_id),
                set={FROZEN_AT: to_iso(now), SESSION_COUNT: 0},
                when=AllOf((Exists(), unchanged)),
            )
            # A thief may have begun to change the number; there may be nothing to stop, too.
            unasked = Delete(key=number_change_key(user_id), when=ALWAYS)
            try:
                self._accounts.write(freezing, unasked, *delete_sessions(sessions))
            except ConditionFailed:
                continue
            return sum(now < session.expires_at for session in sessions)
        raise Unavailable("Logins kept coming; repeat.")

    def list_rows(self, user_id: UserId) -> Iterator[Item]:
        """Yield every row about a user, those that lead to them included: the row of a linked login
        before what names it, and the profile last.
        """
        profile = self._accounts.get(profile_key(user_id))
        index = profile.get("phone_index") if profile else None
        number = self._accounts.get(phone_key(index)) if index else None
        for row in read_partition(self._accounts, user_partition(user_id)):
            if row["sk"].startswith(LINKED_LOGIN_PREFIX):
                key = provider_subject_key(row["provider"], row["subject_index"])
                subject = self._accounts.get(key)
                if subject and subject["user_id"] == user_id:
                    yield subject
            if row["sk"] != profile_key(user_id).sk:
                yield row
        yield from (row for row in (number, profile) if row)

    def destroy_log_key(self, user_id: UserId) -> int:
        """Destroy every copy of the key that ties lines of logs to a user, all or nothing, and
        return how many rows went with it.

        Sessions and what leads to the account go, so nobody is logged in or can log in; its
        profile stays for who erases the rest. A login that comes between is ended too. Repeatable.
        """
        deleted = 0
        while keyed := [row for row in self.list_rows(user_id) if has_log_key(row)]:
            writes = [_without_log_key(row, user_id) for row in keyed]
            self._accounts.write(*writes)
            deleted += sum(isinstance(write, Delete) for write in writes)
        return deleted

    def erase_rows(self, user_id: UserId) -> int:
        """Destroy the key first, then all that `list_rows` yields, the profile last: a repeat finds
        what is left. Returns how many rows were deleted.
        """
        keyed = self.destroy_log_key(user_id)
        return keyed + delete_rows(self._accounts, self.list_rows(user_id))


def _without_log_key(row: Item, user_id: UserId) -> Update | Delete:
    key = Key(row["pk"], row["sk"])
    if key != profile_key(user_id):
        return Delete(key=key, when=ALWAYS)  # it may end by itself meanwhile
    return Update(key=key, remove=(LOG_KEY, FORMER_NAME), when=Exists())
