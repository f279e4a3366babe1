"""The application on moto: real adapters and services, with time, randomness and messages in hand.

Tables and buckets are made from the template's own parts, so a key that the template lacks fails
here.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from chalicelib.aws.clients import client
from chalicelib.aws.dynamodb import DynamoTable
from chalicelib.aws.s3 import S3Objects
from chalicelib.identity.code_limits import CodeLimits
from chalicelib.identity.guest_store import GuestRegisterStore
from chalicelib.identity.ports import HumanCheck
from chalicelib.keys import TOMBSTONES
from chalicelib.photos.ports import ImageRenderer
from chalicelib.settings import HumanCheckKind, Settings, SmsSenderKind
from chalicelib.storage import Key
from infra.template import assemble, get_stage
from tests.fakes import (
    FakeClock,
    FakeEntropy,
    FakeLog,
    FakeRing,
    FakeSms,
)
from tests.limits import GENEROUS
from tests.people import ALICE_PHONE as ALICE_PHONE
from tests.people import BOB_PHONE as BOB_PHONE
from tests.people import People
from tests.photo_world import FUNCTION_TIME as FUNCTION_TIME
from tests.photo_world import JPEG as JPEG
from tests.photo_world import REGION as REGION
from tests.photo_world import PhotoWorld
from tests.photo_world import s3_notification as s3_notification
from tests.photo_world import sqs_event as sqs_event
from tests.photo_world import upload_event as upload_event

ROOT = Path(__file__).resolve().parents[1]
TABLE_PROPERTIES = {
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
}


@cache
def table_definitions() -> dict[str, dict[str, Any]]:
    """The template's tables by their logical ids, read once: a world is made for every test."""
    infra = ROOT / "infra"
    resources = assemble(infra, get_stage(infra, "local"))["Resources"]
    return {
        name: {
            key: resource["Properties"][key]
            for key in TABLE_PROPERTIES & resource["Properties"].keys()
        }
        for name, resource in resources.items()
        if resource.get("Type") == "AWS::DynamoDB::Table"
    }


def make_tables(dynamodb: Any) -> dict[str, str]:
    """Create the template's tables under their logical ids; returns logical id → name."""
    for name, definition in table_definitions().items():
        dynamodb.create_table(TableName=name, **definition)
    return {name: name for name in table_definitions()}


def make_stores() -> Settings:
    """Create everything a container needs, each under its logical id or a name of its own."""
    make_tables(client("dynamodb"))
    secrets, kms, s3 = client("secretsmanager"), client("kms"), client("s3")
    for bucket in ("originals", "renditions"):
        s3.create_bucket(Bucket=bucket)
    return Settings(
        stage="test",
        accounts_table="AccountsTable",
        photos_table="PhotosTable",
        originals_bucket="originals",
        renditions_bucket="renditions",
        originals_key_arn="arn:originals",
        phones_key_arn=kms.create_key()["KeyMetadata"]["Arn"],
        session_secret_arn=secrets.create_secret(Name="session", SecretString="one")["ARN"],
        phone_index_secret_arn=secrets.create_secret(Name="phone", SecretString="two")["ARN"],
        payments_table="PaymentsTable",
        register_table="RegisterTable",
        payments_secret_arn=secrets.create_secret(Name="payments", SecretString="three")["ARN"],
        wechatpay_secret_arn=secrets.create_secret(Name="wechatpay", SecretString="{}")["ARN"],
        alipay_secret_arn=secrets.create_secret(Name="alipay", SecretString="{}")["ARN"],
        uploads_queue_url=client("sqs").create_queue(QueueName="uploads")["QueueUrl"],
        edits_queue_url=client("sqs").create_queue(QueueName="edits")["QueueUrl"],
        shards_queue_url=client("sqs").create_queue(QueueName="shards")["QueueUrl"],
        stack_name="ifotor-test",
        web_origin="https://photos.example",
        sms_sender=SmsSenderKind.SNS,
        allowed_countries="86,1,44",
        codes_per_address_an_hour=60,
        codes_a_day=20_000,
        code_cooldown_s=0,
        human_check=HumanCheckKind.NONE,
        turnstile_secret_arn="",
    )


def last_text() -> str:
    """Return the newest message that was handed to SNS."""
    sent = sns_backends[DEFAULT_ACCOUNT_ID][REGION].sms_messages
    return str(list(sent.values())[-1][1])


class World(People, PhotoWorld):
    """One user's view, one worker's view and the hands of a test on the same moto account."""

    def __init__(
        self,
        renderer: ImageRenderer | None = None,
        *,
        limits: CodeLimits = GENEROUS,
        human_check: HumanCheck | None = None,
    ) -> None:
        self.limits = limits
        self.human_check = human_check
        self.dynamodb = client("dynamodb")
        self.s3 = client("s3")
        make_tables(self.dynamodb)
        for bucket in ("originals", "renditions"):
            self.s3.create_bucket(Bucket=bucket)
        self.clock = FakeClock()
        self.entropy = FakeEntropy()
        self.sms = FakeSms()
        self.log = FakeLog()
        self.session_ring = FakeRing(b"session key")
        self.phone_ring = FakeRing(b"phone key")
        self.accounts = DynamoTable(self.dynamodb, "AccountsTable")
        self.photos = DynamoTable(self.dynamodb, "PhotosTable")
        self.payments = DynamoTable(self.dynamodb, "PaymentsTable")
        self.originals = S3Objects(self.s3, "originals", key_arn="arn:key")
        self.renditions = S3Objects(self.s3, "renditions")
        self.build_identity()
        self.register = GuestRegisterStore(self.accounts, self.clock)
        self.consents = self.consenting
        self.build_photos(renderer)

    def objects(self) -> set[str]:
        """Every object there is, as bucket/key."""
        return {
            f"{bucket}/{found['Key']}"
            for bucket in ("originals", "renditions")
            for found in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])
            if not found["Key"].startswith(TOMBSTONES)
        }

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table, as the gateway reads it."""
        keys = [one for page in self._scan(table) for one in page["Items"]]
        gateway = DynamoTable(self.dynamodb, table)
        found = [gateway.get(Key(one["pk"]["S"], one["sk"]["S"])) for one in keys]
        return [dict(row) for row in found if row]

    def _scan(self, table: str) -> Iterator[dict[str, Any]]:
        yield from self.dynamodb.get_paginator("scan").paginate(TableName=table)

    def dump(self) -> str:
        """Every row of every table, as text."""
        rows = [
            self.dynamodb.scan(TableName=table)["Items"]
            for table in ("AccountsTable", "PhotosTable")
        ]
        return json.dumps(rows, default=repr)


@contextmanager
def running_world(
    renderer: ImageRenderer | None = None,
    *,
    limits: CodeLimits = GENEROUS,
    human_check: HumanCheck | None = None,
) -> Iterator[World]:
    with mock_aws():
        yield World(renderer, limits=limits, human_check=human_check)
