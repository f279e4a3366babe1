"""Buckets, tables, queues and keys: private, encrypted, and gone when their time is over."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.retention.model import BACKSTOP_DAYS
from tests.infra.reading import Template, expiration_days, resources_of, statements

BUCKETS = {"OriginalsBucket": "OriginalsKey", "RenditionsBucket": "RenditionsKey"}
TABLES = dict.fromkeys(("AccountsTable", "PhotosTable", "RegisterTable"), "TablesKey")
TABLES["PaymentsTable"] = "PaymentsKey"
QUEUES = (
    *("UploadsQueue", "UploadsDeadLetterQueue", "EditsQueue", "EditsDeadLetterQueue"),
    "ShardsQueue",
)


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
            assert not {"Prefix", "ObjectSizeLessThan"} & set(rule)
        if bucket == "OriginalsBucket":
            assert expiration_days(template, bucket) == {"": 1}
        else:
            assert expiration_days(template, bucket) == BACKSTOP_DAYS

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
