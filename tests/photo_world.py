"""Photos and edits on whatever tables and buckets there are, and the messages that reach them."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import original_object
from chalicelib.payments.charges import ChargeMarks, ChargeStore
from chalicelib.payments.charging import ChargeSettlingService, ChargingService
from chalicelib.payments.due_store import DuePayments
from chalicelib.payments.hashing import PaymentNames
from chalicelib.payments.store import PaymentStore
from chalicelib.photos.edits.services import EditServices
from chalicelib.photos.granting import Upload
from chalicelib.photos.model import FirstEdit, UploadRequest
from chalicelib.photos.ports import Darkroom, GuestRegister, ImageRenderer, JobQueue
from chalicelib.photos.services import PhotoServices
from chalicelib.privacy.ports import Consents
from chalicelib.storage import Objects, Table
from tests.fakes import (
    FakeClock,
    FakeDarkroom,
    FakeEntropy,
    FakeJobQueue,
    FakeLog,
    FakeRenderer,
    FakeRetryQueue,
    FakeRing,
)

REGION = "us-east-1"
JPEG = b"\xff\xd8 the bytes of a photo \xff\xd9"
FUNCTION_TIME = timedelta(seconds=60)
"""What the worker's function has left when it begins."""


class PhotoWorld:
    """A library and its workers; whoever inherits it brings stores, time and randomness."""

    photos: Table
    payments: Table
    originals: Objects
    renditions: Objects
    register: GuestRegister
    consents: Consents
    clock: FakeClock
    entropy: FakeEntropy
    log: FakeLog

    def build_photos(self, renderer: ImageRenderer | None = None) -> None:
        self.queue = FakeRetryQueue()
        self.renderer = FakeRenderer()
        self.darkroom = FakeDarkroom()
        self.edit_queue = FakeJobQueue()
        self.shards = FakeJobQueue()
        self.is_selling = False
        self.payment_names = PaymentNames(FakeRing(b"payments key"), self.entropy)
        buckets = {"originals": self.originals, "renditions": self.renditions}
        self.photo_services = PhotoServices(
            photos=self.photos,
            register=self.register,
            consents=self.consents,
            clock=self.clock,
            entropy=self.entropy,
            log=self.log,
            **buckets,
        )
        self.photo_store = self.photo_services.store
        self.granting, self.library = self.photo_services.granting, self.photo_services.library
        jobs = self.watched(self.edit_queue)
        self.charges = ChargeStore(self.payments, self.payment_names)
        self.wallets = PaymentStore(self.payments)
        self.charging = ChargingService(
            charges=self.charges,
            store=self.wallets,
            names=self.payment_names,
            is_selling=lambda: self.is_selling,
            clock=self.clock,
        )
        self.edits = self.edits_in(self.darkroom)
        self.charge_settling = ChargeSettlingService(
            due=DuePayments(self.payments), charges=self.charges, clock=self.clock, log=self.log
        )
        self.worker = self.photo_services.worker_with(renderer or self.renderer, self.queue, jobs)
        self.deletion, self.arrivals = self.photo_services.deletion, self.photo_services.arrivals
        self.choices = self.photo_services.choices
        self.expiry = self.photo_services.expiry_with(self.watched(self.shards))
        self.photos_data = self.photo_services.personal_data
        self.holds = self.photo_services.holds

    def edits_in(self, darkroom: Darkroom) -> EditServices:
        return self.photo_services.edits_with(
            darkroom,
            self.watched(self.edit_queue),
            credits=lambda: self.charging,
            charges=ChargeMarks(self.payments),
        )

    def watched(self, queue: JobQueue) -> JobQueue:
        """What the services get in place of a queue."""
        return queue

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
        key = original_object(user_id, photo_id)
        self.originals.put(key, data, content_type="image/jpeg", backstop="none")

    def deliver(self, user_id: UserId, photo_id: PhotoId, *, attempt: int = 1) -> Mapping[str, Any]:
        """Bring the message of an upload to the worker, as Lambda would; return its answer."""
        event = upload_event(user_id, photo_id, attempt=attempt)
        return self.worker.process_uploads(event, within=FUNCTION_TIME)


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
