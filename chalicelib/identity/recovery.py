"""Recovery codes: what an owner keeps to come back to an account that has long been left alone.

No I/O. A code is drawn by us, so that it is worth guessing for nobody: 100 random bits, as twenty
letters of Crockford's Base32 (crockford.com/base32.html), which has no letter that is taken for
another.
"""

import hmac
import unicodedata

from chalicelib.identity.hashing import keyed_hash
from chalicelib.identity.ports import Secret
from chalicelib.ids import Entropy, UserId

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS, GROUP = 20, 5

_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def draw_recovery_code(entropy: Entropy) -> str:
    """Draw a code as people are shown it: four groups of five."""
    letters = "".join(ALPHABET[entropy.below(len(ALPHABET))] for _ in range(LETTERS))
    return "-".join(letters[at : at + GROUP] for at in range(0, LETTERS, GROUP))


def recovery_mac(secret: Secret, user_id: UserId, code: str) -> bytes:
    """Return what is stored in place of a code; its first 4 bytes name the key that made it.

    Args:
        code: as typed: in any case, with or without its hyphens, O for 0 and I or L for 1.
    """
    letters = unicodedata.normalize("NFKC", code).upper().translate(_MISREAD)
    return secret.id + keyed_hash(secret, "recovery", f"{user_id}\n{letters}".encode())


def is_recovery_code(secret: Secret | None, user_id: UserId, code: str, mac: bytes) -> bool:
    """Whether a code is the one whose `mac` is stored; `secret` is the key that the mac names."""
    guess = recovery_mac(secret, user_id, code) if secret else b""
    return hmac.compare_digest(guess, mac)
