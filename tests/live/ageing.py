"""Lets time go by for accounts, guests and photos of the live system, and runs the sweep."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from local.inspection import list_items
from local.system import System

LONG_AGO = "2020-01-01T00:00:00.000000Z"


def leave_alone(system: System, user_id: str) -> None:
    """Put every login and use of an account into the past."""
    dynamodb = system.cloud.client("dynamodb")
    table = system.outputs["AccountsTableName"]
    rows = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :user",
        ExpressionAttributeValues={":user": {"S": f"USER#{user_id}"}},
    )["Items"]
    for row in rows:
        for name in {"number_proven_at", "last_used_at"} & row.keys():
            with suppress(dynamodb.exceptions.ConditionalCheckFailedException):  # just signed out
                dynamodb.update_item(
                    TableName=table,
                    Key={"pk": row["pk"], "sk": row["sk"]},
                    UpdateExpression="SET #name = :then",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeNames={"#name": name},
                    ExpressionAttributeValues={":then": {"S": LONG_AGO}},
                )


def end_wait(system: System, user_id: str) -> None:
    """Let the wait for another number be over, and stay open."""
    system.cloud.client("dynamodb").update_item(
        TableName=system.outputs["AccountsTableName"],
        Key={"pk": {"S": f"USER#{user_id}"}, "sk": {"S": "CHANGE"}},
        UpdateExpression="SET ready_at = :then",
        ConditionExpression="attribute_exists(ready_at)",
        ExpressionAttributeValues={":then": {"S": LONG_AGO}},
    )


def make_due(system: System, owner: str, *, sk: str = "") -> None:
    """Turn a date of expiry back to a minute ago, in its row and in the index: of a photo, by its
    id, or of a guest.
    """
    _, row = find_row(system, owner, sk)
    due_at = turn_back(system, owner, "expires_at", timedelta(minutes=1), sk=sk)
    shard = row["due_bucket"]["S"].rpartition("#")[2]
    change_row(system, owner, "due_bucket", f"{due_at:%Y-%m-%dT%H}#{shard}", sk=sk)


def turn_back(
    system: System, owner: str, name: str, by: timedelta, *, sk: str = "PROFILE"
) -> datetime:
    """Set a time in a row to a while ago."""
    at = datetime.now(UTC) - by
    change_row(system, owner, name, at.isoformat().replace("+00:00", "Z"), sk=sk)
    return at


def change_row(system: System, owner: str, name: str, value: str, *, sk: str) -> None:
    table, row = find_row(system, owner, sk)
    system.cloud.client("dynamodb").update_item(
        TableName=table,
        Key={"pk": row["pk"], "sk": row["sk"]},
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": {"S": value}},
    )


def find_row(system: System, owner: str, sk: str) -> tuple[str, Any]:
    """Find a photo's row by its id, or a user's by the user's id and its sort key."""
    return next(
        (table, row)
        for table, row in list_items(system.cloud)
        if (sk == row["sk"]["S"] and owner in row["pk"]["S"])
        or (not sk and owner in row["sk"]["S"])
    )


def sweep(system: System) -> None:
    """Run the sweeper as its schedule does."""
    cloud_lambda = system.cloud.client("lambda")
    names = [each["FunctionName"] for each in cloud_lambda.list_functions()["Functions"]]
    event = {
        "version": "0",
        "id": "1",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {},
    }
    answer = cloud_lambda.invoke(
        FunctionName=next(name for name in names if "ExpirePhotos" in name),
        Payload=json.dumps(event),
    )
    assert "FunctionError" not in answer, answer["Payload"].read()
