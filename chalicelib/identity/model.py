"""Words of identity: accounts and their sessions. No I/O."""

from datetime import datetime

from msgspec import Struct

from chalicelib.identity.devices import Device
from chalicelib.identity.ports import LoginProvider
from chalicelib.identity.tokens import Rotation, TokenMacs
from chalicelib.ids import SessionId, UserId
from chalicelib.pseudonyms import pseudonym_of

MAX_SESSIONS = 10
"""A phone, a tablet, some browsers, each kept for up to 90 days; the oldest makes room."""


class Account(Struct, frozen=True, kw_only=True):
    id: UserId
    log_key: bytes
    """What the user's name in logs is made with; in the account's own rows only (ST.1, FD.3)."""
    guest_until: datetime | None = None
    """When a guest's account ends; None for a registered one."""

    @property
    def pseudonym(self) -> str:
        return pseudonym_of(self.id, self.log_key)


class LinkedLogin(Struct, frozen=True, kw_only=True):
    """A third-party login that opens an account."""

    provider: LoginProvider
    linked_at: datetime
    is_removable: bool
    """False where the account was opened with it and has no number: it would be lost."""


class Session(Struct, frozen=True, kw_only=True):
    account: Account
    id: SessionId
    tokens: TokenMacs
    created_at: datetime
    last_used_at: datetime
    """The last refresh, so at most 15 minutes behind."""
    ends_at: datetime
    device: Device | None = None
    rotation: Rotation | None = None

    @property
    def expires_at(self) -> datetime:
        """When it ends if it is not used again."""
        return min(self.tokens.refresh_expires_at, self.ends_at)
