"""Every disguise in which a secret could stand in a row or a line: what a search must look for.

A phone number is short: whoever has its plain hash finds the number by trying all there are, so an
unkeyed hash counts as the number itself (SE.1c). Keyed hashes can't be looked for, and needn't be.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from urllib.parse import quote

HASHES = ("md5", "sha1", "sha256", "sha512", "blake2b")
KEPT_OF_HASH_BYTES = 8
"""A hash that is cut short counts too, down to this: so much still tells numbers apart."""

_NO_WORD_BEFORE, _NO_WORD_AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_GAP = r"[\s().-]{0,2}"
"""What people and formatters put between digits."""
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def spellings(phone: str) -> list[str]:
    """Return the ways in which a phone number in E.164 with a country code of two digits may
    stand."""
    digits = phone.removeprefix("+")
    return [phone, digits, f"00{digits}", digits[2:]]


def find_leaks(secrets: Iterable[str], text: str) -> set[str]:
    """Name the disguises in which any of some secrets stands in a text; bytes are read as Latin-1.

    The secret itself is not told. As it is, it counts only as a word of its own: six digits of a
    code also occur inside longer numbers.
    """
    lowered = text.lower()
    return {
        name
        for secret in secrets
        for name, places in _disguises(secret)
        if places.search(lowered if name in _LOWERED else text)
    }


_LOWERED = frozenset({"hex", *(f"{name} as hex" for name in HASHES)})


@cache
def _disguises(secret: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern)) for name, pattern in _patterns(secret))


def _patterns(secret: str) -> Iterator[tuple[str, str]]:
    raw = secret.encode()
    yield "plain", _NO_WORD_BEFORE + re.escape(secret) + _NO_WORD_AFTER
    if quote(secret, safe="") != secret:
        yield "url-encoded", re.escape(quote(secret, safe=""))
    if secret.isdigit():
        wide = secret.translate(_FULL_WIDTH)
        yield "full-width", f"{wide}|{re.escape(json.dumps(wide)[1:-1])}"
        yield "with gaps", _NO_WORD_BEFORE + _GAP.join(secret) + _NO_WORD_AFTER
    yield "hex", raw.hex()
    yield "base64", _base64_in_any_place(raw)
    for name in HASHES:
        digest = hashlib.new(name, raw).digest()[:KEPT_OF_HASH_BYTES]
        yield f"{name} as hex", digest.hex()
        yield f"{name} as bytes", re.escape(digest.decode("latin-1"))
        yield f"{name} as base64", _base64_in_any_place(digest)


def _base64_in_any_place(raw: bytes) -> str:
    """Match bytes in base64 of either alphabet, wherever they begin within what was encoded."""
    found = set()
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw)
        whole = (before + len(raw)) * 8 // 6  # characters that nothing after them can change
        kept = encoded[-(-before * 8 // 6) : whole].decode()
        found |= {kept, kept.translate(str.maketrans("+/", "-_"))}
    return "|".join(re.escape(one) for one in sorted(found))
