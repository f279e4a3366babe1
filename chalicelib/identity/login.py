"""Use case: logging in. A code is sent to a number, and exchanged for a session."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from chalicelib.clock import Clock
from chalicelib.errors import CodeRejected, SmsUnavailable
from chalicelib.identity.codes import CODE_LIFETIME, Challenge, code_mac
from chalicelib.identity.devices import DeviceClaim, describe_device
from chalicelib.identity.hashing import phone_index
from chalicelib.identity.login_store import LoginStore
from chalicelib.identity.messages import CodeMessages
from chalicelib.identity.model import Account, Session
from chalicelib.identity.notices import NoticeKind, draw_notice
from chalicelib.identity.ports import PhoneVault, SecretRing, SmsSender
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
        store: LoginStore,
        session_ring: SecretRing,
        phone_ring: SecretRing,
        vault: PhoneVault,
        messages: CodeMessages,
        sms: SmsSender,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._store = store
        self._session_ring = session_ring
        self._phone_ring = phone_ring
        self._vault = vault
        self._messages = messages
        self._sms = sms
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def request_code(self, phone: Phone) -> Challenge:
        """Send a new one-time code to a number; every earlier code for it dies.

        The challenge is stored before the message goes out: a crash between them costs the user one
        more request, and never sends what was not counted.

        Raises:
            InvalidPhone: a reserved number whose time is over.
            SmsUnavailable: the message was not taken; asking again is safe.
        """
        now = self._clock.now()
        challenge = Challenge(
            id=ChallengeId(uuid7(now, self._entropy)), expires_at=now + CODE_LIFETIME
        )
        message = self._messages.draw(phone, now)
        mac = code_mac(self._session_ring.current(), challenge.id, phone, message.code)
        self._store.put_challenge(self._index(phone), challenge, mac, now)
        try:
            self._sms.send(message)
        except SmsUnavailable:
            self._log.record("code_not_sent")
            raise
        self._log.record("code_sent")
        return challenge

    def verify_code(
        self,
        challenge_id: ChallengeId,
        phone: Phone,
        code: str,
        device: DeviceClaim | None = None,
    ) -> Login:
        """Exchange a one-time code for a session; the first success of a number creates its
        account.

        A code works once, for five minutes, and dies after five tries; the try is spent before the
        comparison, so that parallel guesses cannot share one.

        Args:
            code: six ASCII digits as typed.
            device: what the client says of itself, kept with the session.
        Raises:
            CodeRejected: wrong, used, expired, or asked for before the account was frozen;
                deliberately one error for all.
        """
        now = self._clock.now()
        index = self._index(phone)
        attempt = self._store.spend_attempt(index, challenge_id, now)
        if attempt is None:
            self._log.record("code_refused")
            raise CodeRejected(attempts_left=0)
        secret = self._session_ring.find(attempt.code_mac[:4])
        guess = code_mac(secret, challenge_id, phone, code) if secret else b""
        if not hmac.compare_digest(guess, attempt.code_mac):
            self._log.record("code_refused")
            raise CodeRejected(attempts_left=attempt.attempts_left)
        account = attempt.account or self._draw_account(now)
        tokens, session = self._draw_session(account, device, now)
        if attempt.account:
            notice = draw_notice(NoticeKind.NEW_LOGIN, session, now, self._entropy)
            opened = self._store.open_session(
                index, challenge_id, session, notice, asked_at=attempt.requested_at
            )
        else:
            sealed = self._vault.seal(phone, account.id)
            opened = self._store.open_first_session(index, challenge_id, sealed, session, now)
        if not opened:
            raise CodeRejected(attempts_left=0)
        is_new = attempt.account is None
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

    def _index(self, phone: Phone) -> str:
        return phone_index(self._phone_ring.current(), phone)
