"""A grant is for one file, as said: S3 itself refuses everything else."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from bench.drawing import draw_photo
from local.client import Client
from local.inspection import list_objects
from local.system import System

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture(scope="module")
def photo() -> bytes:
    return draw_photo(640, 480)


def changed(upload: dict[str, Any], **fields: str) -> dict[str, Any]:
    """Return a grant with some fields replaced or added (`_` stands for `-`)."""
    new = {name.replace("_", "-"): value for name, value in fields.items()}
    return {**upload, "fields": {**upload["fields"], **new}}


@pytest.mark.parametrize(
    "fields",
    [
        {"key": "00/elsewhere"},
        {"Content_Type": "text/html"},
        {"success_action_status": "200"},
        {"x_amz_server_side_encryption": "AES256"},
        {"x_amz_checksum_sha256": base64.b64encode(bytes(32)).decode()},
        {"acl": "public-read"},
        {"x_amz_meta_note": "mine"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_changed_or_added_field_is_refused(
    system: System, person: Client, photo: bytes, fields: dict[str, str]
) -> None:
    granted = person.grant("image/jpeg", photo)
    if "success_action_status" in fields:
        upload = granted["upload"]
        upload = {**upload, "fields": {**upload["fields"], **fields}}
    else:
        upload = changed(granted["upload"], **fields)

    answer = person.upload(upload, photo)

    assert answer.status in (400, 403)
    assert list_objects(system.cloud, system.outputs["OriginalsBucketName"]) == []


@pytest.mark.parametrize("name", ["key", "Content-Type", "policy", "x-amz-checksum-sha256"])
def test_a_missing_field_is_refused(
    system: System, person: Client, photo: bytes, name: str
) -> None:
    upload = person.grant("image/jpeg", photo)["upload"]
    del upload["fields"][name]

    assert person.upload(upload, photo).status in (400, 403)
    assert list_objects(system.cloud, system.outputs["OriginalsBucketName"]) == []


def test_a_byte_more_than_granted_is_refused(person: Client, photo: bytes) -> None:
    upload = person.grant("image/jpeg", photo)["upload"]

    assert person.upload(upload, photo + b"\0").status == 400


def test_an_empty_file_is_refused(person: Client, photo: bytes) -> None:
    upload = person.grant("image/jpeg", photo)["upload"]

    assert person.upload(upload, b"").status == 400


def test_other_bytes_than_announced_never_become_a_photo(person: Client, photo: bytes) -> None:
    granted = person.grant("image/jpeg", photo)
    flipped = bytes([*photo[:-1], photo[-1] ^ 1])

    sent = person.upload(granted["upload"], flipped)

    assert sent.status == 400 or person.wait_for(granted["photo"]["id"])["state"] == "rejected"


def test_a_grant_dies_after_ten_minutes(person: Client, photo: bytes) -> None:
    granted = person.grant("image/jpeg", photo)

    policy = json.loads(base64.b64decode(granted["upload"]["fields"]["policy"]))
    created_at = datetime.fromisoformat(granted["photo"]["created_at"])
    lifetime = datetime.fromisoformat(policy["expiration"]) - created_at
    assert timedelta(minutes=9) < lifetime <= timedelta(minutes=10, seconds=1)
