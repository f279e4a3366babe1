"""Rules of numbers that may have passed to somebody else (A26). No I/O.

A carrier may give a number to another customer: in mainland China after it has rested for 90 days
(电信服务规范, of the ministry), in the United States after 45 (FCC 18-177, 84 FR 11226; both read
2026-11). A code then proves who holds the number today, not who opened the account.
"""

from datetime import timedelta

from msgspec import Struct

from chalicelib.retention.schedule import LOCKED

DORMANT_AFTER = timedelta(days=90)
"""Since the owner last logged in: then a code alone no longer opens the account. Longer would leave
photos, which are kept for six months, to whoever gets the number.
"""
IN_USE_WITHIN = timedelta(days=30)
"""A session used that lately says that the owner is still there; its row is kept that long."""
LOCKED_KEPT = LOCKED.period
"""How long the rows of a locked account are kept: its last photo is gone before (184 days)."""


class DormantAnswer(Struct, frozen=True, kw_only=True):
    """What a person says to the question that a dormant account asks."""

    recovery_code: str | None = None
    is_not_mine: bool = False
    """They are new to the number: a new account is opened, and the old one stays unseen."""

    def __repr__(self) -> str:
        return "DormantAnswer(…)"  # a recovery code is nothing to show


NO_ANSWER = DormantAnswer()
