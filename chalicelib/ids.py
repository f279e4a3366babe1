"""Identifiers and secrets. Ids are UUIDv7 (RFC 9562 §5.7): unguessable enough to share, ordered by
time.

Whether something is allowed never follows from knowing an id.
"""

import hashlib
import secrets
from datetime import datetime
from typing import NewType, Protocol
from uuid import UUID

from msgspec import Struct

from chalicelib.pseudonyms import pseudonym_of

UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)
NoticeId = NewType("NoticeId", str)
ChallengeId = NewType("ChallengeId", str)
PhotoId = NewType("PhotoId", str)
EditId = NewType("EditId", str)
LeaseId = NewType("LeaseId", str)
HoldId = NewType("HoldId", str)
WalletId = NewType("WalletId", str)
OrderNo = NewType("OrderNo", str)


class Caller(Struct, frozen=True, kw_only=True):
    """Who makes a request, as proven by an access token."""

    user_id: UserId
    session_id: SessionId
    log_key: bytes
    """What their name in logs is made with (`chalicelib/pseudonyms.py`)."""
    guest_until: datetime | None = None
    """When a guest's account ends; None for a registered one."""

    @property
    def pseudonym(self) -> str:
        return pseudonym_of(self.user_id, self.log_key)


class Entropy(Protocol):
    def random_bytes(self, count: int) -> bytes: ...

    def below(self, limit: int) -> int:
        """Draw a uniform integer from 0 up to, not including, `limit`."""
        ...


class SystemEntropy:
    """The operating system's generator, which stays safe across Lambda snapshots and forks."""

    def random_bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)

    def below(self, limit: int) -> int:
        return secrets.randbelow(limit)


def uuid7(now: datetime, entropy: Entropy) -> str:
    """Make a UUIDv7: 48 bits of Unix milliseconds, then 74 random bits, as canonical text."""
    milliseconds = int(now.timestamp() * 1000)
    random = int.from_bytes(entropy.random_bytes(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))


def is_uuid(text: str) -> bool:
    """Whether `text` is a UUID in its canonical form: lower case, with hyphens."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def digest(text: str) -> str:
    """SHA-256 as hex, for what is neither secret nor guessable: shards and request fingerprints."""
    return hashlib.sha256(text.encode()).hexdigest()
