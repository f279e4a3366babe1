"""Rows of the accounts table as values, and back."""

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.identity.model import Account, Session
from chalicelib.identity.tokens import TokenMacs
from chalicelib.ids import SessionId, UserId
from chalicelib.keys import session_key
from chalicelib.storage import Absent, Item, Put


def tokens_to_item(tokens: TokenMacs) -> dict[str, str | bytes]:
    return {
        "access_mac": tokens.access_mac,
        "access_expires_at": to_iso(tokens.access_expires_at),
        "refresh_mac": tokens.refresh_mac,
        "refresh_expires_at": to_iso(tokens.refresh_expires_at),
    }


def session_to_item(session: Session) -> Item:
    return {
        "pseudonym": session.account.pseudonym,
        "ends_at": to_iso(session.ends_at),
        "ttl": to_epoch_s(session.ends_at),
        **tokens_to_item(session.tokens),
    }


def session_from_item(user_id: UserId, session_id: SessionId, row: Item) -> Session:
    return Session(
        account=Account(id=user_id, pseudonym=row["pseudonym"]),
        id=session_id,
        tokens=TokenMacs(
            access_mac=row["access_mac"],
            access_expires_at=from_iso(row["access_expires_at"]),
            refresh_mac=row["refresh_mac"],
            refresh_expires_at=from_iso(row["refresh_expires_at"]),
        ),
        ends_at=from_iso(row["ends_at"]),
    )


def put_session(session: Session) -> Put:
    """Write a new session's row, as part of the transaction that opens it."""
    return Put(
        key=session_key(session.account.id, session.id),
        item=session_to_item(session),
        when=Absent(),
    )
