"""The API as a client meets it: `app.py` behind Chalice's own test client, on moto."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from chalice.test import Client
from moto import mock_aws
from msgspec.structs import asdict

from chalicelib.identity.policy import VERSION_IN_FORCE
from tests.fakes import code_in
from tests.world import last_text, make_stores

REGISTRATION = {"policy_version": VERSION_IN_FORCE, "locale": "en", "age_band": "adult"}


class Api:
    """Sends requests and remembers the access token."""

    def __init__(self, chalice_client: Client) -> None:
        self._client = chalice_client
        self.token = ""

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> "Answer":
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = b""
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = self._client.http.request(method, f"/v1{path}", headers=sent, body=raw)
        return Answer(response)

    def post_raw(self, path: str, body: bytes, headers: Mapping[str, str]) -> "RawAnswer":
        """Post bytes as they are, as somebody who is no client of ours."""
        response = self._client.http.request("POST", f"/v1{path}", headers=dict(headers), body=body)
        return RawAnswer(response)

    def open_guest(self) -> "Answer":
        answer = self.send("POST", "/guests")
        self.token = answer.json["access_token"]
        return answer

    def log_in(self, phone: str = "13800138000", *, as_guest: bool = False) -> "Answer":
        """Log in as somebody new to the API, or as the guest whose token is held."""
        self.token = self.token if as_guest else ""
        challenge = self.send("POST", "/login/codes", {"phone": phone}).json["challenge_id"]
        body = {"challenge_id": challenge, "phone": phone, "code": code_in(last_text())}
        body |= {"registration": REGISTRATION}
        answer = self.send("POST", "/login/sessions", body)
        self.token = answer.json["access_token"]
        return answer


class RawAnswer:
    """An answer whose body need not be JSON."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers: dict[str, str] = {k.lower(): v for k, v in response.headers.items()}
        self.text: str = response.body.decode()


class Answer:
    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers: dict[str, str] = {k.lower(): v for k, v in response.headers.items()}
        self.json: Any = response.json_body if response.body else None


@contextmanager
def served_api() -> Iterator[Api]:
    """Serve `app.py` from moto, told of it as Lambda would be."""
    with mock_aws(), pytest.MonkeyPatch.context() as environment:
        for name, value in asdict(make_stores()).items():
            if isinstance(value, str | int):
                environment.setenv(name.upper(), str(value))
        environment.setenv("POWERTOOLS_SERVICE_NAME", "ifotor")
        from app import app
        from chalicelib.container import services

        services.cache_clear()
        with Client(app) as chalice_client:
            yield Api(chalice_client)
        services.cache_clear()


@pytest.fixture
def api() -> Iterator[Api]:
    with served_api() as api:
        yield api
