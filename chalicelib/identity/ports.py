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


class LoginProvider(StrEnum):
    WECHAT = "wechat"
    ALIPAY = "alipay"


class ProviderSubject(Struct, frozen=True, kw_only=True):
    """A person as a provider names them; neither stored nor shown, not even by its repr."""

    provider: LoginProvider
    realm: str
    """Within what the name is unique: its kind, and the app where each app has names of its own."""
    name: str

    def __repr__(self) -> str:
        return f"ProviderSubject({self.provider}, {self.realm})"


class IdentityProvider(Protocol):
    """One provider of third-party logins, by OAuth 2's authorization code flow (RFC 6749 §4.1)."""

    def authorize_url(self, state: str) -> str:
        """Return where a browser asks the person to agree; it comes back to the page with a code
        and `state`.

        Args:
            state: up to 100 of the characters 0-9 and a-z.
        """
        ...

    def prove(self, code: str) -> ProviderSubject:
        """Exchange a code for who agreed, and forget everything else the provider tells.

        Raises:
            ProviderLoginRejected: the provider does not know the code, or knows it as used.
            ProviderUnavailable: no answer, or none that can be believed.
        """
        ...
