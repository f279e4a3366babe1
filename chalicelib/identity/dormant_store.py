"""Rows of accounts that nobody has used for long: were they, and what locking one writes."""

from datetime import datetime

from chalicelib.clock import to_epoch_s, to_iso
from chalicelib.identity.dormancy import LOCKED_KEPT
from chalicelib.identity.items import put_notice
from chalicelib.identity.notices import Notice
from chalicelib.identity.session_opening import (
    FIRST_LOGIN,
    LOCKED_AT,
    NUMBER_PROVEN_AT,
    SESSION_COUNT,
)
from chalicelib.ids import Caller, UserId
from chalicelib.keys import LINKED_LOGIN_PREFIX, SESSION_PREFIX, profile_key, user_partition
from chalicelib.storage import (
    ALWAYS,
    AttributeOr,
    Check,
    Compare,
    ConditionFailed,
    Delete,
    Exists,
    Item,
    Key,
    Table,
    Update,
    Write,
    read_partition,
)

RECOVERY_MAC = "recovery_mac"


class DormantStore:
    def __init__(self, accounts: Table) -> None:
        self._accounts = accounts

    def get_profile(self, user_id: UserId) -> Item | None:
        return self._accounts.get(profile_key(user_id))

    def put_recovery_mac(self, caller: Caller, mac: bytes, notice: Notice) -> bool:
        """Put a recovery code in the place of any before it, and leave word of it: both or neither;
        False if the account is gone.
        """
        user_id = caller.user_id
        setting = Update(key=profile_key(user_id), set={RECOVERY_MAC: mac}, when=Exists())
        try:
            self._accounts.write(setting, put_notice(user_id, notice))
        except ConditionFailed:
            return False
        return True

    def was_used_since(self, user_id: UserId, then: datetime) -> bool:
        """Whether a session of an account that nothing but its number opens was used since.

        A session lives for 90 days at most, so that its owner had the number that lately. Whoever
        comes by another login may have lost theirs years ago.
        """
        rows = list(read_partition(self._accounts, user_partition(user_id)))
        if any(row["sk"].startswith(LINKED_LOGIN_PREFIX) for row in rows):
            return False
        sessions = (row for row in rows if row["sk"].startswith(SESSION_PREFIX))
        return any(row["last_used_at"] >= to_iso(then) for row in sessions)


def lock(accounts: Table, abandoned: Item, now: datetime) -> list[Write]:
    """Return the writes that lock an account whose number goes to somebody else's; they fail if its
    owner came back meanwhile.

    It forgets the number. Nothing can open it any more, so its rows go by themselves after its last
    photo, which expires as it would have. An account that another login opens loses the number and
    nothing else: whoever has that login is no stranger.

    Args:
        abandoned: its profile.
    """
    partition = abandoned["pk"]
    profile = Key(partition, abandoned["sk"])
    gone_at_s = to_epoch_s(now + LOCKED_KEPT)
    rows = list(read_partition(accounts, partition))
    linked = [row for row in rows if row["sk"].startswith(LINKED_LOGIN_PREFIX)]
    if linked:
        return [
            Update(
                key=profile,
                set={FIRST_LOGIN: AttributeOr(FIRST_LOGIN, linked[0]["provider"])},
                remove=("phone_index", "sealed_phone", RECOVERY_MAC),
                when=Compare(NUMBER_PROVEN_AT, "=", abandoned[NUMBER_PROVEN_AT]),
            ),
            Check(key=Key(partition, linked[0]["sk"]), when=Exists()),
        ]
    writes: list[Write] = [
        Update(
            key=profile,
            set={LOCKED_AT: to_iso(now), "ttl": gone_at_s},
            remove=("phone_index", "sealed_phone", RECOVERY_MAC, SESSION_COUNT),
            when=Compare(NUMBER_PROVEN_AT, "=", abandoned[NUMBER_PROVEN_AT]),
        )
    ]
    for row in rows:
        key = Key(row["pk"], row["sk"])
        if row["sk"].startswith(SESSION_PREFIX):
            writes.append(Delete(key=key, when=ALWAYS))  # over already
        elif "ttl" not in row and key != profile:
            writes.append(Update(key=key, set={"ttl": gone_at_s}, when=Exists()))
    return writes
