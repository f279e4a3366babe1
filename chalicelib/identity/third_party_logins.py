"""All that third-party logins are made of, put together: proving, logging in, linking."""

from collections.abc import Mapping

from chalicelib.clock import Clock
from chalicelib.identity.linking import LinkingService
from chalicelib.identity.ports import IdentityProvider, LoginProvider, SecretRing
from chalicelib.identity.provider_login import ProviderLoginService
from chalicelib.identity.provider_proofs import ProviderProofs
from chalicelib.identity.provider_store import ProviderStore
from chalicelib.identity.registering import RegistrationService
from chalicelib.identity.session_store import SessionStore
from chalicelib.ids import Entropy
from chalicelib.observability import EventLog
from chalicelib.storage import Table


class ThirdPartyLogins:
    def __init__(
        self,
        *,
        accounts: Table,
        registering: RegistrationService,
        providers: Mapping[LoginProvider, IdentityProvider],
        session_ring: SecretRing,
        index_ring: SecretRing,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        """
        Args:
            providers: those that the stage offers.
            session_ring: keys of tokens, and of logins on their way.
            index_ring: keys under which the providers' names for people are found.
        """
        store = ProviderStore(accounts)
        rings = {"state_ring": session_ring, "subject_ring": index_ring}
        self.proofs = ProviderProofs(
            store=store, providers=providers, clock=clock, entropy=entropy, log=log, **rings
        )
        self.login = ProviderLoginService(
            proofs=self.proofs,
            registering=registering,
            store=store,
            session_ring=session_ring,
            clock=clock,
            entropy=entropy,
            log=log,
        )
        self.linking = LinkingService(
            proofs=self.proofs,
            store=store,
            sessions=SessionStore(accounts),
            clock=clock,
            entropy=entropy,
            log=log,
        )
