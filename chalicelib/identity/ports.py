"""What identity needs from outside."""

from dataclasses import dataclass
from typing import Protocol

from chalicelib.ids import UserId
from chalicelib.phone import Phone


@dataclass(frozen=True, slots=True)
class Secret:
    """One key for keyed hashes; `id` is 4 bytes that name it without telling anything of it."""

    id: bytes
    key: bytes


class SecretRing(Protocol):
    """The keys of one purpose: the current one, and the one before while a rotation overlaps."""

    def current(self) -> Secret: ...

    def find(self, secret_id: bytes) -> Secret | None: ...


class SmsSender(Protocol):
    def send(self, phone: Phone, text: str) -> None:
        """Hand a message to the network.

        Raises:
            SmsUnavailable: it was not taken.
        """
        ...


class PhoneVault(Protocol):
    def seal(self, phone: Phone, user_id: UserId) -> bytes:
        """Encrypt a number; only a role with the key, naming this user, can read it (SE.1a)."""
        ...
