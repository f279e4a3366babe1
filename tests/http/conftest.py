"""The API as a client meets it: `app.py` behind Chalice's own test client, on moto."""

from collections.abc import Iterator
from typing import Any

import pytest
from chalice.test import Client
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from chalicelib.aws.clients import client
from tests.world import REGION, make_tables


class Api:
    """Sends requests and remembers the access token."""

    def __init__(self, chalice_client: Client) -> None:
        self._client = chalice_client
        self.token = ""

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> "Answer":
        import json

        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = b""
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = self._client.http.request(method, f"/v1{path}", headers=sent, body=raw)
        return Answer(response)

    def log_in(self, phone: str = "13800138000") -> "Answer":
        challenge = self.send("POST", "/login/codes", {"phone": phone}).json["challenge_id"]
        sent = sns_backends[DEFAULT_ACCOUNT_ID][REGION].sms_messages
        text = list(sent.values())[-1][1]
        code = next(text[i : i + 6] for i in range(len(text)) if text[i : i + 6].isdigit())
        body = {"challenge_id": challenge, "phone": phone, "code": code}
        answer = self.send("POST", "/login/sessions", body)
        self.token = answer.json["access_token"]
        return answer


class Answer:
    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers: dict[str, str] = {k.lower(): v for k, v in response.headers.items()}
        self.json: Any = response.json_body if response.body else None


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    with mock_aws():
        make_tables(client("dynamodb"))
        secrets, kms = client("secretsmanager"), client("kms")
        environment = {
            "STAGE": "test",
            "POWERTOOLS_SERVICE_NAME": "ifotor",
            "ACCOUNTS_TABLE": "AccountsTable",
            "PHOTOS_TABLE": "PhotosTable",
            "ORIGINALS_BUCKET": "originals",
            "RENDITIONS_BUCKET": "renditions",
            "ORIGINALS_KEY_ARN": "arn:originals",
            "PHONES_KEY_ARN": kms.create_key()["KeyMetadata"]["Arn"],
            "SESSION_SECRET_ARN": secrets.create_secret(Name="s", SecretString="one")["ARN"],
            "PHONE_INDEX_SECRET_ARN": secrets.create_secret(Name="p", SecretString="two")["ARN"],
            "UPLOADS_QUEUE_URL": "https://queue.invalid/uploads",
            "SMS_SENDER": "sns",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        for bucket in ("originals", "renditions"):
            client("s3").create_bucket(Bucket=bucket)
        from app import app
        from chalicelib.container import services

        services.cache_clear()
        with Client(app) as chalice_client:
            yield Api(chalice_client)
        services.cache_clear()
