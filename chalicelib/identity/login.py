"""Use case: logging in. The proof of a number is exchanged for a session."""

from datetime import datetime

from msgspec import structs

from chalicelib.clock import Clock
from chalicelib.identity.challenges import ChallengeService
from chalicelib.identity.codes import Proof
from chalicelib.identity.devices import DeviceClaim
from chalicelib.identity.dormancy import DORMANT_AFTER, NO_ANSWER, DormantAnswer
from chalicelib.identity.errors import CodeRejected
from chalicelib.identity.guest_writes import account_of
from chalicelib.identity.login_store import LoginStore
from chalicelib.identity.model import Account
from chalicelib.identity.new_sessions import Login, draw_account, draw_session
from chalicelib.identity.notices import NoticeKind, draw_notice
from chalicelib.identity.ports import PhoneVault, SecretRing
from chalicelib.identity.recovering import RecoveryService
from chalicelib.identity.registering import RegistrationService
from chalicelib.identity.registration import Channel, Registration
from chalicelib.identity.session_opening import DormantAccount
from chalicelib.ids import Caller, ChallengeId, Entropy
from chalicelib.observability import EventLog
from chalicelib.phone import Phone
from chalicelib.pseudonyms import pseudonym_in
from chalicelib.storage import Item


class LoginService:
    def __init__(
        self,
        *,
        challenges: ChallengeService,
        registering: RegistrationService,
        recovery: RecoveryService,
        store: LoginStore,
        session_ring: SecretRing,
        vault: PhoneVault,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._challenges = challenges
        self._registering = registering
        self._recovery = recovery
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
        answer: DormantAnswer = NO_ANSWER,
        guest: Caller | None = None,
    ) -> Login:
        """Exchange a one-time code for a session; the first success of a number creates its
        account. A code works once.

        Args:
            code: six ASCII digits as typed.
            device: what the client says of itself, kept with the session.
            registration: needed for a number without an account, and only there.
            answer: needed for an account that was left alone for long, and only there.
            guest: who comes, as proven by a guest's token. A new number makes the guest's account
                its own; a known one gets the guest's photos.
        Raises:
            CodeRejected: wrong, used, expired, or asked for before the account was frozen;
                deliberately one error for all.
            TooManyRequests: too many wrong tries on this number today, over all its codes.
            RegistrationRequired and what else `RegistrationService.accept` refuses: the code is
                right, the number is new, and nothing is used up but the attempt.
            SecondFactorRequired, SecondFactorRejected: the same for a dormant account.
            Conflict: the account is said to be somebody else's, and its owner was there lately.
        """
        proved = self._challenges.prove(challenge_id, phone, code)
        proof = structs.replace(proved, guest=guest)
        known = proof.attempt.account
        if known is None:
            return self._register(proof, device, registration)
        if answer.is_not_mine:
            return self._register(proof, device, registration, self._recovery.get_abandoned(known))
        try:
            return self._enter(known, proof, device, self._clock.now() - DORMANT_AFTER)
        except DormantAccount as dormant:
            self._recovery.question(known, dormant.profile, proof, answer)
        return self._enter(known, proof, device, None)

    def _enter(
        self,
        account: Account,
        proof: Proof,
        device: DeviceClaim | None,
        dormant_before: datetime | None,
    ) -> Login:
        now = self._clock.now()
        secret = self._session_ring.current()
        tokens, session = draw_session(account, device, secret, now, self._entropy)
        notice = draw_notice(NoticeKind.NEW_LOGIN, session, now, self._entropy)
        if not self._store.open_session(proof, session, notice, dormant_before):
            raise CodeRejected(attempts_left=0)
        self._log.record("session_opened", user=account.pseudonym, is_new=False)
        return Login(account=account, is_new=False, tokens=tokens)

    def _register(
        self,
        proof: Proof,
        device: DeviceClaim | None,
        registration: Registration | None,
        abandoned: Item | None = None,
    ) -> Login:
        """Open a new account for a number, in the place of the abandoned one if it has that."""
        accepted = self._registering.accept(registration, Channel.PHONE, registrant=proof.phone)
        now = self._clock.now()
        account = account_of(proof.guest) or draw_account(now, self._entropy)
        secret = self._session_ring.current()
        tokens, session = draw_session(account, device, secret, now, self._entropy)
        sealed = self._vault.seal(proof.phone, account.id)
        if not self._store.open_first_session(proof, sealed, session, accepted, abandoned):
            raise CodeRejected(attempts_left=0)
        if abandoned:
            self._log.record("account_locked", user=pseudonym_in(abandoned))
        self._log.record("session_opened", user=account.pseudonym, is_new=True)
        return Login(account=account, is_new=True, tokens=tokens)
