"""Events of S3 come twice, late, early and broken: the result is the same, or nothing."""

import time

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


LEASE_AND_SLACK_S = 92


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

    # A delivery that finds another worker busy comes again, once that worker's lease is over.
    queue = messages_in(system.cloud, system.outputs["UploadsQueueUrl"])
    waits_s = [each["VisibleAt"] - time.time() for each in queue if key in each["Body"]]
    assert all(wait_s <= LEASE_AND_SLACK_S for wait_s in waits_s)
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
