"""Orders on the live system, their trades at the sandbox, and the schedule that looks at both."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from local.client import Client
from local.sandbox.server import Sandbox
from local.sandbox.trades import Trade
from local.system import System

SCHEDULED = {
    "id": "1",
    "source": "aws.events",
    "detail-type": "Scheduled Event",
    "account": "0",
    "region": "us-east-1",
    "time": "2026-11-23T00:00:00Z",
    "resources": [],
    "detail": {},
    "version": "0",
}


def place(person: Client, method: str, key: str = "key-1", **more: str) -> Any:
    body = {"product_id": "credits_10", "method": method, **more}
    return person.expect(201, "POST", "/orders", body, headers={"Idempotency-Key": key})


def trade_of(sandbox: Sandbox, placed: Any) -> Trade:
    method, number = placed["order"]["method"], placed["order"]["id"]
    if method == "alipay_page":
        query = urlsplit(placed["payment"]["url"]).query
        assert sandbox.alipay.open_cashier(dict(parse_qsl(query)))
    found = sandbox.trades.find(method.partition("_")[0], number)
    assert found
    return found


def make_due(system: System, number: str) -> None:
    """Let the order's next look be now."""
    system.cloud.client("dynamodb").update_item(
        TableName=system.outputs["PaymentsTableName"],
        Key={"pk": {"S": f"WALLET#{number[:16]}"}, "sk": {"S": f"ORDER#{number}"}},
        UpdateExpression="SET due_at = :past",
        ExpressionAttributeValues={":past": {"S": "2000-01-01T00:00:00.000000Z"}},
    )


def invoke_check(system: System) -> None:
    """Run the scheduled function now."""
    invoke(system, "CheckPayments")


def invoke(system: System, function: str) -> None:
    """Run a scheduled function now, by its logical id."""
    stack = system.cloud.client("cloudformation").describe_stack_resources(
        StackName="ifotor-local", LogicalResourceId=function
    )
    name = stack["StackResources"][0]["PhysicalResourceId"]
    answer = system.cloud.client("lambda").invoke(
        FunctionName=name, Payload=json.dumps(SCHEDULED).encode()
    )
    assert "FunctionError" not in answer, answer["Payload"].read()
