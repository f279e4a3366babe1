"""Use case: logging in. The proof of a number is exchanged for a session."""

from chalicelib.clock import Clock
from chalicelib.errors import CodeRejected
from chalicelib.identity.challenges import ChallengeService
from chalicelib.identity.devices import DeviceClaim
from chalicelib.identity.login_store import LoginStore
from chalicelib.identity.new_sessions import Login, draw_account, draw_session
from chalicelib.identity.notices import NoticeKind, draw_notice
from chalicelib.identity.ports import PhoneVault, SecretRing
from chalicelib.identity.registering import RegistrationService
from chalicelib.identity.registration import Channel, Registration
from chalicelib.ids import ChallengeId, Entropy
from chalicelib.observability import EventLog
from chalicelib.phone import Phone


class LoginService:
    def __init__(
        self,
        *,
        challenges: ChallengeService,
        registering: RegistrationService,
        store: LoginStore,
        session_ring: SecretRing,
        vault: PhoneVault,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._challenges = challenges
        self._registering = registering
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
        *,
        registration: Registration | None = None,
    ) -> Login:
        """Exchange a one-time code for a session; the first success of a number creates its
        account. A code works once.

        Args:
            code: six ASCII digits as typed.
            device: what the client says of itself, kept with the session.
            registration: needed for a number without an account, and only there.
        Raises:
            CodeRejected: wrong, used, expired, or asked for before the account was frozen;
                deliberately one error for all.
            TooManyRequests: too many wrong tries on this number today, over all its codes.
            RegistrationRequired and what else `RegistrationService.accept` refuses: the code is
                right, the number is new, and nothing is used up but the attempt.
        """
        proof = self._challenges.prove(challenge_id, phone, code)
        now = self._clock.now()
        known = proof.attempt.account
        account = known or draw_account(now, self._entropy)
        secret = self._session_ring.current()
        tokens, session = draw_session(account, device, secret, now, self._entropy)
        if known:
            notice = draw_notice(NoticeKind.NEW_LOGIN, session, now, self._entropy)
            opened = self._store.open_session(proof, session, notice)
        else:
            acceptance = self._registering.accept(registration, Channel.PHONE, registrant=phone)
            sealed = self._vault.seal(phone, account.id)
            opened = self._store.open_first_session(proof, sealed, session, acceptance)
        if not opened:
            raise CodeRejected(attempts_left=0)
        is_new = known is None
        self._log.record("session_opened", user=account.pseudonym, is_new=is_new)
        return Login(account=account, is_new=is_new, tokens=tokens)
