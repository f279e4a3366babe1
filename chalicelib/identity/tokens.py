"""Rules of tokens: how they are drawn, read and stored. No I/O."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from chalicelib.identity.hashing import keyed_hash
from chalicelib.identity.ports import Secret
from chalicelib.ids import Entropy, SessionId, UserId

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_IDLE_LIFETIME = timedelta(days=30)
SESSION_LIFETIME = timedelta(days=90)
"""However often it is refreshed, a session ends after this."""

_SECRET_ID_BYTES, _UUID_BYTES, _RANDOM_BYTES = 4, 16, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMacs:
    """What is stored of a session's present pair of tokens."""

    access_mac: bytes
    access_expires_at: datetime
    refresh_mac: bytes
    refresh_expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedTokens:
    """A fresh pair as its holder gets it: the only time that the tokens themselves exist here."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime


class TokenKind(StrEnum):
    ACCESS = "ifa"
    REFRESH = "ifr"


@dataclass(frozen=True, slots=True)
class Token:
    """An opaque bearer token. It names its session so that one read finds it; the random part
    proves it.

    As text: kind, `_`, base64url of key id (4 bytes), user (16), session (16), random (32).
    """

    kind: TokenKind
    secret_id: bytes
    user_id: UserId
    session_id: SessionId
    random: bytes

    @classmethod
    def draw(
        cls,
        kind: TokenKind,
        secret: Secret,
        user_id: UserId,
        session_id: SessionId,
        entropy: Entropy,
    ) -> Self:
        return cls(kind, secret.id, user_id, session_id, entropy.random_bytes(_RANDOM_BYTES))

    @classmethod
    def parse(cls, kind: TokenKind, text: str) -> Self | None:
        """Read a token back; None for anything that is not one of this kind."""
        prefix = f"{kind}_"
        if not text.startswith(prefix) or len(text) > 200:
            return None
        try:
            body = text.removeprefix(prefix)
            raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        if len(raw) != _SECRET_ID_BYTES + 2 * _UUID_BYTES + _RANDOM_BYTES:
            return None
        user, session = raw[4:20], raw[20:36]
        return cls(
            kind,
            raw[:4],
            UserId(str(UUID(bytes=user))),
            SessionId(str(UUID(bytes=session))),
            raw[36:],
        )

    def to_text(self) -> str:
        user, session = UUID(self.user_id).bytes, UUID(self.session_id).bytes
        raw = self.secret_id + user + session + self.random
        return f"{self.kind}_{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"

    def mac(self, secret: Secret) -> bytes:
        """Return what is stored in place of the token: a keyed hash of all of it."""
        return keyed_hash(secret, f"token/{self.kind}", self.to_text().encode())


def draw_tokens(
    secret: Secret,
    user_id: UserId,
    session_id: SessionId,
    entropy: Entropy,
    now: datetime,
) -> tuple[IssuedTokens, TokenMacs]:
    """Make a session's next pair: what its holder gets, and what is stored of it."""
    access = Token.draw(TokenKind.ACCESS, secret, user_id, session_id, entropy)
    refresh = Token.draw(TokenKind.REFRESH, secret, user_id, session_id, entropy)
    access_expires_at = now + ACCESS_LIFETIME
    refresh_expires_at = now + REFRESH_IDLE_LIFETIME
    issued = IssuedTokens(
        access_token=access.to_text(),
        access_expires_at=access_expires_at,
        refresh_token=refresh.to_text(),
        refresh_expires_at=refresh_expires_at,
    )
    macs = TokenMacs(
        access_mac=access.mac(secret),
        access_expires_at=access_expires_at,
        refresh_mac=refresh.mac(secret),
        refresh_expires_at=refresh_expires_at,
    )
    return issued, macs
