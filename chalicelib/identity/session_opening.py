"""How a session gets into an account: counted, within the limit, and never into a frozen one.

Whatever proves who comes (a code, one day another provider) is part of the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.clock import to_iso
from chalicelib.identity.items import put_notice, put_session
from chalicelib.identity.model import MAX_SESSIONS, Session
from chalicelib.identity.notices import Notice
from chalicelib.identity.ports import LoginProvider
from chalicelib.identity.session_store import delete_sessions, list_sessions
from chalicelib.keys import profile_key
from chalicelib.storage import (
    Absent,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    ConditionFailed,
    Delete,
    Exists,
    Item,
    Table,
    Update,
    Write,
)

SESSION_COUNT = "session_count"
"""Sessions opened since they were last counted: never fewer than there are."""
FROZEN_AT = "frozen_at"
NUMBER_PROVEN_AT = "number_proven_at"
"""When the account's number was last in its owner's hands; another login says nothing of that."""
FIRST_LOGIN = "first_login"
"""The provider whose login opened the account; absent where a phone number did."""
LOCKED_AT = "locked_at"
"""When the account's number went to somebody else's; it is never opened again."""


class DormantAccount(Exception):
    """The account was left alone for too long to be opened by this proof; carries its profile."""

    def __init__(self, profile: Item) -> None:
        super().__init__("the account is dormant")
        self.profile = profile


def open_among(
    accounts: Table,
    proof: Sequence[Write],
    session: Session,
    notice: Notice,
    *,
    asked_at: datetime,
    dormant_before: datetime | None = None,
    provider: LoginProvider | None = None,
) -> bool:
    """Open a session beside the account's others, in one call; thaw the account if it was frozen
    before `asked_at`.

    The profile holds an upper bound of the open sessions, so that a login needs not count them.
    When it reaches the limit they are counted (two more calls), the oldest make room and what is
    over is deleted.

    Args:
        proof: the writes that consume what proves the user, and fail if it was used meanwhile.
        asked_at: when the user began to log in; before a freeze, it no longer counts.
        dormant_before: an account whose number was last proven before isn't opened; None: any is.
        provider: who proves it, if not a code; then it thaws only an account that has no number and
            was opened by that provider.
    Returns:
        False if the proof was used, the account is gone or locked, or was frozen since.
    Raises:
        DormantAccount: the number was not proven for too long; nothing was written.
    """
    is_open = _is_open(asked_at, provider)
    proven = {} if provider else {NUMBER_PROVEN_AT: to_iso(session.created_at)}
    awake = _is_awake(dormant_before)
    below = AnyOf((Absent(SESSION_COUNT), Compare(SESSION_COUNT, "<", MAX_SESSIONS)))
    try:
        accounts.write(
            *proof,
            Update(
                key=profile_key(session.account.id),
                set=proven,
                add={SESSION_COUNT: 1},
                remove=(FROZEN_AT,),
                when=AllOf((*is_open, awake, below)),
            ),
            put_session(session),
            put_notice(session.account.id, notice),
        )
    except ConditionFailed as refusal:
        if refusal.index != len(proof):
            return False
        if _is_dormant(refusal.item, dormant_before):
            raise DormantAccount(refusal.item or {}) from None
        if not _is_full(refusal.item):
            return False
        return _open_in_place_of_oldest(
            accounts, proof, session, notice, is_open, proven, refusal.item or {}
        )
    return True


def _open_in_place_of_oldest(
    accounts: Table,
    proof: Sequence[Write],
    session: Session,
    notice: Notice,
    is_open: tuple[Condition, ...],
    proven: Item,
    profile: Item,
) -> bool:
    now = session.created_at
    found = list_sessions(accounts, session.account.id)
    alive = [one for one in found if now < one.expires_at]
    kept = sorted(alive, key=lambda one: (one.created_at, one.id))[-(MAX_SESSIONS - 1) :]
    deletions: list[Delete] = delete_sessions([one for one in found if one not in kept])
    unchanged = Compare(SESSION_COUNT, "=", profile[SESSION_COUNT])
    try:
        accounts.write(
            *proof,
            Update(
                key=profile_key(session.account.id),
                set={SESSION_COUNT: len(kept) + 1, **proven},
                remove=(FROZEN_AT,),
                when=AllOf((*is_open, unchanged)),
            ),
            put_session(session),
            put_notice(session.account.id, notice),
            *deletions,
        )
    except ConditionFailed:
        return False
    return True


def _is_open(asked_at: datetime, provider: LoginProvider | None) -> tuple[Condition, ...]:
    before: Condition = Compare(FROZEN_AT, "<", to_iso(asked_at))
    if provider:
        before = AllOf((before, Absent("phone_index"), Compare(FIRST_LOGIN, "=", provider)))
    return (Exists(), Absent(LOCKED_AT), AnyOf((Absent(FROZEN_AT), before)))


def _is_awake(dormant_before: datetime | None) -> Condition:
    if dormant_before is None:
        return Exists()
    return AnyOf((Absent(NUMBER_PROVEN_AT), Compare(NUMBER_PROVEN_AT, ">", to_iso(dormant_before))))


def _is_dormant(profile: Item | None, dormant_before: datetime | None) -> bool:
    if profile is None or dormant_before is None or LOCKED_AT in profile:
        return False
    last = profile.get(NUMBER_PROVEN_AT)
    return last is not None and last <= to_iso(dormant_before)


def _is_full(profile: Item | None) -> bool:
    return profile is not None and profile.get(SESSION_COUNT, 0) >= MAX_SESSIONS
