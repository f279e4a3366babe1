"""What a new account and a new session are made of, whatever proved who comes. No I/O."""

from datetime import datetime

from msgspec import Struct

from chalicelib.identity.devices import DeviceClaim, describe_device
from chalicelib.identity.model import Account, Session
from chalicelib.identity.ports import Secret
from chalicelib.identity.tokens import SESSION_LIFETIME, IssuedTokens, draw_pair
from chalicelib.ids import Entropy, SessionId, UserId, pseudonym, uuid7


class Login(Struct, frozen=True, kw_only=True):
    """A successful exchange of a proof for a session."""

    account: Account
    is_new: bool
    tokens: IssuedTokens


def draw_account(now: datetime, entropy: Entropy) -> Account:
    return Account(id=UserId(uuid7(now, entropy)), pseudonym=pseudonym(entropy))


def draw_session(
    account: Account, claim: DeviceClaim | None, secret: Secret, now: datetime, entropy: Entropy
) -> tuple[IssuedTokens, Session]:
    """Draw a session and its first pair of tokens, which appear here only."""
    session_id = SessionId(uuid7(now, entropy))
    device = describe_device(claim, secret, account.id) if claim else None
    tokens, macs = draw_pair(secret, account.id, session_id, entropy).begin(now)
    return tokens, Session(
        account=account,
        id=session_id,
        tokens=macs,
        created_at=now,
        last_used_at=now,
        ends_at=now + SESSION_LIFETIME,
        device=device,
    )
