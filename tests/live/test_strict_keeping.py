"""What ends by itself, with every policy enforced: logs, originals, shards handed over."""

import json
from typing import Any

import pytest

from bench.drawing import draw_photo
from local.client import Client
from local.inspection import list_objects
from local.logs import list_groups
from local.system import System
from tests.live.ageing import find_row, make_due
from tests.live.looking import denials, wait_until
from tests.phones import next_phone

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]

YEAR = 365


def call(system: System, function: str) -> Any:
    """Run a scheduled function of the stack now."""
    names = system.cloud.client("lambda").list_functions()["Functions"]
    [name] = [one["FunctionName"] for one in names if function in one["FunctionName"]]
    told = dict.fromkeys(
        ("version", "id", "detail-type", "source", "account", "time", "region"), ""
    )
    event = json.dumps({**told, "resources": [], "detail": {}})
    return system.cloud.client("lambda").invoke(FunctionName=name, Payload=event)


def test_log_groups_changed_by_hand_are_mended(strict: System) -> None:
    logs = strict.cloud.client("logs")
    call(strict, "ClearOriginals")
    call(strict, "ExpirePhotos")
    ours = [group["logGroupName"] for group in list_groups(strict.cloud)]
    first, second = [name for name in ours if name.startswith("/aws/lambda/")][:2]
    logs.put_retention_policy(logGroupName=first, retentionInDays=180)
    logs.delete_retention_policy(logGroupName=second)

    answer = call(strict, "AuditLogs")

    assert "FunctionError" not in answer, answer["Payload"].read()
    days = {one["logGroupName"]: one.get("retentionInDays") for one in list_groups(strict.cloud)}
    assert (days[first], days[second]) == (YEAR, YEAR)
    assert denials(strict) == []


def test_originals_are_looked_for(strict: System) -> None:
    assert "FunctionError" not in call(strict, "ClearOriginals")
    assert denials(strict) == []


def test_a_shard_that_was_handed_over_is_swept(strict: System) -> None:
    person = Client(strict.url, ca_bundle=strict.cloud.ca_bundle)
    person.log_in(next_phone())
    photo = draw_photo(640, 480)
    granted = person.grant("image/jpeg", photo)
    photo_id = granted["photo"]["id"]
    person.upload(granted["upload"], photo)
    person.wait_for(photo_id)
    make_due(strict, photo_id)
    shard = find_row(strict, photo_id, "")[1]["due_bucket"]["S"].rpartition("#")[2]

    queue = strict.outputs["ShardsQueueUrl"]
    body = json.dumps({"shard": int(shard)})
    strict.cloud.client("sqs").send_message(QueueUrl=queue, MessageBody=body)

    wait_until(lambda: not [one for one in list_objects(strict.cloud) if photo_id in one.key])
    assert denials(strict) == []
