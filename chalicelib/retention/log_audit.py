"""Use case: network logs are kept six months and not for ever, whoever made their group (ST.1,
ST.0).

The template gives its own groups their days. But a group can also be made by Lambda's first line,
by a person, or be changed by hand; what it holds then ends too early, or never. So the account is
asked every day, and what differs is mended and told.
"""

from enum import StrEnum

from msgspec import Struct

from chalicelib.observability import EventLog, Level, where
from chalicelib.retention.ports import LogGroup, LogGroups
from chalicelib.retention.schedule import LOGS


class Fault(StrEnum):
    """What is wrong about how long a group keeps its lines."""

    NEVER_ENDS = "never_ends"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"


class Finding(Struct, frozen=True, kw_only=True):
    group: LogGroup
    fault: Fault
    is_mended: bool


class LogAuditService:
    def __init__(self, *, groups: LogGroups, stack_name: str, log: EventLog) -> None:
        self._groups = groups
        # Of the functions, and of what CloudFormation names, such as the gateway's.
        self._prefixes = (f"/aws/lambda/{stack_name}-", f"{stack_name}-")
        self._log = log

    def audit_logs(self) -> list[Finding]:
        """Compare every group of the stack with the schedule, mend what differs, and report it.

        A group that cannot be mended keeps no other from it. Repeatable: a second audit finds
        nothing.
        """
        groups = [group for prefix in self._prefixes for group in self._groups.list_groups(prefix)]
        findings = [
            Finding(group=group, fault=fault, is_mended=self._mend(group, fault))
            for group in groups
            if (fault := find_fault(group))
        ]
        self._log.record("logs_audited", count=len(groups))
        return findings

    def _mend(self, group: LogGroup, fault: Fault) -> bool:
        self._log.record("log_group_wrong", level=Level.WARNING, log_group=group.name, reason=fault)
        try:
            self._groups.keep_for(group.name, LOGS.period.days)
        except Exception as error:
            self._log.record(
                "log_group_not_mended",
                level=Level.ERROR,
                log_group=group.name,
                error=type(error).__name__,
                location=where(error),
            )
            return False
        return True


def find_fault(group: LogGroup) -> Fault | None:
    wanted = LOGS.period.days
    if group.kept_days is None:
        return Fault.NEVER_ENDS
    if group.kept_days == wanted:
        return None
    return Fault.TOO_SHORT if group.kept_days < wanted else Fault.TOO_LONG
