"""Alarms, metrics and the runbook belong together: what one of them names, the others have."""

import re
from pathlib import Path
from typing import Any

import pytest

from app import app
from chalicelib.identity.code_limits import ALARMING
from chalicelib.identity.guest_limits import GUESTS_PER_DAY
from chalicelib.metrics import METRICS, NAMESPACE, STAGE
from tests.infra.reading import Template, resources_of

AWS_METRICS = {
    "AWS/ApiGateway": {"5XXError", "Latency"},
    "AWS/SQS": {"NumberOfMessagesReceived", "ApproximateAgeOfOldestMessage"},
    "AWS/Lambda": {"Errors"},
}
"""Metrics of the services that alarms watch, as their documentation spells them."""

METRICS_BY_NAME = {name: metric for metric in METRICS.values() for name in metric.units}


def alarms(template: Template) -> dict[str, Any]:
    return resources_of(template, "AWS::CloudWatch::Alarm")


def dimensions(alarm: dict[str, Any]) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in alarm["Dimensions"]}


def runbook_sections(root: Path) -> set[str]:
    """Return the anchors of the runbook's sections, as GitHub makes them."""
    text = (root / "docs" / "runbook.md").read_text(encoding="utf-8")
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    return {title.lower().replace(" ", "-") for title in titles}


class TestMetrics:
    def test_every_alarm_watches_a_metric_that_exists(self, template: Template) -> None:
        declared = {NAMESPACE: set(METRICS_BY_NAME), **AWS_METRICS}

        unknown = {
            name: alarm["MetricName"]
            for name, alarm in alarms(template).items()
            if alarm["MetricName"] not in declared[alarm["Namespace"]]
        }

        assert alarms(template)
        assert unknown == {}

    def test_our_metrics_are_watched_with_the_dimensions_they_are_counted_with(
        self, template: Template
    ) -> None:
        for name, alarm in alarms(template).items():
            if alarm["Namespace"] != NAMESPACE:
                continue
            by = METRICS_BY_NAME[alarm["MetricName"]].by
            assert dimensions(alarm)[STAGE] == {"Ref": "Stage"}, name
            assert dimensions(alarm).keys() - {STAGE} <= {by}, name

    def test_every_limit_that_needs_us_has_an_alarm(self, template: Template) -> None:
        watched = {dimensions(alarm).get("limit") for alarm in alarms(template).values()}

        assert watched - {None} == ALARMING | {GUESTS_PER_DAY}

    def test_the_stage_is_the_one_the_functions_count_for(self, template: Template) -> None:
        stage = template["Globals"]["Function"]["Environment"]["Variables"]["STAGE"]

        assert template["Parameters"]["Stage"]["Default"] == stage
        assert template["Parameters"]["Stage"]["AllowedValues"] == [stage]

    def test_the_api_is_counted_under_the_name_it_has(self, template: Template) -> None:
        api = template["Resources"]["RestAPI"]["Properties"]
        watched = [a for a in alarms(template).values() if a["Namespace"] == "AWS/ApiGateway"]

        for alarm in watched:
            assert dimensions(alarm)["ApiName"] == api["DefinitionBody"]["info"]["title"]
            assert dimensions(alarm)["Stage"] == api["StageName"]

    def test_methods_that_are_watched_are_served(self, template: Template) -> None:
        named = [dimensions(a) for a in alarms(template).values() if "Method" in dimensions(a)]

        assert named
        assert all(one["Method"] in app.routes[one["Resource"]] for one in named)


class TestRunbook:
    def test_every_alarm_leads_to_a_section_and_every_section_has_an_alarm(
        self, template: Template, root: Path
    ) -> None:
        link = re.compile(r"\. docs/runbook\.md#([a-z-]+)$")
        linked = {
            name: link.search(alarm["AlarmDescription"]) for name, alarm in alarms(template).items()
        }

        assert {name for name, found in linked.items() if not found} == set()
        assert {found[1] for found in linked.values() if found} == runbook_sections(root)

    def test_events_and_limits_it_names_are_real(self, root: Path) -> None:
        text = (root / "docs" / "runbook.md").read_text(encoding="utf-8")
        source = "".join(
            path.read_text(encoding="utf-8") for path in (root / "chalicelib").rglob("*.py")
        )
        named = set(re.findall(r'["`]([a-z]+(?:_[a-z]+)+)["`]', text))
        written = {name for name in named if f'"{name}"' in source}

        assert "code_limited" in named
        assert named - written <= {
            "dead_letter_failed",  # written with its outcome: dead_letter_{outcome}
            "request_id",
            *("process_upload", "fail_upload", "expire_photos", "expire_shards", "check_payments"),
            *("clear_originals", "audit_logs"),
            *("sms_sender", "human_check"),
        }


class TestActions:
    def test_operators_are_told_of_the_start_and_the_end_if_there_are_any(
        self, template: Template
    ) -> None:
        told = {"Fn::If": ["HasOperators", [{"Ref": "OperatorsTopicArn"}], {"Ref": "AWS::NoValue"}]}

        assert template["Parameters"]["OperatorsTopicArn"]["Default"] == ""
        for name, alarm in alarms(template).items():
            assert alarm["AlarmActions"] == alarm["OKActions"] == told, name

    @pytest.mark.parametrize(
        ("arn", "fits"),
        [
            ("", True),
            ("arn:aws:sns:us-east-1:123456789012:operators", True),
            ("arn:aws-cn:sns:cn-north-1:123456789012:operators", True),
            ("operators", False),
        ],
    )
    def test_a_topic_of_either_partition_is_taken(
        self, template: Template, arn: str, fits: bool
    ) -> None:
        pattern = template["Parameters"]["OperatorsTopicArn"]["AllowedPattern"]

        assert bool(re.fullmatch(pattern, arn)) is fits

    def test_silence_is_a_failure_only_of_what_runs_by_itself(self, template: Template) -> None:
        silent = {
            name
            for name, alarm in alarms(template).items()
            if alarm["TreatMissingData"] != "notBreaching"
        }

        assert silent == {"SweepLagAlarm", "OldestOriginalAlarm"}
        assert all(alarms(template)[name]["TreatMissingData"] == "breaching" for name in silent)

    def test_the_local_cloud_knows_every_kind_of_alarm(self, template: Template) -> None:
        """It has no metric math, and every stage is watched like the one that is tried there."""
        assert not [name for name, alarm in alarms(template).items() if "Metrics" in alarm]


class TestSpend:
    def test_the_warning_comes_at_four_fifths_of_the_cap(self, template: Template) -> None:
        parameters = template["Parameters"]
        cap, warning = parameters["CodesADay"]["Default"], parameters["CodesADayAlarm"]["Default"]

        assert warning == int(cap) * 4 // 5
