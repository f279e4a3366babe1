"""Waiting for what happens by itself in the local cloud, and looking into its queues."""

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

from local.cloud import Cloud
from local.logs import list_lines
from local.system import System

Found = TypeVar("Found")


def denials(system: System) -> list[str]:
    """Return the log lines that tell of a failed attempt or a failed request."""
    words = ("AccessDenied", "attempt_failed", "request_failed", "Traceback")
    return [each.text for each in list_lines(system.cloud) if any(w in each.text for w in words)]


def wait_until(look: Callable[[], Found], *, limit_s: float = 30) -> Found:
    """Look again and again until something is there, or fail with what was seen last."""
    deadline = time.monotonic() + limit_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"still {found!r} after {limit_s} s"
        time.sleep(0.1)
    return found


def messages_in(cloud: Cloud, queue_url: str) -> list[dict[str, Any]]:
    """Return every message of a queue, those in flight too, without touching any."""
    with urllib.request.urlopen(f"{cloud.endpoint}/_ministack/sqs/messages") as answer:
        accounts = json.load(answer)["messages"]
    name = queue_url.rsplit("/", 1)[-1]
    return [
        message
        for regions in accounts.values()
        for queues in regions.values()
        for url, messages in queues.items()
        if url.rsplit("/", 1)[-1] == name
        for message in messages
    ]


def send_upload_event(system: System, key: str) -> None:
    """Send what S3 sends when an original has been stored, whether or not one has."""
    bucket = system.outputs["OriginalsBucketName"]
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventName": "ObjectCreated:Post",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key, "size": 1}},
    }
    send(system, json.dumps({"Records": [record]}))


def send(system: System, body: str) -> None:
    """Put a message into the queue of uploads."""
    system.cloud.client("sqs").send_message(
        QueueUrl=system.outputs["UploadsQueueUrl"], MessageBody=body
    )


def wait_until_dealt_with(system: System, words: str, *, limit_s: float = 30) -> None:
    """Wait until no message in the queue of uploads holds some words any more."""
    queue = system.outputs["UploadsQueueUrl"]
    wait_until(
        lambda: not any(words in each["Body"] for each in messages_in(system.cloud, queue)),
        limit_s=limit_s,
    )
