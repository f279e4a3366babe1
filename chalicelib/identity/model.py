"""Rules of codes, tokens and sessions. No I/O: time, keys and randomness come in as arguments."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from chalicelib.identity.ports import Secret
from chalicelib.ids import ChallengeId, Entropy, SessionId, UserId
from chalicelib.phone import Phone

CODE_DIGITS = 6
"""The fewest that NIST SP 800-63B-4 §3.1.3 allows."""
CODE_LIFETIME = timedelta(minutes=5)
"""NIST SP 800-63B-4 §3.1.3 allows ten minutes."""
CODE_ATTEMPTS = 5
"""Wrong tries a code survives: 5 in 1,000,000 to guess it."""
CHALLENGE_KEPT = timedelta(days=1)
"""How long the row of a number without an account is kept; room for daily limits."""
ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_IDLE_LIFETIME = timedelta(days=30)
SESSION_LIFETIME = timedelta(days=90)
"""However often it is refreshed, a session ends after this."""

_SECRET_ID_BYTES, _UUID_BYTES, _RANDOM_BYTES = 4, 16, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: UserId
    pseudonym: str
    """The user's name in logs; random, kept with the account only (ST.1 beside FD.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A code that was sent: what the caller must name, and until when."""

    id: ChallengeId
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What is known after one attempt was spent on a challenge."""

    code_mac: bytes
    attempts_left: int
    account: Account | None
    """The account of the number, if it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMacs:
    """What is stored of a session's present pair of tokens."""

    access_mac: bytes
    access_expires_at: datetime
    refresh_mac: bytes
    refresh_expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    account: Account
    id: SessionId
    tokens: TokenMacs
    ends_at: datetime


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


def keyed_hash(secret: Secret, purpose: str, message: bytes) -> bytes:
    """HMAC-SHA-256 under a key of the purpose's own, so that a hash never means two things."""
    key = hmac.digest(secret.key, purpose.encode(), hashlib.sha256)
    return hmac.digest(key, message, hashlib.sha256)


def phone_index(secret: Secret, phone: Phone) -> str:
    """Return the blind index of a number: equal for equal numbers, and nothing to anyone without
    the key.

    A plain hash would not do: all Chinese mobile numbers can be tried in minutes.
    """
    return keyed_hash(secret, "phone-index", phone.encode()).hex()


def draw_code(entropy: Entropy) -> str:
    return f"{entropy.below(10**CODE_DIGITS):0{CODE_DIGITS}}"


def code_mac(secret: Secret, challenge_id: ChallengeId, phone: Phone, code: str) -> bytes:
    """Bind a code to its challenge and number; the first 4 bytes name the key that made it."""
    message = f"{challenge_id}\n{phone}\n{code}".encode()
    return secret.id + keyed_hash(secret, "code", message)


def code_text(phone: Phone, code: str) -> str:
    """Write the message that carries a code, in the language of the number's country."""
    minutes = int(CODE_LIFETIME.total_seconds() // 60)
    if phone.startswith("+86"):
        return f"【ifotor】验证码 {code}，{minutes} 分钟内有效。请勿告诉任何人。"
    return f"{code} is your ifotor code. It works for {minutes} minutes. Do not share it."


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
