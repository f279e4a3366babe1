"""Use case: linking third-party logins to one's account, and taking them away. Both are explicit,
leave a notice, and never join two accounts.
"""

from datetime import datetime

from chalicelib.clock import Clock
from chalicelib.errors import Unauthenticated
from chalicelib.identity.errors import RegistrationRequired
from chalicelib.identity.notices import Notice, NoticeKind, draw_notice
from chalicelib.identity.policy import VERSION_IN_FORCE
from chalicelib.identity.ports import LoginProvider
from chalicelib.identity.provider_proofs import ProviderProofs
from chalicelib.identity.provider_states import Begun, ProviderReturn
from chalicelib.identity.provider_store import ProviderStore
from chalicelib.identity.session_store import SessionStore
from chalicelib.ids import Caller, Entropy
from chalicelib.observability import EventLog, Level


class LinkingService:
    def __init__(
        self,
        *,
        proofs: ProviderProofs,
        store: ProviderStore,
        sessions: SessionStore,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._proofs = proofs
        self._store = store
        self._sessions = sessions
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def begin(self, caller: Caller, provider: LoginProvider, challenge: str) -> Begun:
        """Begin a login that can be linked to the caller's account and used for nothing else.

        Raises:
            RegistrationRequired: the caller is a guest, who logs in by it instead.
        """
        if caller.guest_until:
            raise RegistrationRequired(VERSION_IN_FORCE)
        return self._proofs.begin(provider, challenge, links_to=caller.user_id)

    def link(self, caller: Caller, provider: LoginProvider, returned: ProviderReturn) -> None:
        """Link the login that a client brought back; one that is linked already stays so.

        Raises:
            LoginTaken: it opens another account, which stays as it is.
            LoginPresent: the account has another login of that provider.
            Unauthenticated: the session has ended meanwhile.
            ProviderLoginRejected, ProviderUnavailable, TooManyRequests, NotFound: as
                `ProviderProofs.prove` says.
        """
        proof = self._proofs.prove(provider, returned, links_to=caller.user_id)
        now = self._clock.now()
        notice = self._draw_notice(NoticeKind.LOGIN_LINKED, caller, now)
        if self._store.link(proof, caller, notice):
            self._log.record(
                "login_linked", level=Level.WARNING, user=caller.pseudonym, provider=provider
            )

    def unlink(self, caller: Caller, provider: LoginProvider) -> None:
        """Take a login away: from the next one on it opens this account no more.

        Raises:
            NotFound: none of that provider is linked.
            LastLogin: the account was opened with it and has no phone number.
            Unauthenticated: the session has ended meanwhile.
        """
        notice = self._draw_notice(NoticeKind.LOGIN_UNLINKED, caller, self._clock.now())
        self._store.unlink(provider, caller, notice)
        self._log.record(
            "login_unlinked", level=Level.WARNING, user=caller.pseudonym, provider=provider
        )

    def _draw_notice(self, kind: NoticeKind, caller: Caller, now: datetime) -> Notice:
        session = self._sessions.find_session(caller.user_id, caller.session_id)
        if session is None:
            raise Unauthenticated
        return draw_notice(kind, session, now, self._entropy)
