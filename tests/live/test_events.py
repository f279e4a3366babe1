"""Events of S3 come twice, late, early and broken: the result is the same, or nothing."""

import time
from typing import Any

import pytest

from bench.drawing import draw_photo
from local.client import Client
from local.inspection import list_items, list_objects
from local.system import System
from tests.live.looking import (
    messages_in,
    send,
    send_upload_event,
    wait_until,
    wait_until_dealt_with,
)

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]


IN_FLIGHT_S = 360


@pytest.fixture(scope="module")
def photo() -> bytes:
    return draw_photo(1600, 1200)


def names_of_objects(system: System, photo_id: str) -> list[str]:
    keys = [each.key for each in list_objects(system.cloud) if photo_id in each.key]
    return sorted(key.rsplit("/", 1)[-1] for key in keys)


def test_repeated_events_give_one_result(system: System, person: Client, photo: bytes) -> None:
    granted = person.grant("image/jpeg", photo)
    photo_id, key = granted["photo"]["id"], granted["upload"]["fields"]["key"]
    person.upload(granted["upload"], photo)
    first = person.wait_for(photo_id)

    for _ in range(5):
        send_upload_event(system, key)
    wait_until_dealt_with(system, key)

    after = person.expect(200, "GET", f"/photos/{photo_id}")
    assert (after["state"], after["original"]) == ("ready", first["original"])
    assert names_of_objects(system, photo_id) == ["full.jpg", "preview.jpg", "thumb.jpg"]


def test_events_delivered_at_once_give_one_result(
    system: System, person: Client, photo: bytes
) -> None:
    granted = person.grant("image/jpeg", photo)
    photo_id, key = granted["photo"]["id"], granted["upload"]["fields"]["key"]
    for _ in range(2):
        send_upload_event(system, key)
    person.upload(granted["upload"], photo)
    for _ in range(2):
        send_upload_event(system, key)
    person.wait_for(photo_id)

    # What found another worker busy comes again when that lease is over; nothing waits for longer
    # than a message that is being worked on.
    queue = messages_in(system.cloud, system.outputs["UploadsQueueUrl"])
    waits_s = [each["VisibleAt"] - time.time() for each in queue if key in each["Body"]]
    assert all(wait_s <= IN_FLIGHT_S for wait_s in waits_s)
    assert person.expect(200, "GET", f"/photos/{photo_id}")["state"] == "ready"
    assert names_of_objects(system, photo_id) == ["full.jpg", "preview.jpg", "thumb.jpg"]
    dead = messages_in(system.cloud, system.outputs["UploadsDeadLetterQueueUrl"])
    assert not any(key in each["Body"] for each in dead)


def test_an_event_that_overtakes_its_upload_does_no_harm(
    system: System, person: Client, photo: bytes
) -> None:
    granted = person.grant("image/jpeg", photo)
    send_upload_event(system, granted["upload"]["fields"]["key"])

    person.upload(granted["upload"], photo)

    assert person.wait_for(granted["photo"]["id"])["state"] == "ready"


def test_an_event_after_deletion_brings_nothing_back(
    system: System, person: Client, photo: bytes
) -> None:
    granted = person.grant("image/jpeg", photo)
    photo_id, key = granted["photo"]["id"], granted["upload"]["fields"]["key"]
    person.upload(granted["upload"], photo)
    person.wait_for(photo_id)
    person.expect(200, "DELETE", f"/photos/{photo_id}")

    person.upload(granted["upload"], photo)
    send_upload_event(system, key)
    wait_until_dealt_with(system, key)

    assert names_of_objects(system, photo_id) == []
    assert [row for _, row in list_items(system.cloud) if photo_id in row["sk"]["S"]] == []


def test_an_unintelligible_message_waits_in_the_dead_letter_queue(system: System) -> None:
    sqs, queue = system.cloud.client("sqs"), system.outputs["UploadsQueueUrl"]
    wanted = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])
    # Three deliveries, six minutes apart, would be too long a test.
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    try:
        send(system, "not a notification")
        wait_until_dealt_with(system, "not a notification")
    finally:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes=wanted["Attributes"])

    dead = system.outputs["UploadsDeadLetterQueueUrl"]
    kept = wait_until(lambda: [m for m in messages_in(system.cloud, dead) if m["ReceiveCount"] > 0])
    assert [message["Body"] for message in kept] == ["not a notification"]


def test_a_photo_whose_message_never_succeeds_says_so_and_leaves_nothing(
    system: System, person: Client, photo: bytes
) -> None:
    granted = person.grant("image/jpeg", photo)
    photo_id = granted["photo"]["id"]
    (table, row) = next(each for each in list_items(system.cloud) if photo_id in each[1]["sk"]["S"])
    # A row that the code of today cannot read stands for any failure of our own.
    system.cloud.client("dynamodb").update_item(
        TableName=table,
        Key={"pk": row["pk"], "sk": row["sk"]},
        UpdateExpression="SET content_type = :unknown",
        ExpressionAttributeValues={":unknown": {"S": "image/unknown"}},
    )
    person.upload(granted["upload"], photo)

    # Three tries, 3 and 20 seconds apart, then the dead-letter queue.
    ended = wait_until(lambda: _ended(person, photo_id), limit_s=60)
    assert ended["state"] == "failed"
    assert ended["rejection"]["code"] == "processing_failed"
    assert ended["original"]["deleted_at"]
    assert names_of_objects(system, photo_id) == []
    assert not [each for each in list_objects(system.cloud) if photo_id in each.key]


def _ended(person: Client, photo_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = person.expect(200, "GET", f"/photos/{photo_id}")
    return shown if shown["original"]["deleted_at"] else {}
