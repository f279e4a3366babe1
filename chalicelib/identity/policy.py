"""The privacy policy as it is served: one version in force, word for word in each language.

The texts are files beside this module. A text that was in force is never edited: whoever accepted
it accepted these bytes (tests/identity/test_policy.py pins their hashes).
"""

import hashlib
from enum import StrEnum
from functools import cache
from pathlib import Path

from msgspec import Struct

VERSION_IN_FORCE = "2026-11-23"
"""The day from which it holds."""

_TEXTS = Path(__file__).parent / "policy_texts"


class PolicyLocale(StrEnum):
    CHINESE = "zh-CN"
    ENGLISH = "en"


class PolicyText(Struct, frozen=True, kw_only=True):
    version: str
    locale: PolicyLocale
    text: str

    @property
    def sha256(self) -> str:
        """Return the hash of the text in UTF-8, as 64 hex digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@cache
def policy_in_force(locale: PolicyLocale) -> PolicyText:
    name = f"{VERSION_IN_FORCE}.{locale}.txt"
    text = (_TEXTS / name).read_text(encoding="utf-8")
    return PolicyText(version=VERSION_IN_FORCE, locale=locale, text=text)
