"""How a guest becomes an account, or joins one: writes for the transaction that opens the session.

Either happens once, before the guest's end, together with the proof of who comes; and either ends
the guest's session, whose tokens were given to somebody unproven.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.clock import to_epoch_s, to_iso
from chalicelib.identity.model import Account
from chalicelib.ids import Caller, UserId
from chalicelib.keys import joined_key, profile_key, session_key
from chalicelib.retention.schedule import JOINED
from chalicelib.storage import (
    Absent,
    AllOf,
    Compare,
    Condition,
    Delete,
    Exists,
    Put,
    Update,
    Write,
)

GUEST_UNTIL, JOINED_TO, JOINED_AT = "guest_until", "joined_to", "joined_at"

JOINED_KEPT = JOINED.period
"""How long it is known where a guest's photos go, should every sweep fail that long; an hour is
enough.
"""


def account_of(guest: Caller | None) -> Account | None:
    """Return the account that a guest's becomes."""
    return Account(id=guest.user_id, log_key=guest.log_key) if guest else None


def put_profile(
    account: Account, profile: Mapping[str, Any], guest: Caller | None, now: datetime
) -> list[Write]:
    """Write the profile of a new registered account: a row of its own, or in the place of the
    guest's, who keeps id and photos.
    """
    if guest is None:
        return [Put(key=profile_key(account.id), item=profile, when=Absent())]
    becoming = Update(
        key=profile_key(guest.user_id),
        set=profile,
        remove=(GUEST_UNTIL, "ttl"),
        when=_is_open(now),
    )
    return [becoming, _ending_session(guest)]


def join(guest: Caller | None, account_id: UserId, now: datetime) -> list[Write]:
    """Let a guest's photos go to an account; nothing where no guest comes."""
    if guest is None:
        return []
    kept_until_s = to_epoch_s(now + JOINED_KEPT)
    joined = {JOINED_TO: account_id, JOINED_AT: to_iso(now), "ttl": kept_until_s}
    known = {JOINED_AT: to_iso(now), "ttl": kept_until_s}
    return [
        Update(key=profile_key(guest.user_id), set=joined, when=_is_open(now)),
        _ending_session(guest),
        Put(key=joined_key(account_id, guest.user_id), item=known, when=Absent()),
    ]


def _is_open(now: datetime) -> Condition:
    return AllOf((Compare(GUEST_UNTIL, ">", to_iso(now)), Absent(JOINED_TO)))


def _ending_session(guest: Caller) -> Delete:
    return Delete(key=session_key(guest.user_id, guest.session_id), when=Exists())
