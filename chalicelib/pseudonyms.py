"""Names for people in logs: kept for a year, and tied to a person only while the account holds its
key (ST.1 beside FD.3).

Every account has a random key, in its own rows and nowhere else. A line's `user` is a keyed hash of
the user's id: with the key one finds a person's lines, without it nobody can, whatever else is
known. Destroying the key parts all lines from the person at once, whoever keeps them.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.ids import Entropy, UserId
    from chalicelib.storage import Item

LOG_KEY = "log_key"
"""The attribute that holds it."""
FORMER_NAME = "pseudonym"
"""Rows of earlier releases hold a random name under this, which serves as their key."""

_KEY_BYTES, _NAME_CHARACTERS = 16, 16


def draw_log_key(entropy: Entropy) -> bytes:
    return entropy.random_bytes(_KEY_BYTES)


def log_key_in(row: Item) -> bytes:
    """Read the key out of a row that has one, of whatever release."""
    if LOG_KEY in row:
        key: bytes = row[LOG_KEY]
        return key
    return str(row[FORMER_NAME]).encode()


def has_log_key(row: Item) -> bool:
    return LOG_KEY in row or FORMER_NAME in row


def pseudonym_in(profile: Item) -> str:
    """Return the name in logs of the user whose profile this is."""
    user_id: UserId = profile["pk"].partition("#")[2]
    return pseudonym_of(user_id, log_key_in(profile))


def pseudonym_of(user_id: UserId, log_key: bytes) -> str:
    """Return the name of a user in logs: 64 bits as hex, the same for all of their sessions."""
    return hmac.digest(log_key, user_id.encode(), "sha256").hex()[:_NAME_CHARACTERS]
