"""Use case: editing without giving a phone number or anything else (2.1.1, 2.2, SE.4).

A guest is an account with an end and without a number. docs/decisions/0014-guests.md says what
becomes of its photos.
"""

from msgspec import Struct

from chalicelib.clock import Clock
from chalicelib.errors import TooManyRequests
from chalicelib.identity.guest_limits import GUESTS_PER_DAY, GuestLimits, budgets_of_guest
from chalicelib.identity.guest_store import GuestStore
from chalicelib.identity.model import Account
from chalicelib.identity.new_sessions import draw_account, draw_session
from chalicelib.identity.ports import SecretRing
from chalicelib.identity.tokens import IssuedTokens
from chalicelib.ids import Entropy
from chalicelib.observability import EventLog, Level
from chalicelib.retention.model import GUEST_LIFETIME


class OpenedGuest(Struct, frozen=True, kw_only=True):
    account: Account
    tokens: IssuedTokens


class GuestService:
    def __init__(
        self,
        *,
        store: GuestStore,
        ring: SecretRing,
        limits: GuestLimits,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._store = store
        self._ring = ring
        self._limits = limits
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def open_guest(self, source_ip: str) -> OpenedGuest:
        """Open an account with an end, and its only session; it asks for nothing and keeps nothing.

        A repeat opens another guest. One whose answer was lost ends unused.

        Args:
            source_ip: as API Gateway saw it; counted as a keyed hash for two days, and not kept
                with the guest.
        Raises:
            TooManyRequests: the address, or everybody, has opened as many as are let through.
        """
        now = self._clock.now()
        secret = self._ring.current()
        account = draw_account(now, self._entropy, guest_until=now + GUEST_LIFETIME)
        tokens, session = draw_session(account, None, secret, now, self._entropy)
        budgets = budgets_of_guest(secret, source_ip, self._limits, self._entropy)
        try:
            self._store.put_guest(session, budgets)
        except TooManyRequests as refusal:
            limit = str(refusal.facts["limit"])
            level = Level.ERROR if limit == GUESTS_PER_DAY else Level.WARNING
            self._log.record("guest_limited", level=level, limit=limit)
            raise
        self._log.record("guest_opened", user=account.pseudonym)
        return OpenedGuest(account=account, tokens=tokens)
