"""Use case: an edit costs credits: reserved when it is asked for, spent or given back at its end.

Whoever makes edits only marks a charge; a schedule posts it to the wallet's ledger, and gives back
what nobody marked in time. Either is one transaction that can happen once (crash windows 11 to 13).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.clock import Clock
from chalicelib.errors import Unavailable
from chalicelib.ids import EditId, UserId
from chalicelib.observability import EventLog, Level
from chalicelib.payments.charges import Charge, ChargeStore, Mark
from chalicelib.payments.due_store import DuePayments
from chalicelib.payments.hashing import PaymentNames
from chalicelib.payments.store import PaymentStore
from chalicelib.storage import ConditionFailed, Elsewhere


class ChargingService:
    """The port `Credits` of photos.

    Args:
        is_selling: whether credits can be bought at all; where they cannot, nothing costs any.
    """

    def __init__(
        self,
        *,
        charges: ChargeStore,
        store: PaymentStore,
        names: PaymentNames,
        is_selling: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._is_selling = is_selling
        self._charges = charges
        self._store = store
        self._names = names
        self._clock = clock

    def owed_by(self, user_id: UserId, credits: int) -> int:
        """Return what an edit costs a user: members pay nothing."""
        if not self._is_selling():
            return 0
        until = self._store.find_member_until(self._names.wallet_of(user_id))
        return 0 if until and self._clock.now() < until else credits

    def count_available(self, user_id: UserId) -> int:
        return self._store.get_balance(self._names.wallet_of(user_id)).available

    def holding(
        self, user_id: UserId, edit_id: EditId, credits: int, *, until: datetime
    ) -> tuple[Elsewhere, ...]:
        wallet, now = self._names.wallet_of(user_id), self._clock.now()
        return self._charges.holding(edit_id, wallet, credits, now, until)


class ChargeSettlingService:
    def __init__(
        self, *, due: DuePayments, charges: ChargeStore, clock: Clock, log: EventLog
    ) -> None:
        self._due = due
        self._charges = charges
        self._clock = clock
        self._log = log

    def settle_charges(self, *, within: timedelta) -> int:
        """Post every charge that is due; return how many were. Repeats are harmless."""
        until, settled = self._clock.now() + within, 0
        for charge in self._due.list_charges(self._clock.now()):
            if self._clock.now() >= until:
                break
            settled += self._settle(charge)
        return settled

    def _settle(self, charge: Charge) -> bool:
        now = self._clock.now()
        if charge.mark is None and now < charge.give_back_at:
            return False
        try:
            has_wallet = self._charges.settle(charge, now)
        except (ConditionFailed, Unavailable):
            # Another run, a worker in the last moment, or a throttle: it is due at the next run.
            return False
        self._log.record(
            "charge_settled",
            level=Level.INFO if has_wallet else Level.WARNING,
            reason=charge.mark or Mark.NOT_MADE,
            count=charge.credits,
        )
        return True
