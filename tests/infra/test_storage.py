"""Buckets, tables, queues and keys: private, encrypted, and gone when their time is over."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from tests.infra.reading import Template, resources_of, statements

BUCKETS = {"OriginalsBucket": "OriginalsKey", "RenditionsBucket": "RenditionsKey"}
TABLES = {"AccountsTable": "TablesKey", "PhotosTable": "TablesKey", "PaymentsTable": "PaymentsKey"}
QUEUES = ("UploadsQueue", "UploadsDeadLetterQueue", "EditsQueue", "EditsDeadLetterQueue")
SHANGHAI = timezone(timedelta(hours=8))
"""Without daylight saving since 1991."""
LEAP_CYCLE = range(date(2024, 1, 1).toordinal(), date(2028, 1, 1).toordinal())


@pytest.mark.parametrize("bucket", BUCKETS)
class TestBuckets:
    def test_nobody_outside_can_be_let_in(self, template: Template, bucket: str) -> None:
        properties = _properties(template, bucket)

        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(properties["PublicAccessBlockConfiguration"]) == 4
        assert properties["OwnershipControls"] == {
            "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]
        }

    def test_each_class_of_photo_has_its_own_key(self, template: Template, bucket: str) -> None:
        [rule] = _properties(template, bucket)["BucketEncryption"][
            "ServerSideEncryptionConfiguration"
        ]

        assert rule["BucketKeyEnabled"] is True
        assert rule["ServerSideEncryptionByDefault"] == {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": {"Fn::GetAtt": [BUCKETS[bucket], "Arn"]},
        }

    def test_nothing_is_spoken_without_tls(self, template: Template, bucket: str) -> None:
        assert _denies_plain_http(template, f"{bucket}Policy", "s3:*")
        assert _properties(template, f"{bucket}Policy")["Bucket"] == {"Ref": bucket}

    def test_no_object_is_written_under_another_key(self, template: Template, bucket: str) -> None:
        own_key = {
            "s3:x-amz-server-side-encryption-aws-kms-key-id": {
                "Fn::GetAtt": [BUCKETS[bucket], "Arn"]
            }
        }

        conditions = [
            statement.body["Condition"]
            for statement in statements(template)
            if statement.owner == f"{bucket}Policy" and statement.actions == ["s3:PutObject"]
        ]

        assert own_key in [condition["StringNotEquals"] for condition in conditions]

    def test_a_deleted_photo_has_no_earlier_version(self, template: Template, bucket: str) -> None:
        assert "VersioningConfiguration" not in _properties(template, bucket)

    def test_an_upload_left_open_is_dropped_after_a_day(
        self, template: Template, bucket: str
    ) -> None:
        days = [
            rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
            for rule in _properties(template, bucket)["LifecycleConfiguration"]["Rules"]
            if "AbortIncompleteMultipartUpload" in rule
        ]

        assert days == [1]

    def test_the_lifecycle_covers_the_whole_bucket(self, template: Template, bucket: str) -> None:
        for rule in _properties(template, bucket)["LifecycleConfiguration"]["Rules"]:
            assert rule["Status"] == "Enabled"
            assert not {"Prefix", "TagFilters", "ObjectSizeLessThan"} & set(rule)

    def test_only_the_page_may_use_it_from_a_browser(self, template: Template, bucket: str) -> None:
        [rule] = _properties(template, bucket)["CorsConfiguration"]["CorsRules"]

        assert rule["AllowedOrigins"] == [{"Ref": "WebOrigin"}]
        assert rule["AllowedMethods"] == [{"Originals": "POST", "Renditions": "GET"}[bucket[:-6]]]


class TestUploads:
    def test_every_original_reaches_the_queue(self, template: Template) -> None:
        [rule] = _properties(template, "OriginalsBucket")["NotificationConfiguration"][
            "QueueConfigurations"
        ]

        assert rule == {
            "Event": "s3:ObjectCreated:*",
            "Queue": {"Fn::GetAtt": ["UploadsQueue", "Arn"]},
        }
        assert template["Resources"]["OriginalsBucket"]["DependsOn"] == "UploadsQueuePolicy"

    def test_only_our_own_buckets_may_send(self, template: Template) -> None:
        [allowed] = [
            statement.body
            for statement in statements(template)
            if statement.owner_type == "AWS::SQS::QueuePolicy" and statement.allows
        ]

        assert allowed["Action"] == "sqs:SendMessage"
        assert allowed["Principal"] == {"Service": "s3.amazonaws.com"}
        assert allowed["Condition"] == {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        }

    @pytest.mark.parametrize("kind", ["Uploads", "Edits"])
    def test_a_poisonous_message_leaves_after_three_tries(
        self, template: Template, kind: str
    ) -> None:
        redrive = _properties(template, f"{kind}Queue")["RedrivePolicy"]

        assert redrive == {
            "deadLetterTargetArn": {"Fn::GetAtt": [f"{kind}DeadLetterQueue", "Arn"]},
            "maxReceiveCount": 3,
        }
        assert _properties(template, f"{kind}DeadLetterQueue")["MessageRetentionPeriod"] == (
            timedelta(days=14).total_seconds()
        )

    @pytest.mark.parametrize("queue", QUEUES)
    def test_queues_are_encrypted_and_speak_tls_alone(self, template: Template, queue: str) -> None:
        assert _properties(template, queue)["SqsManagedSseEnabled"] is True
        assert _denies_plain_http(template, f"{queue}Policy", "sqs:*")


@pytest.mark.parametrize("table", TABLES)
class TestTables:
    def test_rows_survive_a_deleted_stack(self, template: Template, table: str) -> None:
        resource = template["Resources"][table]

        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
        assert _properties(template, table)["PointInTimeRecoverySpecification"] == {
            "PointInTimeRecoveryEnabled": True
        }

    def test_rows_are_encrypted_and_expire(self, template: Template, table: str) -> None:
        properties = _properties(template, table)

        assert properties["SSESpecification"]["KMSMasterKeyId"] == {
            "Fn::GetAtt": [TABLES[table], "Arn"]
        }
        assert properties["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}

    def test_keys_are_those_of_the_gateway(self, template: Template, table: str) -> None:
        assert _properties(template, table)["KeySchema"] == [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ]


class TestDueIndex:
    def test_what_is_due_is_found_without_reading_the_rest(self, template: Template) -> None:
        [index] = _properties(template, "PhotosTable")["GlobalSecondaryIndexes"]

        assert index["IndexName"] == "by_due"
        assert [key["AttributeName"] for key in index["KeySchema"]] == ["due_bucket", "expires_at"]
        assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}

    def test_what_payments_are_due_is_found_without_reading_the_rest(
        self, template: Template
    ) -> None:
        [index] = _properties(template, "PaymentsTable")["GlobalSecondaryIndexes"]

        assert index["IndexName"] == "by_due"
        assert [key["AttributeName"] for key in index["KeySchema"]] == ["due", "due_at"]
        assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


class TestKeys:
    @pytest.mark.parametrize("name", ["WechatpaySecret", "AlipaySecret"])
    def test_no_provider_is_offered_before_there_is_a_contract(
        self, template: Template, name: str
    ) -> None:
        assert _properties(template, name)["SecretString"] == "{}"

    def test_every_key_rotates(self, template: Template) -> None:
        keys = resources_of(template, "AWS::KMS::Key")

        assert set(keys) == {
            *("OriginalsKey", "RenditionsKey", "TablesKey", "PhonesKey", "PaymentsKey")
        }
        assert all(key["EnableKeyRotation"] is True for key in keys.values())

    @pytest.mark.parametrize(
        "name",
        [
            *("TablesKey", "PhonesKey", "PhoneIndexSecret"),
            *("PaymentsKey", "PaymentsSecret", "WechatpaySecret", "AlipaySecret"),
        ],
    )
    def test_what_retained_rows_need_is_retained(self, template: Template, name: str) -> None:
        resource = template["Resources"][name]

        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"

    @pytest.mark.parametrize("name", ["SessionSecret", "PhoneIndexSecret", "PaymentsSecret"])
    def test_secrets_are_made_by_the_cloud_alone(self, template: Template, name: str) -> None:
        assert _properties(template, name)["GenerateSecretString"] == {
            "PasswordLength": 64,
            "ExcludePunctuation": True,
        }


class TestRetention:
    """FD.4 says six months: S3's lifecycle is a backstop that may be late and never early."""

    def test_a_rendition_is_never_expired_early(self, templates: dict[str, Template]) -> None:
        days = _expiration_days(templates["prod"], "RenditionsBucket")

        early = [start for start in _starts() if s3_expiry(start, days) < six_months_after(start)]

        assert early == []

    def test_183_days_would_be_early(self) -> None:
        """Rounding up to midnight UTC does not make up for the longest half year's 184th day."""
        assert any(s3_expiry(start, 183) < six_months_after(start) for start in _starts())
        assert not any(s3_expiry(start, 184) < six_months_after(start) for start in _starts())

    def test_the_backstop_is_late_by_days_and_not_by_weeks(
        self, templates: dict[str, Template]
    ) -> None:
        days = _expiration_days(templates["prod"], "RenditionsBucket")

        latest = max(s3_expiry(start, days) - six_months_after(start) for start in _starts())

        assert latest < timedelta(days=14)

    def test_originals_have_the_shortest_lifecycle_there_is(
        self, templates: dict[str, Template]
    ) -> None:
        assert _expiration_days(templates["prod"], "OriginalsBucket") == 1

    def test_logs_of_365_days_outlast_any_half_year(self) -> None:
        half_years = [six_months_after(start) - start for start in _starts()]

        assert timedelta(days=365) >= max(half_years)
        assert max(half_years) == timedelta(days=184)
        assert any(timedelta(days=180) < half_year for half_year in half_years)


def six_months_after(start: datetime) -> datetime:
    """Six calendar months in Asia/Shanghai, the day clamped to the end of the month."""
    local = start.astimezone(SHANGHAI)
    year, month = divmod(local.year * 12 + local.month - 1 + 6, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day)


def s3_expiry(created: datetime, days: int) -> datetime:
    """Creation plus the days, rounded up to midnight UTC (S3 guide, "Lifecycle elements")."""
    due = created.astimezone(UTC) + timedelta(days=days)
    midnight = datetime.combine(due.date(), time(), UTC)
    return midnight if midnight == due else midnight + timedelta(days=1)


def _starts() -> Iterator[datetime]:
    """Every day of a leap cycle, at the times of day where a date changes in Shanghai or in UTC."""
    for ordinal in LEAP_CYCLE:
        day = datetime.combine(date.fromordinal(ordinal), time(), UTC)
        for offset in (
            timedelta(),
            timedelta(seconds=1),
            timedelta(hours=15, minutes=59, seconds=59),
            timedelta(hours=16),
            timedelta(hours=23, minutes=59, seconds=59),
        ):
            yield day + offset


def _expiration_days(template: Template, bucket: str) -> int:
    rules = _properties(template, bucket)["LifecycleConfiguration"]["Rules"]
    [days] = [rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule]
    assert isinstance(days, int)
    return days


def _properties(template: Template, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = template["Resources"][name]["Properties"]
    return properties


def _denies_plain_http(template: Template, policy: str, actions: str) -> bool:
    return any(
        statement.owner == policy
        and not statement.allows
        and statement.actions == [actions]
        and statement.body["Principal"] == "*"
        and statement.body["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in statements(template)
    )
