"""Rules of tokens: how they are drawn, read and stored. No I/O."""

import base64
import binascii
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from msgspec import Struct, structs

from chalicelib.identity.hashing import keyed_hash
from chalicelib.identity.ports import Secret
from chalicelib.ids import Entropy, SessionId, UserId
from chalicelib.retention.schedule import SESSIONS

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_IDLE_LIFETIME = SESSIONS.period
SESSION_LIFETIME = timedelta(days=90)
"""However often it is refreshed, a session ends after this."""
LOST_REPLY_GRACE = timedelta(seconds=30)
"""How long a client whose answer was lost may ask again with the token it still has."""

_SECRET_ID_BYTES, _UUID_BYTES, _RANDOM_BYTES, _SEAL_BYTES, _NONCE_BYTES = 4, 16, 16, 16, 16


class TokenMacs(Struct, frozen=True, kw_only=True):
    """What is stored of a session's present pair of tokens."""

    access_mac: bytes
    access_expires_at: datetime
    refresh_mac: bytes
    refresh_expires_at: datetime


class Rotation(Struct, frozen=True, kw_only=True):
    """What is stored of the last refresh: enough to make the same pair again from the parent, and
    of no use without it.
    """

    parent_mac: bytes
    seed: bytes
    """The id of the key that derived the pair (4 bytes), then the nonce of this refresh."""
    rotated_at: datetime

    def is_repeated_by(self, presented_mac: bytes, now: datetime) -> bool:
        """Whether this is the parent again, soon enough for its answer to have been lost."""
        is_parent = hmac.compare_digest(presented_mac, self.parent_mac)
        return is_parent and now < self.rotated_at + LOST_REPLY_GRACE


class IssuedTokens(Struct, frozen=True, kw_only=True):
    """A pair as its holder gets it: the only time that the tokens themselves exist here."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime

    def within(self, ends_at: datetime) -> "IssuedTokens":
        """Say of neither token that it outlives its session."""
        return structs.replace(
            self,
            access_expires_at=min(self.access_expires_at, ends_at),
            refresh_expires_at=min(self.refresh_expires_at, ends_at),
        )


class TokenKind(StrEnum):
    ACCESS = "ifa"
    REFRESH = "ifr"


class Token(Struct, frozen=True):
    """An opaque bearer token. It names its session so that one read finds it; the random part
    proves it, and the seal tells what was ours once from what never was.

    As text: kind, `_`, base64url of key id (4 bytes), user (16), session (16), random (16),
    seal (16).
    """

    kind: TokenKind
    secret_id: bytes
    user_id: UserId
    session_id: SessionId
    random: bytes
    seal: bytes

    @classmethod
    def draw(
        cls,
        kind: TokenKind,
        secret: Secret,
        user_id: UserId,
        session_id: SessionId,
        entropy: Entropy,
    ) -> Self:
        random = entropy.random_bytes(_RANDOM_BYTES)
        return cls._sealed(kind, secret, user_id, session_id, random)

    @classmethod
    def derive(cls, kind: TokenKind, secret: Secret, parent: "Token", nonce: bytes) -> Self:
        """Make the one child that a refresh token has under this key and nonce."""
        message = nonce + parent.to_text().encode()
        random = keyed_hash(secret, f"child/{kind}", message)[:_RANDOM_BYTES]
        return cls._sealed(kind, secret, parent.user_id, parent.session_id, random)

    @classmethod
    def _sealed(
        cls,
        kind: TokenKind,
        secret: Secret,
        user_id: UserId,
        session_id: SessionId,
        random: bytes,
    ) -> Self:
        seal = _seal(kind, secret, _raw(secret.id, user_id, session_id, random))
        return cls(kind, secret.id, user_id, session_id, random, seal)

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
        if len(raw) != _SECRET_ID_BYTES + 2 * _UUID_BYTES + _RANDOM_BYTES + _SEAL_BYTES:
            return None
        user, session = raw[4:20], raw[20:36]
        return cls(
            kind,
            raw[:4],
            UserId(str(UUID(bytes=user))),
            SessionId(str(UUID(bytes=session))),
            raw[36:52],
            raw[52:],
        )

    def to_text(self) -> str:
        raw = _raw(self.secret_id, self.user_id, self.session_id, self.random) + self.seal
        return f"{self.kind}_{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"

    def is_ours(self, secret: Secret) -> bool:
        """Whether we made this token under this key, be it valid still or not."""
        raw = _raw(self.secret_id, self.user_id, self.session_id, self.random)
        return hmac.compare_digest(self.seal, _seal(self.kind, secret, raw))

    def mac(self, secret: Secret) -> bytes:
        """Return what is stored in place of the token: a keyed hash of all of it."""
        return keyed_hash(secret, f"token/{self.kind}", self.to_text().encode())


class TokenPair(Struct, frozen=True):
    """A session's two tokens while they are made, and the key that made them."""

    secret: Secret
    access: Token
    refresh: Token

    def issue(self, access_expires_at: datetime, refresh_expires_at: datetime) -> IssuedTokens:
        return IssuedTokens(
            access_token=self.access.to_text(),
            access_expires_at=access_expires_at,
            refresh_token=self.refresh.to_text(),
            refresh_expires_at=refresh_expires_at,
        )

    def begin(self, now: datetime) -> tuple[IssuedTokens, TokenMacs]:
        """Start both lifetimes: what the holder gets, and what is stored of it."""
        issued = self.issue(now + ACCESS_LIFETIME, now + REFRESH_IDLE_LIFETIME)
        macs = TokenMacs(
            access_mac=self.access.mac(self.secret),
            access_expires_at=issued.access_expires_at,
            refresh_mac=self.refresh.mac(self.secret),
            refresh_expires_at=issued.refresh_expires_at,
        )
        return issued, macs


def draw_pair(
    secret: Secret, user_id: UserId, session_id: SessionId, entropy: Entropy
) -> TokenPair:
    """Make a session's first pair."""
    access = Token.draw(TokenKind.ACCESS, secret, user_id, session_id, entropy)
    return TokenPair(
        secret, access, Token.draw(TokenKind.REFRESH, secret, user_id, session_id, entropy)
    )


def draw_seed(secret: Secret, entropy: Entropy) -> bytes:
    """Draw what a refresh adds to its parent; see `Rotation.seed`."""
    return secret.id + entropy.random_bytes(_NONCE_BYTES)


def derive_pair(secret: Secret, parent: Token, seed: bytes) -> TokenPair:
    """Make the next pair of a session: always the same for the same parent, key and seed."""
    return TokenPair(
        secret,
        Token.derive(TokenKind.ACCESS, secret, parent, seed),
        Token.derive(TokenKind.REFRESH, secret, parent, seed),
    )


def _raw(secret_id: bytes, user_id: UserId, session_id: SessionId, random: bytes) -> bytes:
    return secret_id + UUID(user_id).bytes + UUID(session_id).bytes + random


def _seal(kind: TokenKind, secret: Secret, raw: bytes) -> bytes:
    return keyed_hash(secret, f"seal/{kind}", raw)[:_SEAL_BYTES]
