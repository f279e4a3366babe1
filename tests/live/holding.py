"""Puts an account of the live system on hold, as staff would."""

from local.system import System

FAR = "2027-10-01T00:00:00.000000Z"


def hold_account(system: System, user_id: str) -> None:
    system.cloud.client("dynamodb").put_item(
        TableName=system.outputs["PhotosTableName"],
        Item={
            "pk": {"S": f"USER#{user_id}"},
            "sk": {"S": "HELD"},
            "version": {"N": "1"},
            "account_until": {"S": FAR},
        },
    )
