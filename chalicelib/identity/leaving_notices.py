"""The notice that photos leave soon, for every session of their owner to read."""

from datetime import date, datetime

from chalicelib.clock import CHINA
from chalicelib.identity.items import put_notice
from chalicelib.identity.notices import Notice, NoticeKind
from chalicelib.ids import NoticeId, UserId, digest, uuid7
from chalicelib.keys import profile_key
from chalicelib.retention.model import end_of_china_day
from chalicelib.storage import Check, ConditionFailed, Exists, Table

KINDS = {14: NoticeKind.PHOTOS_LEAVE_IN_14_DAYS, 3: NoticeKind.PHOTOS_LEAVE_IN_3_DAYS}


class _SameEntropy:
    """Draws the same id for the same notice, so that a repeat is no second one."""

    def __init__(self, seed: str) -> None:
        self._digest = bytes.fromhex(digest(seed))

    def random_bytes(self, count: int) -> bytes:
        return self._digest[:count]

    def below(self, limit: int) -> int:
        return int.from_bytes(self._digest, "big") % limit


class LeavingNotices:
    def __init__(self, accounts: Table) -> None:
        self._accounts = accounts

    def tell_leaving(self, user_id: UserId, *, days: int, leaves_on: date, now: datetime) -> None:
        """Write the one notice of a day of leaving; nothing where the account is gone."""
        midnight = datetime.combine(leaves_on, datetime.min.time(), CHINA)
        notice = Notice(
            id=NoticeId(uuid7(midnight, _SameEntropy(f"{user_id} {days} {leaves_on}"))),
            kind=KINDS[days],
            session_id=None,
            device=None,
            created_at=now,
            expires_at=end_of_china_day(leaves_on),
        )
        try:
            self._accounts.write(
                put_notice(user_id, notice), Check(key=profile_key(user_id), when=Exists())
            )
        except ConditionFailed:
            return
