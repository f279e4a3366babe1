"""Rules of the `state` that a third-party login travels with (RFC 6749 §10.12). No I/O.

A state is not stored when a login begins: it carries its time and a seal that only we can make, and
the seal covers what else the login is bound to: provider, purpose and the client that began it. So
beginning costs nothing and leaves no row to flood us with; being used is what leaves one.

The client proves that it began by the PKCE of RFC 7636 between itself and us: it names a challenge
at the beginning and hands in what hashes to it at the end. The providers document neither PKCE nor
a nonce of their own.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Self

from msgspec import Struct

from chalicelib.identity.hashing import keyed_hash
from chalicelib.identity.ports import LoginProvider, ProviderSubject, Secret
from chalicelib.ids import Entropy, UserId
from chalicelib.retention.schedule import STATES

STATE_LIFETIME = timedelta(minutes=10)
"""To take the phone, scan and agree. RFC 6749 §4.1.2 wants codes to live no longer either."""
PROOF_LIFETIME = STATES.period
"""To read the policy and register, for somebody who has no account yet."""

_SECRET_ID_BYTES, _TIME_BYTES, _NONCE_BYTES, _SEAL_BYTES = 4, 6, 16, 16
STATE_CHARACTERS = 2 * (_SECRET_ID_BYTES + _TIME_BYTES + _NONCE_BYTES + _SEAL_BYTES)
"""84: hexadecimal, because providers promise to bring back only letters, digits and 100 of them."""


class Begun(Struct, frozen=True, kw_only=True):
    """A login on its way to a provider."""

    authorize_url: str
    state: str
    expires_at: datetime


class ProviderReturn(Struct, frozen=True, kw_only=True):
    """What a client brings back from a provider; its repr shows none of it."""

    code: str
    state: str
    verifier: str
    """What hashes to the challenge that the login was begun with."""
    source_ip: str = ""

    def __repr__(self) -> str:
        return "ProviderReturn(…)"


class Errand(Struct, frozen=True, kw_only=True):
    """What a login was begun for; a state works for this and nothing else."""

    provider: LoginProvider
    challenge: str
    """Of the client that began: base64url of the SHA-256 of its verifier, without padding."""
    links_to: UserId | None = None
    """The account that gets the login linked; None to log in."""

    def message(self) -> bytes:
        purpose = f"link/{self.links_to}" if self.links_to else "login"
        return f"{self.provider}\n{purpose}\n{self.challenge}".encode()


class State(Struct, frozen=True):
    """As text: hexadecimal of key id (4 bytes), milliseconds (6), nonce (16), seal (16)."""

    secret_id: bytes
    drawn_at: datetime
    nonce: bytes
    seal: bytes

    @classmethod
    def draw(cls, errand: Errand, secret: Secret, now: datetime, entropy: Entropy) -> Self:
        nonce = entropy.random_bytes(_NONCE_BYTES)
        drawn_at = _moment(_milliseconds(now))
        return cls(secret.id, drawn_at, nonce, _seal(secret, drawn_at, nonce, errand))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a state back; None for what has not the form of one."""
        try:
            raw = bytes.fromhex(text)
            drawn_at = _moment(int.from_bytes(raw[4:10], "big"))
        except (OverflowError, ValueError):
            return None
        state = cls(raw[:4], drawn_at, raw[10:26], raw[26:])
        return state if state.to_text() == text and len(text) == STATE_CHARACTERS else None

    def to_text(self) -> str:
        return (self.secret_id + _time(self.drawn_at) + self.nonce + self.seal).hex()

    def is_of(self, errand: Errand, secret: Secret) -> bool:
        """Whether we drew this state, under this key, for this errand."""
        seal = _seal(secret, self.drawn_at, self.nonce, errand)
        return hmac.compare_digest(self.seal, seal)

    @property
    def expires_at(self) -> datetime:
        return self.drawn_at + STATE_LIFETIME

    def index(self, secret: Secret) -> str:
        """Return what a used state is remembered by: a keyed hash, for the text itself is a key."""
        return keyed_hash(secret, "provider-state-index", self.to_text().encode()).hex()


def challenge_of(verifier: str) -> str:
    """Return the challenge of a verifier: the method S256 of RFC 7636 §4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def subject_index(secret: Secret, subject: ProviderSubject) -> str:
    """Return what a provider's name for a person is looked up by; the name itself is not kept."""
    message = f"{subject.provider}\n{subject.realm}\n{subject.name}".encode()
    return keyed_hash(secret, "provider-subject", message).hex()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


def _moment(milliseconds: int) -> datetime:
    return _EPOCH + milliseconds * _MILLISECOND


def _time(moment: datetime) -> bytes:
    return _milliseconds(moment).to_bytes(_TIME_BYTES, "big")


def _seal(secret: Secret, drawn_at: datetime, nonce: bytes, errand: Errand) -> bytes:
    message = secret.id + _time(drawn_at) + nonce + errand.message()
    return keyed_hash(secret, "provider-state", message)[:_SEAL_BYTES]
