"""The application on moto: real adapters and services, with time, randomness and messages in hand.

Tables and buckets are made from the template's own parts, so a key that the template lacks fails
here.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
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
from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import original_object
from chalicelib.photos.edits.services import EditServices
from chalicelib.photos.granting import GrantingService, Upload
from chalicelib.photos.library import LibraryService
from chalicelib.photos.model import FirstEdit, UploadRequest
from chalicelib.photos.personal_data import PhotosData
from chalicelib.photos.ports import ImageRenderer
from chalicelib.photos.services import PhotoServices
from chalicelib.photos.store import PhotoStore
from chalicelib.settings import HumanCheckKind, Settings, SmsSenderKind
from infra.template import assemble, get_stage
from tests.fakes import (
    FakeClock,
    FakeDarkroom,
    FakeEntropy,
    FakeJobQueue,
    FakeLog,
    FakeRenderer,
    FakeRetryQueue,
    FakeRing,
    FakeSms,
)
from tests.limits import GENEROUS
from tests.people import ALICE_PHONE as ALICE_PHONE
from tests.people import BOB_PHONE as BOB_PHONE
from tests.people import People

ROOT = Path(__file__).resolve().parents[1]
REGION = "us-east-1"
JPEG = b"\xff\xd8 the bytes of a photo \xff\xd9"
FUNCTION_TIME = timedelta(seconds=60)
"""What the worker's function has left when it begins."""
TABLE_PROPERTIES = {
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
}


def make_tables(dynamodb: Any) -> dict[str, str]:
    """Create the template's tables under their logical ids; returns logical id → name."""
    infra = ROOT / "infra"
    resources = assemble(infra, get_stage(infra, "local"))["Resources"]
    names = {}
    for name, resource in resources.items():
        if resource.get("Type") != "AWS::DynamoDB::Table":
            continue
        properties = resource["Properties"]
        dynamodb.create_table(
            TableName=name, **{key: properties[key] for key in TABLE_PROPERTIES & properties.keys()}
        )
        names[name] = name
    return names


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
        payments_secret_arn=secrets.create_secret(Name="payments", SecretString="three")["ARN"],
        wechatpay_secret_arn=secrets.create_secret(Name="wechatpay", SecretString="{}")["ARN"],
        alipay_secret_arn=secrets.create_secret(Name="alipay", SecretString="{}")["ARN"],
        uploads_queue_url=client("sqs").create_queue(QueueName="uploads")["QueueUrl"],
        edits_queue_url=client("sqs").create_queue(QueueName="edits")["QueueUrl"],
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


class World(People):
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
        self.queue = FakeRetryQueue()
        self.renderer = FakeRenderer()
        self.darkroom = FakeDarkroom()
        self.edit_queue = FakeJobQueue()
        self.session_ring = FakeRing(b"session key")
        self.phone_ring = FakeRing(b"phone key")
        self.accounts = DynamoTable(self.dynamodb, "AccountsTable")
        self.photos = DynamoTable(self.dynamodb, "PhotosTable")
        self.originals = S3Objects(self.s3, "originals", key_arn="arn:key")
        self.renditions = S3Objects(self.s3, "renditions")
        self.photo_store = PhotoStore(self.photos)
        self.build_identity()
        self._build_photos(renderer or self.renderer)

    def _build_photos(self, renderer: ImageRenderer) -> None:
        store, clock, log = self.photo_store, self.clock, self.log
        buckets = {"originals": self.originals, "renditions": self.renditions}
        self.granting = GrantingService(
            store=store, originals=self.originals, clock=clock, entropy=self.entropy, log=log
        )
        self.library = LibraryService(store=store, renditions=self.renditions, clock=clock)
        self.edits = EditServices(
            photos=self.photos,
            renditions=self.renditions,
            darkroom=self.darkroom,
            queue=self.edit_queue,
            clock=clock,
            entropy=self.entropy,
            log=log,
        )
        self.photo_services = PhotoServices(
            photos=self.photos,
            register=GuestRegisterStore(self.accounts, clock),
            clock=clock,
            entropy=self.entropy,
            log=log,
            **buckets,
        )
        self.worker = self.photo_services.worker_with(renderer, self.queue, self.edit_queue)
        self.deletion, self.arrivals = self.photo_services.deletion, self.photo_services.arrivals
        self.expiry = self.photo_services.expiry
        self.photos_data = PhotosData(store, **buckets)

    def grant(
        self,
        user_id: UserId,
        *,
        key: str = "key-1",
        count: int = 1,
        guest_until: datetime | None = None,
        first_edit: FirstEdit | None = None,
    ) -> tuple[Upload, ...]:
        wanted = UploadRequest(
            content_type="image/jpeg", size_bytes=1000, sha256=None, first_edit=first_edit
        )
        return self.granting.grant_uploads(
            user_id, [wanted] * count, idempotency_key=key, guest_until=guest_until
        )

    def upload(
        self,
        user_id: UserId,
        *,
        key: str = "key-1",
        data: bytes = JPEG,
        first_edit: FirstEdit | None = None,
    ) -> PhotoId:
        """Grant one photo and put its bytes where a client would post them."""
        photo_id = self.grant(user_id, key=key, first_edit=first_edit)[0].photo.id
        self.put_original(user_id, photo_id, data)
        return photo_id

    def put_original(self, user_id: UserId, photo_id: PhotoId, data: bytes = JPEG) -> None:
        self.s3.put_object(Bucket="originals", Key=original_object(user_id, photo_id), Body=data)

    def deliver(self, user_id: UserId, photo_id: PhotoId, *, attempt: int = 1) -> Mapping[str, Any]:
        """Bring the message of an upload to the worker, as Lambda would; return its answer."""
        event = upload_event(user_id, photo_id, attempt=attempt)
        return self.worker.process_uploads(event, within=FUNCTION_TIME)

    def objects(self) -> set[str]:
        """Every object there is, as bucket/key."""
        return {
            f"{bucket}/{found['Key']}"
            for bucket in ("originals", "renditions")
            for found in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        }

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


def s3_notification(*object_keys: str) -> str:
    records = [{"s3": {"object": {"key": key.replace("/", "%2F")}}} for key in object_keys]
    return json.dumps({"Records": records})


def upload_event(user_id: UserId, photo_id: PhotoId, *, attempt: int = 1) -> dict[str, Any]:
    """What Lambda gets for one finished upload."""
    return sqs_event(s3_notification(original_object(user_id, photo_id)), attempt=attempt)


def sqs_event(body: str, *, attempt: int = 1) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": "message-1",
                "receiptHandle": "receipt-1",
                "body": body,
                "attributes": {"ApproximateReceiveCount": str(attempt)},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:uploads",
                "awsRegion": REGION,
            }
        ]
    }
