"""Use case: being logged in. Tokens are checked and renewed, sessions are ended."""

import hmac

from chalicelib.clock import Clock
from chalicelib.errors import Unauthenticated
from chalicelib.identity.ports import SecretRing
from chalicelib.identity.session_store import SessionStore
from chalicelib.identity.tokens import IssuedTokens, Token, TokenKind, draw_tokens
from chalicelib.ids import Caller, Entropy
from chalicelib.observability import EventLog


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

        Raises:
            Unauthenticated: not a token of ours, used before, or of a session that has ended.
        """
        token = Token.parse(TokenKind.REFRESH, refresh_token)
        secret = self._ring.find(token.secret_id) if token else None
        if token is None or secret is None:
            raise Unauthenticated
        now = self._clock.now()
        tokens, macs = draw_tokens(
            self._ring.current(), token.user_id, token.session_id, self._entropy, now
        )
        self._store.rotate_tokens(token.user_id, token.session_id, token.mac(secret), macs, now)
        return tokens

    def authenticate(self, access_token: str) -> Caller:
        """Tell whose token this is, in one read; an ended session is refused from the next call on.

        Raises:
            Unauthenticated: not a valid token, for whatever reason.
        """
        token = Token.parse(TokenKind.ACCESS, access_token)
        secret = self._ring.find(token.secret_id) if token else None
        if token is None or secret is None:
            raise Unauthenticated
        session = self._store.find_session(token.user_id, token.session_id)
        if session is None or not hmac.compare_digest(token.mac(secret), session.tokens.access_mac):
            raise Unauthenticated
        now = self._clock.now()
        if now >= session.tokens.access_expires_at or now >= session.ends_at:
            raise Unauthenticated("The access token has expired.")
        return Caller(
            user_id=session.account.id,
            session_id=session.id,
            pseudonym=session.account.pseudonym,
        )

    def log_out(self, caller: Caller) -> None:
        self._store.end_session(caller.user_id, caller.session_id)
        self._log.record("session_ended", user=caller.pseudonym)
