"""Look into every bucket, table and log of the local cloud: what a promise says must also be found.

Reads with the account's root, past every interface of ifotor.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from local.cloud import Cloud
from local.leaks import find_leaks
from local.logs import list_lines


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of one bucket, or one version of it, or what a multipart upload left."""

    bucket: str
    key: str
    size_bytes: int


def list_objects(cloud: Cloud, *buckets: str) -> list[StoredObject]:
    """Return everything in some buckets (in all of them when none is named), old versions too."""
    s3 = cloud.client("s3")
    names = buckets or tuple(each["Name"] for each in s3.list_buckets()["Buckets"])
    found: list[StoredObject] = []
    for bucket in names:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found += [
                StoredObject(bucket, each["Key"], each["Size"]) for each in page.get("Versions", [])
            ]
        for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
            found += [StoredObject(bucket, each["Key"], 0) for each in page.get("Uploads", [])]
    return found


def find_copies(cloud: Cloud, data: bytes) -> list[StoredObject]:
    """Return every object, in whatever bucket, whose content is these bytes."""
    wanted = hashlib.sha256(data).digest()
    s3 = cloud.client("s3")
    return [
        each
        for each in list_objects(cloud)
        if each.size_bytes == len(data)
        and hashlib.sha256(s3.get_object(Bucket=each.bucket, Key=each.key)["Body"].read()).digest()
        == wanted
    ]


def list_items(cloud: Cloud) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every row of every table with its table's name, as DynamoDB spells attributes."""
    dynamodb = cloud.client("dynamodb")
    for page in dynamodb.get_paginator("list_tables").paginate():
        for table in page["TableNames"]:
            for rows in dynamodb.get_paginator("scan").paginate(TableName=table):
                for item in rows["Items"]:
                    yield table, item


def find_secrets(cloud: Cloud, secrets: Iterable[str]) -> list[str]:
    """Return the places where any of some secrets stands in whatever disguise (`local.leaks`):
    tables, names of objects, logs, the emulator's log.

    Only the place and the disguise are told, never the secret.
    """
    wanted = list(secrets)
    texts: dict[str, list[str]] = defaultdict(list)
    for table, item in list_items(cloud):
        texts[f"table {table}"].append(_text(item))
    for each in list_objects(cloud):
        texts[f"bucket {each.bucket}"].append(each.key)
    for line in list_lines(cloud):
        texts[f"log {line.group}"].append(line.text)
    texts["the emulator's log"].append(cloud.log.read_text(errors="replace"))
    return sorted(
        f"{place}: {disguise}"
        for place, found in texts.items()
        for disguise in find_leaks(wanted, "\n".join(found))
    )


def _text(value: Any) -> str:
    """Return all text in a value: binary attributes are read as Latin-1, so plain text in them
    shows."""
    match value:
        case dict():
            return " ".join(f"{name} {_text(part)}" for name, part in value.items())
        case list():
            return " ".join(map(_text, value))
        case bytes():
            return value.decode("latin-1")
    return str(value)
