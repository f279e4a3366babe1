"""What clients read of identity, as JSON."""

from datetime import datetime

from chalicelib.clock import to_iso
from chalicelib.identity.codes import Challenge
from chalicelib.identity.items import device_to_shown
from chalicelib.identity.model import Account, Session
from chalicelib.identity.notices import Notice
from chalicelib.identity.tokens import IssuedTokens


def challenge_to_json(challenge: Challenge) -> dict[str, object]:
    return {"challenge_id": challenge.id, "expires_at": to_iso(challenge.expires_at)}


def user_to_json(account: Account, *, is_new: bool) -> dict[str, object]:
    return {"id": account.id, "is_new": is_new, **guest_to_json(account.guest_until)}


def guest_to_json(guest_until: datetime | None) -> dict[str, object]:
    until = to_iso(guest_until) if guest_until else None
    return {"is_guest": guest_until is not None, "guest_until": until}


def session_to_json(session: Session, *, is_current: bool) -> dict[str, object]:
    return {
        "id": session.id,
        "is_current": is_current,
        "device": device_to_shown(session.device).get("device"),
        "place": None,  # addresses are neither kept nor looked up; docs/api.md says so
        "created_at": to_iso(session.created_at),
        "last_used_at": to_iso(session.last_used_at),
        "expires_at": to_iso(session.expires_at),
    }


def notice_to_json(notice: Notice) -> dict[str, object]:
    return {
        "id": notice.id,
        "kind": notice.kind,
        "session_id": notice.session_id,
        "device": device_to_shown(notice.device).get("device"),
        "created_at": to_iso(notice.created_at),
        "expires_at": to_iso(notice.expires_at),
    }


def tokens_to_json(tokens: IssuedTokens) -> dict[str, object]:
    return {
        "access_token": tokens.access_token,
        "access_expires_at": to_iso(tokens.access_expires_at),
        "refresh_token": tokens.refresh_token,
        "refresh_expires_at": to_iso(tokens.refresh_expires_at),
    }
