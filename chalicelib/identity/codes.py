"""Rules of one-time codes. No I/O: time, keys and randomness come in as arguments."""

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.identity.code_limits import Budget
from chalicelib.identity.hashing import keyed_hash
from chalicelib.identity.model import Account
from chalicelib.identity.ports import MessageKind, Secret
from chalicelib.ids import Caller, ChallengeId, Entropy
from chalicelib.phone import Phone
from chalicelib.retention.schedule import CODES

CODE_DIGITS = 6
"""The fewest that NIST SP 800-63B-4 §3.1.3 allows."""
CODE_LIFETIME = timedelta(minutes=5)
"""NIST SP 800-63B-4 §3.1.3 allows ten minutes."""
CODE_ATTEMPTS = 5
"""Wrong tries a code survives: 5 in 1,000,000 to guess it."""
CHALLENGE_KEPT = CODES.period
"""How long the row of a number without an account is kept; room for daily limits."""


class Purpose(Struct, frozen=True):
    """What a code is for; it is worth nothing for anything else."""

    kind: MessageKind
    bound_to: str = ""
    """Whom it serves, where that is somebody else than the number it is sent to."""


LOGIN = Purpose(MessageKind.LOGIN)


class Challenge(Struct, frozen=True, kw_only=True):
    """A code that was sent: what the caller must name, and until when."""

    id: ChallengeId
    expires_at: datetime


class Counted(Struct, frozen=True):
    """When a code was counted, and in which shard of what many share."""

    at: datetime
    shard: int


class Attempt(Struct, frozen=True, kw_only=True):
    """What is known after one attempt was spent on a challenge."""

    code_mac: bytes
    attempts_left: int
    account: Account | None
    """The account of the number, if it has one."""
    counted: Counted
    tries: tuple[str, ...]
    """Attributes that count this number's tries, by day; a consumed proof removes them."""


class Proof(Struct, frozen=True, kw_only=True):
    """A number was in the hands of the person who asks; worth nothing until it is consumed."""

    challenge_id: ChallengeId
    phone: Phone
    phone_index: str
    attempt: Attempt
    guarded: tuple[Budget, ...]
    """Budgets of unverified codes, which a consumed proof pays back into."""
    guest: Caller | None = None
    """The guest in whose session it was shown, if any: consumed with it, and so good for once."""

    @property
    def requested_at(self) -> datetime:
        """When the code was asked for."""
        return self.attempt.counted.at


class CodeClaim(Struct, frozen=True, kw_only=True):
    """A code as somebody hands it in: not yet a proof."""

    challenge_id: ChallengeId
    phone: Phone
    code: str

    def __repr__(self) -> str:
        return "CodeClaim(…)"  # a number and a code are nothing to show


def draw_code(entropy: Entropy) -> str:
    return f"{entropy.below(10**CODE_DIGITS):0{CODE_DIGITS}}"


def code_mac(
    secret: Secret, purpose: Purpose, challenge_id: ChallengeId, phone: Phone, code: str
) -> bytes:
    """Bind a code to its purpose, challenge and number; the first 4 bytes name the key that made
    it.
    """
    message = f"{challenge_id}\n{phone}\n{code}\n{purpose.bound_to}".encode()
    return secret.id + keyed_hash(secret, f"code/{purpose.kind}", message)
