"""Which events are counted: one table, from the event of a log line to its metric in CloudWatch.

`infra/alarms.yaml` watches them and `docs/runbook.md` says what to do. A metric outlives every
account and costs money for each value of its dimensions, so no dimension can hold a person.
"""

from collections.abc import Mapping

from msgspec import Struct

NAMESPACE = "ifotor"
STAGE = "stage"
"""The dimension that every metric has."""
DIMENSIONS = frozenset({"limit", "kind"})
"""Fields of a line that may split a metric: names of ours, a dozen values at most."""


class Value(Struct, frozen=True):
    """A number that a line has besides: that of the field `of`, in `unit` (a word of CloudWatch's).

    A line without it adds nothing to it.
    """

    name: str
    of: str
    unit: str


class Metric(Struct, frozen=True):
    """A count: each line adds one, for the stage and again for each value of the field `by`.

    With `of` it is the value of that field instead, in `unit` (a word of CloudWatch's), such as an
    age; 0 where the line has none. `also` are further metrics, split in the same way.
    """

    name: str
    by: str | None = None
    of: str | None = None
    unit: str = "Count"
    also: tuple[Value, ...] = ()

    @property
    def units(self) -> Mapping[str, str]:
        """Return the unit of each metric that a line adds to, by its name."""
        return {self.name: self.unit} | {one.name: one.unit for one in self.also}


METRICS: Mapping[str, Metric] = {
    "session_opened": Metric("SessionsOpened"),
    "session_ended": Metric("SessionsEnded"),
    "sessions_ended": Metric("SessionsEndedTogether"),
    "token_reused": Metric("TokensReused"),
    "account_frozen": Metric("AccountsFrozen"),
    "account_locked": Metric("AccountsLocked"),
    "number_changed": Metric("NumbersChanged"),
    "number_change_asked": Metric("NumberChangesAsked"),
    "number_change_cancelled": Metric("NumberChangesCancelled"),
    "number_warning_not_sent": Metric("NumberWarningsNotSent"),
    "old_number_wrong": Metric("OldNumbersWrong"),
    "recovery_code_set": Metric("RecoveryCodesSet"),
    "second_factor_asked": Metric("SecondFactorsAsked"),
    "second_factor_refused": Metric("SecondFactorsRefused"),
    "code_sent": Metric("CodesSent"),
    "code_not_sent": Metric("CodesNotSent"),
    "code_refused": Metric("CodesRefused"),
    "code_limited": Metric("CodesLimited", by="limit"),
    "guest_opened": Metric("GuestsOpened"),
    "guest_limited": Metric("GuestsLimited", by="limit"),
    "provider_login_refused": Metric("ProviderLoginsRefused"),
    "provider_login_limited": Metric("ProviderLoginsLimited", by="limit"),
    "login_linked": Metric("LoginsLinked"),
    "login_unlinked": Metric("LoginsUnlinked"),
    "human_check_failed": Metric("HumanChecksFailed"),
    "payment_mismatched": Metric("PaymentsMismatched"),
    "refund_stuck": Metric("RefundsStuck"),
    "provider_silent": Metric("ProvidersSilent"),
    "notification_refused": Metric("NotificationsRefused"),
    "notification_from_elsewhere": Metric("NotificationsFromElsewhere"),
    "request_failed": Metric("RequestsFailed"),
    "refund_due": Metric("RefundsDue"),
    "certificate_checked": Metric("DaysToExpiry", of="count"),
    "difference_found": Metric("DifferencesFound"),
    "difference_overdue": Metric("DifferencesOverdue"),
    "bill_overdue": Metric("BillsOverdue"),
    "bill_unreadable": Metric("BillsUnreadable"),
    "notification_probed": Metric("NotificationsProbed"),
    "photos_expired": Metric("PhotosExpired", of="count"),
    "sweep_ended": Metric("SweepLag", of="age_s", unit="Seconds"),
    "originals_checked": Metric("OldestOriginal", of="age_s", unit="Seconds"),
    "original_left_behind": Metric("OriginalsLeftBehind"),
    "log_group_wrong": Metric("LogGroupsWrong"),
    "log_group_not_mended": Metric("LogGroupsNotMended"),
    "expiry_failed": Metric("ExpiriesFailed"),
    "upload_attempt_failed": Metric("UploadAttemptsFailed"),
    "edit_attempt_failed": Metric("EditAttemptsFailed"),
    "job_ended": Metric(
        "JobsEnded",
        by="kind",
        also=(
            Value("JobDuration", of="duration_ms", unit="Milliseconds"),
            Value("JobProcessorTime", of="cpu_ms", unit="Milliseconds"),
            Value("JobPeakMemory", of="peak_mb", unit="Megabytes"),
            Value("JobBytesIn", of="bytes_in", unit="Bytes"),
            Value("JobBytesOut", of="bytes_out", unit="Bytes"),
            Value("JobCost", of="cost_nanousd", unit="None"),
        ),
    ),
}
"""Every event of identity is here, and what else an operator is woken for."""
