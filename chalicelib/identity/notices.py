"""Notices: what users are shown about the safety of their account until they dismiss it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from chalicelib.identity.devices import Device
from chalicelib.identity.model import Session
from chalicelib.ids import Entropy, NoticeId, SessionId, UserId, uuid7
from chalicelib.retention.schedule import NOTICES

NOTICE_LIFETIME = NOTICES.period
NOTICES_SHOWN = 20
"""The newest; a user who has more has read none of them."""


class NoticeKind(StrEnum):
    NEW_LOGIN = "new_login"
    """A session was opened on a device that no open session knows."""
    TOKEN_REUSED = "token_reused"  # noqa: S105 - the name of a notice
    """A session was ended because one of its refresh tokens was used twice: two may have it."""
    RECOVERY_CODE_SET = "recovery_code_set"
    """A recovery code was drawn, and any before it is dead."""
    NUMBER_CHANGE_ASKED = "number_change_asked"
    """In a week the account gets another number, unless somebody cancels it."""
    NUMBER_CHANGED = "number_changed"
    MINOR_GUIDANCE = "minor_guidance"
    """Somebody under 18 registered: read the policy with a parent or guardian (AG)."""
    LOGIN_LINKED = "login_linked"
    """Another way into the account was added: whoever has that login gets in from now on."""
    LOGIN_UNLINKED = "login_unlinked"
    PHOTOS_LEAVE_IN_14_DAYS = "photos_leave_in_14_days"
    """Photos leave soon: save what should stay. It ends with the day they leave on."""
    PHOTOS_LEAVE_IN_3_DAYS = "photos_leave_in_3_days"


class Notice(Struct, frozen=True, kw_only=True):
    id: NoticeId
    kind: NoticeKind
    session_id: SessionId | None
    """The session that it is about, which may be over; None: about the account, for all to read."""
    device: Device | None
    created_at: datetime
    expires_at: datetime


def draw_notice(kind: NoticeKind, session: Session, now: datetime, entropy: Entropy) -> Notice:
    return Notice(
        id=NoticeId(uuid7(now, entropy)),
        kind=kind,
        session_id=session.id,
        device=session.device,
        created_at=now,
        expires_at=now + NOTICE_LIFETIME,
    )


def draw_word(kind: NoticeKind, by: SessionId, now: datetime, entropy: Entropy) -> Notice:
    """Make a notice of what one session did to the account, for all the others to read."""
    return Notice(
        id=NoticeId(uuid7(now, entropy)),
        kind=kind,
        session_id=by,
        device=None,
        created_at=now,
        expires_at=now + NOTICE_LIFETIME,
    )


def draw_guidance(user_id: UserId, now: datetime) -> Notice:
    """Make the one notice of its kind that an account gets; it is named like the account."""
    return Notice(
        id=NoticeId(user_id),
        kind=NoticeKind.MINOR_GUIDANCE,
        session_id=None,
        device=None,
        created_at=now,
        expires_at=now + NOTICE_LIFETIME,
    )


def notices_to_show(
    notices: Sequence[Notice], sessions: Sequence[Session], reader: SessionId, now: datetime
) -> list[Notice]:
    """Choose the notices that a session gets to read, newest first.

    Nobody reads, or dismisses, the notice of their own login: a thief would be the first to. A
    login on hardware that an older open session knows is none worth telling.
    """
    known = {session.id for session in sessions if _is_known(session, sessions)}
    shown = [
        notice
        for notice in notices
        if now < notice.expires_at
        and notice.session_id != reader
        and not (notice.kind is NoticeKind.NEW_LOGIN and notice.session_id in known)
    ]
    return sorted(shown, key=lambda notice: notice.id, reverse=True)[:NOTICES_SHOWN]


def _is_known(session: Session, sessions: Sequence[Session]) -> bool:
    device = session.device
    return device is not None and any(
        other.device is not None
        and other.created_at < session.created_at
        and device.is_same_hardware(other.device)
        for other in sessions
    )
