"""Use case: letting staff act, under a name and for a reason, with the register first.

A crash between the register and the act leaves a row about what was never done: the harmless
order. The other one would leave an act that nobody can be asked about.
"""

from chalicelib.clock import Clock
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.ids import Entropy, uuid7
from chalicelib.observability import EventLog
from chalicelib.staff.model import (
    check_reference,
    check_staff,
    is_month,
    is_place,
    is_subject,
    month_of,
)
from chalicelib.staff.ports import Act
from chalicelib.staff.register_store import ActPage, RegisterStore


class StaffRegister:
    def __init__(
        self, *, store: RegisterStore, clock: Clock, entropy: Entropy, log: EventLog
    ) -> None:
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def enter(self, *, signer_arn: str, action: str, subjects: list[str], reference: str) -> Act:
        """Write down what staff asks for, each try by itself; only then may it be done.

        Args:
            signer_arn: as API Gateway proved it.
            action: the name of the route's view.
            subjects: the values in the path.
        Raises:
            NotStaff, ReferenceRequired; NotFound: a value in the path is no id of ours.
        """
        staff = check_staff(signer_arn)
        if not all(is_subject(one) for one in subjects):
            raise NotFound
        now = self._clock.now()
        act = Act(
            id=uuid7(now, self._entropy),
            staff=staff,
            action=action,
            subject="/".join(subjects),
            reference=check_reference(reference),
            at=now,
        )
        self._store.add(act)
        self._log.record("staff_acted", reason=action)
        return act

    def list_acts(self, month: str | None, *, limit: int, after: str | None) -> ActPage:
        """Return what staff asked for in a month (UTC; None: the present one), newest first.

        Raises:
            InvalidRequest: no month, or the cursor of something else.
        """
        wanted = month_of(self._clock.now()) if month is None else month
        if not is_month(wanted):
            raise InvalidRequest.at("/month", "Expected a month such as 2026-11.")
        if after is not None and not is_place(after):
            raise InvalidRequest.at("/cursor", "Expected the next_cursor of an earlier page.")
        return self._store.list_acts(wanted, limit=limit, after=after)
