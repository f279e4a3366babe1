"""Keyed hashes: what is stored in place of codes, tokens and phone numbers."""

import hashlib
import hmac

from chalicelib.identity.ports import Secret
from chalicelib.phone import Phone


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
