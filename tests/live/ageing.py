"""Lets time go by for accounts of the live system."""

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
            dynamodb.update_item(
                TableName=table,
                Key={"pk": row["pk"], "sk": row["sk"]},
                UpdateExpression="SET #name = :then",
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
