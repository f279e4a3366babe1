"""Words of identity: accounts and their sessions. No I/O."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.identity.tokens import TokenMacs
from chalicelib.ids import SessionId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: UserId
    pseudonym: str
    """The user's name in logs; random, kept with the account only (ST.1 beside FD.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    account: Account
    id: SessionId
    tokens: TokenMacs
    ends_at: datetime
