"""Use case: proving who comes by a third-party login, for whatever it was begun: to log in, or to
link it.
"""

from collections.abc import Mapping

from chalicelib.clock import Clock
from chalicelib.errors import NotFound, TooManyRequests
from chalicelib.identity.code_limits import Budget, Counter, Limit, Window
from chalicelib.identity.errors import ProviderLoginRejected, ProviderUnavailable
from chalicelib.identity.hashing import keyed_hash
from chalicelib.identity.ports import IdentityProvider, LoginProvider, Secret, SecretRing
from chalicelib.identity.provider_states import (
    Begun,
    Errand,
    ProviderReturn,
    State,
    challenge_of,
    subject_index,
)
from chalicelib.identity.provider_store import ProviderProof, ProviderStore
from chalicelib.identity.subjects import network_of
from chalicelib.ids import Entropy, UserId
from chalicelib.observability import EventLog, Level

RETURNS_PER_ADDRESS = Limit(
    "provider_logins_per_address_per_hour", Counter.SENT, Window.HOUR, most=120
)
"""Returns from providers, each of which is a row, a call to the provider and up to five seconds.
Twice what codes allow: nobody pays for them, and a person who changes their mind comes again."""


class ProviderProofs:
    def __init__(
        self,
        *,
        store: ProviderStore,
        providers: Mapping[LoginProvider, IdentityProvider],
        state_ring: SecretRing,
        subject_ring: SecretRing,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        """
        Args:
            providers: those that the stage offers.
            state_ring: keys of states; changing them ends the logins that are on their way.
            subject_ring: keys under which providers' names are found; never changed.
        """
        self._store = store
        self._providers = providers
        self._state_ring = state_ring
        self._subject_ring = subject_ring
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def list_offered(self) -> list[LoginProvider]:
        return [one for one in LoginProvider if one in self._providers]

    def begin(
        self, provider: LoginProvider, challenge: str, *, links_to: UserId | None = None
    ) -> Begun:
        """Begin a login: nothing is stored and nobody is asked.

        Args:
            challenge: base64url of the SHA-256 of a secret that stays with the client (RFC 7636).
            links_to: the account that gets the login linked; None to log in.
        Raises:
            NotFound: the stage does not offer that provider.
        """
        gate = self._gate(provider)
        errand = Errand(provider=provider, challenge=challenge, links_to=links_to)
        state = State.draw(errand, self._state_ring.current(), self._clock.now(), self._entropy)
        text = state.to_text()
        return Begun(
            authorize_url=gate.authorize_url(text), state=text, expires_at=state.expires_at
        )

    def prove(
        self,
        provider: LoginProvider,
        returned: ProviderReturn,
        *,
        links_to: UserId | None = None,
    ) -> ProviderProof:
        """Exchange what a client brought back for the proof of who agreed.

        A state works once, for ten minutes, for the client, provider and purpose it was drawn for.
        It is used up before the provider is asked, so that parallel returns cannot share one.

        Raises:
            NotFound: the stage does not offer that provider.
            ProviderLoginRejected: forged, used, expired, begun elsewhere or for something else, or
                the provider does not know the code; deliberately one error for all.
            ProviderUnavailable: the provider did not answer; the login has to begin again.
            TooManyRequests: too many returns from this address within the hour.
        """
        gate = self._gate(provider)
        errand = Errand(
            provider=provider, challenge=challenge_of(returned.verifier), links_to=links_to
        )
        try:
            return self._prove(gate, errand, returned)
        except (ProviderLoginRejected, ProviderUnavailable) as refusal:
            self._log.record("provider_login_refused", provider=provider, reason=refusal.code)
            raise
        except TooManyRequests as refusal:
            limit = str(refusal.facts["limit"])
            self._log.record("provider_login_limited", level=Level.WARNING, limit=limit)
            raise

    def _prove(
        self, gate: IdentityProvider, errand: Errand, returned: ProviderReturn
    ) -> ProviderProof:
        now = self._clock.now()
        state = State.parse(returned.state)
        secret = self._state_ring.find(state.secret_id) if state else None
        if state is None or secret is None or not state.is_of(errand, secret):
            raise ProviderLoginRejected
        if now < state.drawn_at:
            raise ProviderLoginRejected
        subject_secret = self._subject_ring.current()
        state_index = state.index(secret)
        budget = _budget(subject_secret, returned.source_ip)
        if now < state.expires_at:
            kept = self._store.use_state(state_index, budget, now)
        else:
            kept = self._store.get_kept(state_index, now)
        found = kept or subject_index(subject_secret, gate.prove(returned.code))
        return ProviderProof(
            provider=errand.provider,
            subject_index=found,
            state_index=state_index,
            begun_at=state.drawn_at,
            is_kept=kept is not None,
        )

    def _gate(self, provider: LoginProvider) -> IdentityProvider:
        gate = self._providers.get(provider)
        if gate is None:
            raise NotFound
        return gate


def _budget(secret: Secret, source_ip: str) -> Budget:
    network = network_of(source_ip).encode()
    address = keyed_hash(secret, "provider-limit/address", network).hex()
    return Budget(f"provider/{address}", (RETURNS_PER_ADDRESS,))
