"""Use case: being logged in. Tokens are checked and renewed, sessions are listed and ended.

docs/decisions/0010-rotation.md says what a stolen token can and can't do.
"""

import hmac
from datetime import datetime
from enum import StrEnum

from chalicelib.clock import Clock
from chalicelib.errors import NotFound, Unauthenticated
from chalicelib.identity.model import Session
from chalicelib.identity.notices import NoticeKind, draw_notice
from chalicelib.identity.ports import Secret, SecretRing
from chalicelib.identity.session_store import RotationRefused, SessionStore
from chalicelib.identity.tokens import (
    IssuedTokens,
    Rotation,
    Token,
    TokenKind,
    derive_pair,
    draw_seed,
)
from chalicelib.ids import Caller, Entropy, SessionId, is_uuid
from chalicelib.observability import EventLog, Level


class EndingScope(StrEnum):
    OTHERS = "others"
    ALL = "all"


class SessionService:
    def __init__(
        self,
        *,
        store: SessionStore,
        ring: SecretRing,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._store = store
        self._ring = ring
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def refresh(self, refresh_token: str) -> IssuedTokens:
        """Exchange a refresh token for the session's next pair; the old pair stops working at once.

        A client that lost the answer repeats within 30 seconds and gets the same pair, so that two
        refreshes at once do no harm. Any later use of a token that was exchanged means that two
        hold it: the session ends, and its user gets a notice.

        Raises:
            Unauthenticated: not a token of ours, used before, or of a session that has ended.
        """
        token, secret = self._read(TokenKind.REFRESH, refresh_token)
        now = self._clock.now()
        current = self._ring.current()
        rotation = Rotation(
            parent_mac=token.mac(secret), seed=draw_seed(current, self._entropy), rotated_at=now
        )
        issued, macs = derive_pair(current, token, rotation.seed).begin(now)
        try:
            session = self._store.rotate_tokens(
                token.user_id, token.session_id, rotation, macs, now
            )
        except RotationRefused as refusal:
            return self._answer_again(token, rotation.parent_mac, refusal.session, now)
        return issued.within(session.ends_at)

    def authenticate(self, access_token: str) -> Caller:
        """Tell whose token this is, in one read; an ended session is refused from the next call on.

        A frozen account needs no look of its own: freezing ends its sessions and no session opens
        before it thaws, each in one transaction, so whoever passes here is not frozen.

        Raises:
            Unauthenticated: not a valid token, for whatever reason.
        """
        token, secret = self._read(TokenKind.ACCESS, access_token)
        session = self._store.find_session(token.user_id, token.session_id)
        if session is None or not hmac.compare_digest(token.mac(secret), session.tokens.access_mac):
            raise Unauthenticated
        now = self._clock.now()
        if now >= session.tokens.access_expires_at or now >= session.ends_at:
            raise Unauthenticated("The access token has expired.")
        return Caller(
            user_id=session.account.id,
            session_id=session.id,
            log_key=session.account.log_key,
            guest_until=session.account.guest_until,
        )

    def list_sessions(self, caller: Caller) -> list[Session]:
        """Return the caller's open sessions, newest first."""
        now = self._clock.now()
        alive = [one for one in self._store.list_sessions(caller.user_id) if now < one.expires_at]
        return sorted(alive, key=lambda one: (one.created_at, one.id), reverse=True)

    def log_out(self, caller: Caller) -> None:
        self._store.end_session(caller.user_id, caller.session_id)
        self._log.record("session_ended", user=caller.pseudonym)

    def end_session(self, caller: Caller, session_id: str) -> None:
        """End one of the caller's own sessions, at once.

        Raises:
            NotFound: it has ended, or is not the caller's.
        """
        ended = is_uuid(session_id) and self._store.end_known_session(
            caller.user_id, SessionId(session_id)
        )
        if not ended:
            raise NotFound
        self._log.record("session_ended", user=caller.pseudonym)

    def end_sessions(self, caller: Caller, scope: EndingScope) -> int:
        """End the sessions that are open now, at once, and return how many they were."""
        ended = [
            session
            for session in self.list_sessions(caller)
            if scope is EndingScope.ALL or session.id != caller.session_id
        ]
        self._store.end_sessions(ended)
        self._log.record("sessions_ended", user=caller.pseudonym, count=len(ended))
        return len(ended)

    def _read(self, kind: TokenKind, text: str) -> tuple[Token, Secret]:
        """Read a token that we made; anything else is refused before a table is asked."""
        token = Token.parse(kind, text)
        secret = self._ring.find(token.secret_id) if token else None
        if token is None or secret is None or not token.is_ours(secret):
            raise Unauthenticated
        return token, secret

    def _answer_again(
        self, token: Token, presented_mac: bytes, session: Session | None, now: datetime
    ) -> IssuedTokens:
        """Answer a refresh token that is not the present one: with its child, or by ending it
        all.
        """
        if session is None or now >= session.expires_at:
            raise Unauthenticated("This session has ended.")
        rotation = session.rotation
        if rotation and rotation.is_repeated_by(presented_mac, now):
            secret = self._ring.find(rotation.seed[:4])
            if secret is None:
                raise Unauthenticated
            pair = derive_pair(secret, token, rotation.seed)
            tokens = session.tokens
            issued = pair.issue(tokens.access_expires_at, tokens.refresh_expires_at)
            return issued.within(session.ends_at)
        notice = draw_notice(NoticeKind.TOKEN_REUSED, session, now, self._entropy)
        if self._store.end_reused_session(session, notice):
            self._log.record("token_reused", level=Level.WARNING, user=session.account.pseudonym)
        raise Unauthenticated("This refresh token was used before; its session has ended.")
