"""What runs is what the template says, read back from the services themselves."""

import json

import pytest

from local.client import Client
from local.logs import list_groups, list_lines
from local.repair import repair
from local.system import STACK, System

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.mark.parametrize("name", ["AccountsTableName", "PhotosTableName"])
class TestTables:
    def test_rows_are_removed_when_their_time_is_over(self, system: System, name: str) -> None:
        dynamodb = system.cloud.client("dynamodb")

        found = dynamodb.describe_time_to_live(TableName=system.outputs[name])

        assert found["TimeToLiveDescription"] == {
            "TimeToLiveStatus": "ENABLED",
            "AttributeName": "ttl",
        }

    def test_they_are_encrypted_and_can_be_restored(self, system: System, name: str) -> None:
        dynamodb = system.cloud.client("dynamodb")

        table = dynamodb.describe_table(TableName=system.outputs[name])["Table"]
        backups = dynamodb.describe_continuous_backups(TableName=system.outputs[name])

        assert table["SSEDescription"]["SSEType"] == "KMS"
        recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


class TestBuckets:
    @pytest.mark.parametrize(
        ("name", "days"), [("OriginalsBucketName", [1]), ("RenditionsBucketName", [190, 740, 42])]
    )
    def test_objects_and_open_uploads_expire(
        self, system: System, name: str, days: list[int]
    ) -> None:
        s3 = system.cloud.client("s3")

        rules = s3.get_bucket_lifecycle_configuration(Bucket=system.outputs[name])["Rules"]

        assert all(rule["Status"] == "Enabled" for rule in rules)
        assert [rule["Expiration"]["Days"] for rule in rules if "Expiration" in rule] == days
        aborts = [rule.get("AbortIncompleteMultipartUpload") for rule in rules]
        assert {"DaysAfterInitiation": 1} in aborts

    @pytest.mark.parametrize(
        ("name", "method"), [("OriginalsBucketName", "POST"), ("RenditionsBucketName", "GET")]
    )
    def test_only_the_page_may_use_them_from_a_browser(
        self, system: System, name: str, method: str
    ) -> None:
        s3 = system.cloud.client("s3")

        [rule] = s3.get_bucket_cors(Bucket=system.outputs[name])["CORSRules"]

        assert (rule["AllowedOrigins"], rule["AllowedMethods"]) == ([system.url], [method])

    def test_they_keep_no_old_versions(self, system: System) -> None:
        s3 = system.cloud.client("s3")

        for name in ("OriginalsBucketName", "RenditionsBucketName"):
            assert "Status" not in s3.get_bucket_versioning(Bucket=system.outputs[name])


class TestAlarms:
    def test_every_alarm_is_there_and_content(self, system: System) -> None:
        template = json.loads(system.template.read_text())
        declared = [
            resource["Properties"]
            for resource in template["Resources"].values()
            if resource["Type"] == "AWS::CloudWatch::Alarm"
        ]

        pages = system.cloud.client("cloudwatch").get_paginator("describe_alarms").paginate()
        found = [alarm for page in pages for alarm in page["MetricAlarms"]]

        assert {alarm["AlarmDescription"] for alarm in found} == {
            alarm["AlarmDescription"] for alarm in declared
        }
        assert not [alarm["AlarmName"] for alarm in found if alarm["StateValue"] == "ALARM"]

    def test_what_they_count_is_in_the_lines_of_the_functions(
        self, system: System, person: Client
    ) -> None:
        person.expect(200, "GET", "/me")

        lines = [line.text for line in list_lines(system.cloud) if "SessionsOpened" in line.text]

        [directive] = json.loads(lines[-1])["_aws"]["CloudWatchMetrics"]
        assert (directive["Namespace"], directive["Dimensions"]) == ("ifotor", [["stage"]])
        assert json.loads(lines[-1])["stage"] == "local"


def test_every_log_is_kept_a_year(system: System) -> None:
    kept = {each["logGroupName"]: each.get("retentionInDays") for each in list_groups(system.cloud)}

    assert len(kept) >= 5
    assert set(kept.values()) == {365}, kept


def test_a_second_repair_finds_nothing_to_do(system: System) -> None:
    assert repair(system.cloud, json.loads(system.template.read_text()), STACK) == []


def test_the_local_cloud_is_up_and_complains_of_nothing(system: System) -> None:
    assert system.cloud.is_running()
    assert system.cloud.complaints() == []


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("PUT", "/photos")])
def test_what_the_api_does_not_have_is_refused_in_the_usual_form(
    person: Client, method: str, path: str
) -> None:
    answer = person.call(method, path)

    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert answer.headers["content-type"] == "application/problem+json"
