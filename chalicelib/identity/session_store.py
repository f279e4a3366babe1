"""Rows of sessions."""

from datetime import datetime

from chalicelib.clock import to_iso
from chalicelib.errors import Unauthenticated
from chalicelib.identity.items import session_from_item, tokens_to_item
from chalicelib.identity.model import Session
from chalicelib.identity.tokens import TokenMacs
from chalicelib.ids import SessionId, UserId
from chalicelib.keys import session_key
from chalicelib.storage import (
    ALWAYS,
    AllOf,
    Compare,
    ConditionFailed,
    Delete,
    Table,
    Update,
)


class SessionStore:
    def __init__(self, accounts: Table) -> None:
        self._accounts = accounts

    def find_session(self, user_id: UserId, session_id: SessionId) -> Session | None:
        row = self._accounts.get(session_key(user_id, session_id))
        return session_from_item(user_id, session_id, row) if row else None

    def rotate_tokens(
        self,
        user_id: UserId,
        session_id: SessionId,
        presented_mac: bytes,
        tokens: TokenMacs,
        now: datetime,
    ) -> None:
        """Put a session's next pair of tokens in the place of the one whose refresh token was
        presented.

        Raises:
            Unauthenticated: that token is not the present one, or the session is over.
        """
        try:
            self._accounts.write(
                Update(
                    key=session_key(user_id, session_id),
                    set=tokens_to_item(tokens),
                    when=AllOf(
                        (
                            Compare("refresh_mac", "=", presented_mac),
                            Compare("refresh_expires_at", ">", to_iso(now)),
                            Compare("ends_at", ">", to_iso(now)),
                        )
                    ),
                )
            )
        except ConditionFailed:
            raise Unauthenticated("This refresh token is no longer valid.") from None

    def end_session(self, user_id: UserId, session_id: SessionId) -> None:
        # Unconditional: an ended session may be ended again.
        self._accounts.write(Delete(key=session_key(user_id, session_id), when=ALWAYS))
