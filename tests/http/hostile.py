"""What no honest client sends, and a way to send it as API Gateway would hand it on."""

import json
import re
from typing import Any

from app import app
from tests.http.conftest import Answer, Api

HOSTILE_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no object": b"null",
    "a list": b"[]",
    "a number": b"1e999",
    "not a number": b'{"phone": NaN}',
    "cut": b'{"phone": "138',
    "more after the end": b"{} {}",
    "deep lists": b"[" * 60_000,
    "deep objects": b'{"a":' * 12_000,
    "deep and closed": b'{"phone":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "huge": b'{"phone": "' + b"1" * 70_000 + b'"}',
    "a huge number": b'{"phone": ' + b"9" * 60_000 + b"}",
    "not UTF-8": b'{"phone": "\xff\xfe"}',
    "a lone surrogate": b'{"phone": "\\ud800"}',
    "UTF-16": '{"phone": "1"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a zero byte": b'{"phone": "\x00"}',
    "an escaped zero": b'{"phone": "\\u0000"}',
    "an unknown field": b'{"is_admin": true}',
    "the same field twice": b'{"phone": "1", "phone": "2"}',
    "a form": b"phone=13800138000",
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
}
HOSTILE_TEXTS = (
    *("", "\x00", "%00", "..", "../../etc/passwd", "' OR '1'='1", "${jndi:ldap://a}", "null"),
    *("01933333-3333-7333-8333-333333333333\n", "01933333-3333-7333-8333-33333333333３"),
    *("\ud800", "\u202e", "💥", "９" * 40, "-1", "1e3", "0x10", "A" * 5_000),
)
HOSTILE_TOKENS = (
    *("", "Bearer", "Bearer ", "Basic YTpi", "Bearer\tx", "Bearer null", "Bearer ifa_", "bearer é"),
    *(f"Bearer ifa_{'A' * 100}", f"Bearer ifr_{'A' * 91}", f"Bearer ifa_{'A' * 9_000}"),
    *("Bearer ifa_\ud800", "Bearer a b c", "Bearer ../..", "Bearer 💥", "Bearer \x00"),
)

STAFF = "arn:aws:sts::123456789012:assumed-role/ifotor-test-SomeStaffRole-1X/person-7"


class Raw:
    """Sends events as API Gateway forms them, and so also what no HTTP library would."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._phones = (f"1380013{number}" for number in range(1000, 10_000))

    def send(self, method: str, path: str, **changes: Any) -> Answer:
        """Send with a token that is good, unless `changes` bring another."""
        answer = self._send(method, path, **changes)
        is_public = "/login/" in path or "/webhooks/" in path
        if answer.status != 401 or is_public or "Authorization" in changes.get("headers", {}):
            return answer
        self._api.log_in(next(self._phones))  # an earlier request has ended the session
        answer = self._send(method, path, **changes)
        assert answer.status != 401
        return answer

    def _send(self, method: str, path: str, **changes: Any) -> Answer:
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._api.token}",
            "Staff-Reference": "CASE-1",
        }
        signer = STAFF if "/staff/" in path else None
        names = re.findall(r"{(\w+)}", path)
        event = {
            "httpMethod": method,
            "resource": path,
            "path": path,
            "headers": headers | changes.pop("headers", {}),
            "multiValueHeaders": {},
            "pathParameters": dict.fromkeys(names, changes.pop("parameter", "x")) or None,
            "multiValueQueryStringParameters": changes.pop("query", None),
            "stageVariables": None,
            "body": changes.pop("body", None),
            "isBase64Encoded": changes.pop("is_base64", False),
            "requestContext": {
                "resourcePath": path,
                "httpMethod": method,
                "requestId": "request-1",
                "identity": {
                    "sourceIp": "192.0.2.1",
                    "userArn": changes.pop("signer", signer),
                },
            },
        }
        return Answer(_Response(app(event, None)))


class _Response:
    def __init__(self, answer: dict[str, Any]) -> None:
        self.status_code = answer["statusCode"]
        many = {name: values[-1] for name, values in answer["multiValueHeaders"].items()}
        self.headers = {**answer["headers"], **many}
        self.body = answer["body"]

    @property
    def json_body(self) -> Any:
        return json.loads(self.body) if self.body[:1] == "{" else None
