"""Every log group of the stack keeps its lines as long as the law asks, and no longer."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import botocore.session
import pytest
from moto import mock_aws

from chalicelib.aws.clients import client
from chalicelib.aws.logs import CloudWatchLogGroups
from chalicelib.retention.log_audit import Fault, Finding, LogAuditService
from chalicelib.retention.ports import LogGroup
from chalicelib.retention.rules import CLOUDWATCH_DAYS
from chalicelib.retention.schedule import LOGS
from tests.fakes import FakeLog
from tests.retention.half_years import all_starts, six_months_after

YEAR = 365


class Account:
    """The log groups of an account, and an audit of the stack `photos` in it."""

    def __init__(self) -> None:
        self.logs = client("logs")
        self.log = FakeLog()

    def make(self, name: str, days: int | None = YEAR) -> None:
        self.logs.create_log_group(logGroupName=name)
        if days:
            self.logs.put_retention_policy(logGroupName=name, retentionInDays=days)

    def kept(self, name: str) -> int | None:
        [group] = self.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        days: int | None = group.get("retentionInDays")
        return days

    def audit(self, groups: Any = None) -> list[Finding]:
        adapter = groups or CloudWatchLogGroups(self.logs)
        return LogAuditService(groups=adapter, stack_name="photos", log=self.log).audit_logs()


@pytest.fixture
def account() -> Iterator[Account]:
    with mock_aws():
        yield Account()


class TestDays:
    def test_180_days_would_breach_the_clause_whatever_the_first_day(self) -> None:
        too_short = timedelta(days=180)

        assert all(start + too_short < six_months_after(start) for start in all_starts())

    def test_the_days_of_the_schedule_never_do(self) -> None:
        assert all(start + LOGS.period >= six_months_after(start) for start in all_starts())

    def test_no_smaller_value_that_cloudwatch_takes_would_do(self) -> None:
        smaller = [days for days in CLOUDWATCH_DAYS if days < LOGS.period.days]

        assert LOGS.period.days in CLOUDWATCH_DAYS
        for days in smaller:
            assert any(
                start + timedelta(days=days) < six_months_after(start) for start in all_starts()
            ), days

    def test_cloudwatch_takes_what_its_own_description_says(self) -> None:
        """The text of the field in the service model that boto3 brings along."""
        model = botocore.session.get_session().get_service_model("logs")
        text = model.shape_for("Days").documentation
        said = text[text.index("Possible values are:") : text.index("3653") + 4]
        listed = said.partition(":")[2].replace("and", "").split(",")

        assert [int(days) for days in listed] == list(CLOUDWATCH_DAYS)


class TestAudit:
    @pytest.mark.parametrize(
        ("days", "fault"),
        [
            *((180, Fault.TOO_SHORT), (1, Fault.TOO_SHORT), (None, Fault.NEVER_ENDS)),
            *((3653, Fault.TOO_LONG), (400, Fault.TOO_LONG)),
        ],
    )
    def test_a_group_changed_by_hand_is_mended_and_reported(
        self, account: Account, days: int | None, fault: Fault
    ) -> None:
        name = "/aws/lambda/photos-ProcessUpload-1"
        account.make(name, days)

        [finding] = account.audit()

        assert account.kept(name) == YEAR
        assert (finding.group.kept_days, finding.fault, finding.is_mended) == (days, fault, True)
        [told] = [line for line in account.log.lines if line["message"] == "log_group_wrong"]
        assert (told["log_group"], told["reason"]) == (name, fault)

    def test_a_second_audit_finds_nothing(self, account: Account) -> None:
        account.make("/aws/lambda/photos-One-1", None)
        account.make("photos-ApiAccessLogs-2", 30)

        assert len(account.audit()) == 2
        assert account.audit() == []
        assert account.log.lines[-1]["count"] == 2

    def test_groups_of_others_are_left_alone(self, account: Account) -> None:
        others = ("/aws/lambda/else-One-1", "/aws/lambda/photosynthesis-One-1", "photosynthesis-2")
        for name in others:
            account.make(name, 180)

        assert account.audit() == []
        assert {account.kept(name) for name in others} == {180}

    def test_more_groups_than_a_page_has(self, account: Account) -> None:
        for number in range(120):
            account.make(f"photos-{number:03}", 180 if number % 40 == 0 else YEAR)

        assert len(account.audit()) == 3

    def test_one_that_cannot_be_mended_keeps_no_other_from_it(self, account: Account) -> None:
        account.make("photos-a", 180)
        account.make("photos-b", 180)

        class Denied(CloudWatchLogGroups):
            def keep_for(self, name: str, days: int) -> None:
                if name == "photos-a":
                    raise PermissionError
                super().keep_for(name, days)

        findings = account.audit(Denied(account.logs))

        assert [finding.is_mended for finding in findings] == [False, True]
        assert (account.kept("photos-a"), account.kept("photos-b")) == (180, YEAR)
        assert "log_group_not_mended" in account.log.events()

    def test_the_adapter_tells_forever_from_a_number(self, account: Account) -> None:
        account.make("photos-a", None)
        account.make("photos-b", 7)

        assert list(CloudWatchLogGroups(account.logs).list_groups("photos-")) == [
            LogGroup(name="photos-a", kept_days=None),
            LogGroup(name="photos-b", kept_days=7),
        ]
