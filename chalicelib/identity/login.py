"""Use case: logging in. The proof of a number is exchanged for a session."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.clock import Clock
from chalicelib.errors import CodeRejected
from chalicelib.identity.challenges import ChallengeService
from chalicelib.identity.devices import DeviceClaim, describe_device
from chalicelib.identity.login_store import LoginStore
from chalicelib.identity.model import Account, Session
from chalicelib.identity.notices import NoticeKind, draw_notice
from chalicelib.identity.ports import PhoneVault, SecretRing
from chalicelib.identity.tokens import SESSION_LIFETIME, IssuedTokens, draw_pair
from chalicelib.ids import ChallengeId, Entropy, SessionId, UserId, pseudonym, uuid7
from chalicelib.observability import EventLog
from chalicelib.phone import Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A successful exchange of a code."""

    account: Account
    is_new: bool
    tokens: IssuedTokens


class LoginService:
    def __init__(
        self,
        *,
        challenges: ChallengeService,
        store: LoginStore,
        session_ring: SecretRing,
        vault: PhoneVault,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._challenges = challenges
        self._store = store
        self._session_ring = session_ring
        self._vault = vault
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def verify_code(
        self,
        challenge_id: ChallengeId,
        phone: Phone,
        code: str,
        device: DeviceClaim | None = None,
    ) -> Login:
        """Exchange a one-time code for a session; the first success of a number creates its
        account. A code works once.

        Args:
            code: six ASCII digits as typed.
            device: what the client says of itself, kept with the session.
        Raises:
            CodeRejected: wrong, used, expired, or asked for before the account was frozen;
                deliberately one error for all.
            TooManyRequests: too many wrong tries on this number today, over all its codes.
        """
        proof = self._challenges.prove(challenge_id, phone, code)
        now = self._clock.now()
        known = proof.attempt.account
        account = known or self._draw_account(now)
        tokens, session = self._draw_session(account, device, now)
        if known:
            notice = draw_notice(NoticeKind.NEW_LOGIN, session, now, self._entropy)
            opened = self._store.open_session(proof, session, notice)
        else:
            sealed = self._vault.seal(phone, account.id)
            opened = self._store.open_first_session(proof, sealed, session)
        if not opened:
            raise CodeRejected(attempts_left=0)
        is_new = known is None
        self._log.record("session_opened", user=account.pseudonym, is_new=is_new)
        return Login(account=account, is_new=is_new, tokens=tokens)

    def _draw_account(self, now: datetime) -> Account:
        return Account(id=UserId(uuid7(now, self._entropy)), pseudonym=pseudonym(self._entropy))

    def _draw_session(
        self, account: Account, claim: DeviceClaim | None, now: datetime
    ) -> tuple[IssuedTokens, Session]:
        session_id = SessionId(uuid7(now, self._entropy))
        secret = self._session_ring.current()
        device = describe_device(claim, secret, account.id) if claim else None
        tokens, macs = draw_pair(secret, account.id, session_id, self._entropy).begin(now)
        return tokens, Session(
            account=account,
            id=session_id,
            tokens=macs,
            created_at=now,
            last_used_at=now,
            ends_at=now + SESSION_LIFETIME,
            device=device,
        )
