"""What identity needs from outside."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from chalicelib.ids import UserId
from chalicelib.phone import Phone


class Secret(Struct, frozen=True):
    """One key for keyed hashes; `id` is 4 bytes that name it without telling anything of it."""

    id: bytes
    key: bytes


class SecretRing(Protocol):
    """The keys of one purpose: the current one, and the one before while a rotation overlaps."""

    def current(self) -> Secret: ...

    def find(self, secret_id: bytes) -> Secret | None: ...


class Language(StrEnum):
    ENGLISH = "en"
    CHINESE = "zh"


class MessageKind(StrEnum):
    """What a message is about; providers that fill in templates have one for each."""

    LOGIN = "login"
    GUARDIAN = "guardian"
    """A guardian's consent to a child's account."""
    NUMBER_CHANGE = "number_change"
    """To both numbers, when an account is about to get another."""
    NUMBER_WARNING = "number_warning"
    """To the old number; holds no code."""


class CodeMessage(Struct, frozen=True, kw_only=True):
    """A one-time code on its way to a number: its parts, for a provider that fills in a template,
    and the whole text, for one that sends what it gets.
    """

    kind: MessageKind
    phone: Phone
    code: str
    """Empty in a warning."""
    minutes: int
    """How long the code works."""
    language: Language
    text: str

    def __repr__(self) -> str:
        return "CodeMessage(…)"  # neither the number nor the code


class SmsSender(Protocol):
    def send(self, message: CodeMessage) -> None:
        """Hand a message to the network, once: repeating it is the user's decision.

        Raises:
            SmsUnavailable: it was not taken, or nobody knows.
        """
        ...


class HumanCheck(Protocol):
    def is_passed(self, token: str) -> bool:
        """Ask whether a token is the fresh proof of a person; it is used up by asking.

        Raises:
            Unavailable: no answer. It never counts as passed.
        """
        ...


class PhoneVault(Protocol):
    def seal(self, phone: Phone, user_id: UserId) -> bytes:
        """Encrypt a number; only a role with the key, naming this user, can read it (SE.1a)."""
        ...
