"""What a new account and a new session are made of, whatever proved who comes. No I/O."""

from datetime import datetime

from msgspec import Struct

from chalicelib.identity.devices import DeviceClaim, describe_device
from chalicelib.identity.model import Account, Session
from chalicelib.identity.ports import Secret
from chalicelib.identity.tokens import SESSION_LIFETIME, IssuedTokens, draw_pair
from chalicelib.ids import Entropy, SessionId, UserId, uuid7
from chalicelib.pseudonyms import draw_log_key


class Login(Struct, frozen=True, kw_only=True):
    """A successful exchange of a proof for a session."""

    account: Account
    is_new: bool
    tokens: IssuedTokens


def draw_account(
    now: datetime, entropy: Entropy, *, guest_until: datetime | None = None
) -> Account:
    user_id = UserId(uuid7(now, entropy))
    return Account(id=user_id, log_key=draw_log_key(entropy), guest_until=guest_until)


def draw_session(
    account: Account, claim: DeviceClaim | None, secret: Secret, now: datetime, entropy: Entropy
) -> tuple[IssuedTokens, Session]:
    """Draw a session and its first pair of tokens, which appear here only. A guest's session ends
    with the guest.
    """
    session_id = SessionId(uuid7(now, entropy))
    device = describe_device(claim, secret, account.id) if claim else None
    tokens, macs = draw_pair(secret, account.id, session_id, entropy).begin(now)
    ends_at = account.guest_until or now + SESSION_LIFETIME
    return tokens.within(ends_at), Session(
        account=account,
        id=session_id,
        tokens=macs,
        created_at=now,
        last_used_at=now,
        ends_at=ends_at,
        device=device,
    )
