"""Bring back rows of the photos table out of a restored backup, and nobody who was destroyed since.

docs/runbook.md, "Restoring the photos table", says when and how.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.aws.dynamodb import DynamoTable
from chalicelib.aws.s3 import S3Objects
from chalicelib.clock import SystemClock
from chalicelib.observability import JsonLog
from chalicelib.photos.restoring import Restored, RestoreService
from chalicelib.photos.tombstones import Tombstones


def restore_photos(
    backup: str, *, outputs: Mapping[str, str], client: Callable[[str], Any]
) -> Restored:
    """Copy what is missing out of a table into the stack's own.

    Args:
        backup: name of the table that point-in-time recovery made.
        outputs: of the stack.
        client: makes a client of a service of AWS.
    """
    dynamodb = client("dynamodb")
    service = RestoreService(
        photos=DynamoTable(dynamodb, outputs["PhotosTableName"]),
        tombstones=Tombstones(S3Objects(client("s3"), outputs["RenditionsBucketName"])),
        clock=SystemClock(),
        log=JsonLog("restore"),
    )
    return service.restore(DynamoTable(dynamodb, backup).read_all)
