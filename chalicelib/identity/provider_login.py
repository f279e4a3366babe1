"""Use case: logging in through a provider. The proof of a provider's name is exchanged for a
session.
"""

from typing import NoReturn

from chalicelib.clock import Clock
from chalicelib.errors import AppError
from chalicelib.identity.devices import DeviceClaim
from chalicelib.identity.errors import AccountFrozen, ProviderLoginRejected
from chalicelib.identity.guest_writes import account_of
from chalicelib.identity.model import Account
from chalicelib.identity.new_sessions import Login, draw_account, draw_session
from chalicelib.identity.notices import NoticeKind, draw_notice
from chalicelib.identity.ports import LoginProvider, SecretRing
from chalicelib.identity.provider_proofs import ProviderProofs
from chalicelib.identity.provider_states import ProviderReturn
from chalicelib.identity.provider_store import ProviderProof, ProviderStore
from chalicelib.identity.registering import RegistrationService
from chalicelib.identity.registration import Acceptance, Channel, Registration
from chalicelib.ids import Caller, Entropy
from chalicelib.observability import EventLog, Level


class ProviderLoginService:
    def __init__(
        self,
        *,
        proofs: ProviderProofs,
        registering: RegistrationService,
        store: ProviderStore,
        session_ring: SecretRing,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._proofs = proofs
        self._registering = registering
        self._store = store
        self._session_ring = session_ring
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def log_in(
        self,
        provider: LoginProvider,
        returned: ProviderReturn,
        device: DeviceClaim | None = None,
        *,
        registration: Registration | None = None,
        guest: Caller | None = None,
    ) -> Login:
        """Exchange what a client brought back from a provider for a session.

        Args:
            registration: needed for somebody without an account, and only there. The provider's
                code works once, but what it proved is kept for ten minutes: the same call may come
                again with a registration, or with another one.
            guest: who comes, as proven by a guest's token; as with `LoginService.verify_code`.
        Raises:
            AccountFrozen: only a code that is asked for after the freeze thaws the account; where
                it has no number, only the login it was opened with, begun after the freeze.
            RegistrationRequired and what else `RegistrationService.accept` refuses: the login is
                right and has no account yet. Its state is the registrant's name.
            ProviderLoginRejected, ProviderUnavailable, TooManyRequests, NotFound: as
                `ProviderProofs.prove` says, or the login was unlinked at this moment.
        """
        proof = self._proofs.prove(provider, returned)
        now = self._clock.now()
        known = self._store.find_owner(proof)
        account = known or account_of(guest) or draw_account(now, self._entropy)
        secret = self._session_ring.current()
        tokens, session = draw_session(account, device, secret, now, self._entropy)
        if known:
            notice = draw_notice(NoticeKind.NEW_LOGIN, session, now, self._entropy)
            opened = self._store.open_session(proof, session, notice, guest)
        else:
            acceptance = self._accept(registration, proof, returned.state)
            opened = self._store.open_first_session(proof, session, acceptance, guest)
        if not opened:
            self._refuse(account, provider)
        is_new = known is None
        self._log.record("session_opened", user=account.pseudonym, is_new=is_new, provider=provider)
        return Login(account=account, is_new=is_new, tokens=tokens)

    def _accept(
        self, registration: Registration | None, proof: ProviderProof, state: str
    ) -> Acceptance:
        """Judge the registration; what was proven is kept for a better one."""
        try:
            channel = Channel(proof.provider)
            return self._registering.accept(registration, channel, registrant=state)
        except AppError:
            if not proof.is_kept:
                self._store.keep_proof(proof)
            raise

    def _refuse(self, account: Account, provider: LoginProvider) -> NoReturn:
        if not self._store.is_frozen(account.id):
            raise ProviderLoginRejected
        self._log.record(
            "provider_login_refused",
            level=Level.WARNING,
            user=account.pseudonym,
            provider=provider,
            reason=AccountFrozen.code,
        )
        raise AccountFrozen
