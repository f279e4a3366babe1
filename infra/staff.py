"""One call of a person of the staff: signed by SigV4 with whatever credentials boto3 finds.

A profile with `role_arn`, `mfa_serial`, `role_session_name` and `source_profile` makes boto3 ask
for the second factor and take the role (docs/runbook.md, "Acting as staff").
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

SERVICE = "execute-api"
ROLES = ("audit", "finance", "records")
"""Of infra/staff.yaml; each is an output, such as AuditStaffRoleArn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is asked of the API, and why."""

    method: str
    path: str
    """Below /v1, such as /staff/register/acts."""
    reference: str
    idempotency_key: str = ""
    query: tuple[tuple[str, str], ...] = ()
    body: object = None


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    json: Any


def add_call(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that `call_of` reads."""
    parser.add_argument("method", choices=("GET", "POST", "PUT", "DELETE"))
    parser.add_argument("path", help="below /v1, such as /staff/register/acts")
    parser.add_argument("--reference", required=True, help="the ticket or letter it is done for")
    parser.add_argument("--idempotency-key", default="", help="the same for the same refund")
    parser.add_argument("--body", type=json.loads, help="JSON")
    parser.add_argument(
        "--query", action="append", default=[], type=_pair, metavar="NAME=VALUE", help="repeatable"
    )


def call_of(asked: argparse.Namespace) -> Call:
    """Read what was asked for on a command line."""
    return Call(
        method=asked.method,
        path=asked.path,
        reference=asked.reference,
        idempotency_key=asked.idempotency_key,
        query=tuple(asked.query),
        body=asked.body,
    )


def send(
    call: Call, *, api_url: str, credentials: Any, region: str, ca_bundle: Path | None = None
) -> Answer:
    """Sign a call and send it; return whatever the API answers.

    Args:
        api_url: of the API's stage, up to and without /v1.
        credentials: botocore's, of a role's session.
    """
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session

    question = f"?{urlencode(call.query)}" if call.query else ""
    headers = {"Staff-Reference": call.reference}
    if call.idempotency_key:
        headers["Idempotency-Key"] = call.idempotency_key
    data = b""
    if call.body is not None:
        data, headers["Content-Type"] = json.dumps(call.body).encode(), "application/json"
    url = f"{api_url.rstrip('/')}/v1{call.path}{question}"
    request = AWSRequest(method=call.method, url=url, headers=headers, data=data)
    SigV4Auth(credentials, SERVICE, region).add_auth(request)
    http = URLLib3Session(verify=str(ca_bundle) if ca_bundle else True)
    reply = http.send(request.prepare())
    return Answer(reply.status_code, json.loads(reply.content) if reply.content else {})


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value
