"""Rows of sessions: found, rotated, listed, ended."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.clock import to_iso
from chalicelib.identity.items import (
    OWN_TTL,
    put_notice,
    rotation_to_item,
    session_from_item,
    tokens_to_item,
)
from chalicelib.identity.model import Session
from chalicelib.identity.notices import Notice
from chalicelib.identity.tokens import Rotation, TokenMacs
from chalicelib.ids import SessionId, UserId
from chalicelib.keys import SESSION_PREFIX, session_key, user_partition
from chalicelib.storage import (
    ALWAYS,
    ROWS_A_PAGE,
    AllOf,
    AttributeOr,
    Compare,
    ConditionFailed,
    Delete,
    Exists,
    Table,
    Update,
)


class RotationRefused(Exception):
    """The token is not the present one, or the session is over; carries the session as it was at
    that moment, None where there is none.
    """

    def __init__(self, session: Session | None) -> None:
        super().__init__("the presented token is not the present one")
        self.session = session


class SessionStore:
    def __init__(self, accounts: Table) -> None:
        self._accounts = accounts

    def find_session(self, user_id: UserId, session_id: SessionId) -> Session | None:
        row = self._accounts.get(session_key(user_id, session_id))
        return session_from_item(user_id, row) if row else None

    def list_sessions(self, user_id: UserId) -> list[Session]:
        """Return every session that has a row, over or not; `open_among` keeps them few."""
        return list_sessions(self._accounts, user_id)

    def rotate_tokens(
        self,
        user_id: UserId,
        session_id: SessionId,
        rotation: Rotation,
        tokens: TokenMacs,
        now: datetime,
    ) -> Session:
        """Put a session's next pair of tokens in the place of the one whose refresh token was
        presented; return the session as it is then.

        Raises:
            RotationRefused: that token is not the present one, or the session is over.
        """
        pair = tokens_to_item(tokens)
        try:
            row = self._accounts.write(
                Update(
                    key=session_key(user_id, session_id),
                    set={
                        **pair,
                        "ttl": AttributeOr(OWN_TTL, pair["ttl"]),
                        **rotation_to_item(rotation),
                        "last_used_at": to_iso(now),
                    },
                    when=AllOf(
                        (
                            Compare("refresh_mac", "=", rotation.parent_mac),
                            Compare("refresh_expires_at", ">", to_iso(now)),
                            Compare("ends_at", ">", to_iso(now)),
                        )
                    ),
                )
            )
        except ConditionFailed as refusal:
            found = session_from_item(user_id, refusal.item) if refusal.item else None
            raise RotationRefused(found) from None
        assert row is not None  # noqa: S101 - a lone Update returns its row
        return session_from_item(user_id, row)

    def end_session(self, user_id: UserId, session_id: SessionId) -> None:
        # Unconditional: an ended session may be ended again.
        self._accounts.write(Delete(key=session_key(user_id, session_id), when=ALWAYS))

    def end_known_session(self, user_id: UserId, session_id: SessionId) -> bool:
        """End one session; False if there is none of that id."""
        try:
            self._accounts.write(Delete(key=session_key(user_id, session_id), when=Exists()))
        except ConditionFailed:
            return False
        return True

    def end_sessions(self, sessions: Sequence[Session]) -> None:
        """End sessions of one user, all in one call."""
        if sessions:
            self._accounts.write(*delete_sessions(sessions))

    def end_reused_session(self, session: Session, notice: Notice) -> bool:
        """End a session and leave word of it, both or neither; False if it has ended already."""
        user_id = session.account.id
        try:
            self._accounts.write(
                Delete(key=session_key(user_id, session.id), when=Exists()),
                put_notice(user_id, notice),
            )
        except ConditionFailed:
            return False
        return True


def list_sessions(accounts: Table, user_id: UserId) -> list[Session]:
    page = accounts.query(user_partition(user_id), prefix=SESSION_PREFIX, limit=ROWS_A_PAGE)
    return [session_from_item(user_id, row) for row in page.items]


def delete_sessions(sessions: Sequence[Session]) -> list[Delete]:
    # Unconditional: one that has ended meanwhile may be ended again.
    return [
        Delete(key=session_key(session.account.id, session.id), when=ALWAYS) for session in sessions
    ]
