"""A client of ifotor's HTTP API, as an app would write it: everything goes through the front.

It knows the published interface only; the demo and the live tests drive the system with it.
"""

import base64
import hashlib
import http.client
import json
import re
import secrets
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

CHUNK_BYTES = 64 * 1024
POLL_WAIT_S = 20
"""The longest the API holds a question about a photo."""

TERMINAL_STATES = frozenset({"ready", "rejected", "failed"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: http.client.HTTPMessage
    data: bytes

    @property
    def json(self) -> Any:
        """The body read as JSON; {} when there is none."""
        return json.loads(self.data) if self.data else {}


class UnexpectedAnswer(Exception):
    """A step was answered otherwise than the interface promises on the good path."""

    def __init__(self, step: str, answer: Answer) -> None:
        """Say the step, the status and the problem's code; never the body, which may hold
        tokens."""
        code = answer.json.get("code", "") if answer.data[:1] == b"{" else ""
        super().__init__(f"{step}: {answer.status} {code}".rstrip())
        self.answer = answer


@dataclass(slots=True)
class Client:
    """One person's app."""

    front_url: str
    ca_bundle: Path | None = None
    """What to trust where presigned URLs are https."""
    access_token: str = ""
    refresh_token: str = ""

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request to the API (`path` without ``/v1``) and return whatever it answers."""
        sent = dict(headers or {})
        if self.access_token:
            sent.setdefault("Authorization", f"Bearer {self.access_token}")
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        return self._exchange(method, f"{self.front_url}/v1{path}", data, sent)

    def expect(
        self,
        status: int,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Send one request and return its JSON.

        Raises:
            UnexpectedAnswer: the status is another.
        """
        answer = self.call(method, path, body, headers=headers)
        if answer.status != status:
            raise UnexpectedAnswer(f"{method} {path}", answer)
        return answer.json

    def request_code(self, phone: str) -> str:
        """Ask for a one-time code; return the challenge's id."""
        return str(self.expect(202, "POST", "/login/codes", {"phone": phone})["challenge_id"])

    def read_code(self, phone: str) -> str:
        """Return the newest code sent to a phone (E.164), read from the local SMS panel."""
        panel = self._exchange("GET", f"{self.front_url}/local/sms", None, {}).json["messages"]
        text = next(message["text"] for message in panel if message["phone"] == phone)
        found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
        if found is None:
            raise ValueError("the newest message holds no six digits")
        return found[0]

    def come_as_guest(self) -> None:
        """Begin without a phone number, or anything else."""
        self.take_tokens(self.expect(201, "POST", "/guests"))

    def log_in(self, phone: str, *, as_guest: bool = False) -> str:
        """Log in with a phone number in E.164; return the code that was used, which is now dead.

        Args:
            as_guest: keep the photos of the guest that this client is.
        """
        if not as_guest:
            self.access_token = self.refresh_token = ""
        challenge_id = self.request_code(phone)
        code = self.read_code(phone)
        proof = {"challenge_id": challenge_id, "phone": phone, "code": code}
        self.take_tokens(self.open_session(proof))
        return code

    def open_session(self, proof: dict[str, Any]) -> Any:
        """Exchange a code for tokens; a new number is registered, as an adult."""
        answer = self.call("POST", "/login/sessions", proof)
        if answer.status == HTTPStatus.CONFLICT:
            version = self.expect(200, "GET", "/policy?locale=en")["version"]
            said = {"policy_version": version, "locale": "en", "age_band": "adult"}
            return self.expect(201, "POST", "/login/sessions", proof | {"registration": said})
        if answer.status != HTTPStatus.CREATED:
            raise UnexpectedAnswer("POST /login/sessions", answer)
        return answer.json

    def come_back(
        self, provider: str, person: str, *, path: str = "/login/providers"
    ) -> dict[str, str]:
        """Begin a third-party login and agree at the stand-in as a made-up person, as a browser
        would; return what ends it.
        """
        verifier = secrets.token_urlsafe(32)
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        begun = self.expect(201, "POST", f"{path}/{provider}", {"challenge": challenge})
        address = urlsplit(begun["authorize_url"])
        asked = dict(parse_qsl(address.query)) | {"person": person}
        agreed = f"{address.scheme}://{address.netloc}{address.path}/agreed?{urlencode(asked)}"
        back = dict(parse_qsl(urlsplit(self.fetch(agreed).headers["Location"]).query))
        code = back.get("code") or back["auth_code"]
        return {"code": code, "state": back["state"], "verifier": verifier}

    def take_tokens(self, session: dict[str, Any]) -> None:
        """Use the tokens of a session just created or refreshed."""
        self.access_token = session["access_token"]
        self.refresh_token = session["refresh_token"]

    def grant(self, content_type: str, data: bytes, *, key: str | None = None) -> Any:
        """Ask for one upload, its SHA-256 signed in; return ``{photo, upload}``."""
        wanted = {
            "content_type": content_type,
            "size_bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        headers = {"Idempotency-Key": key or secrets.token_urlsafe(16)}
        return self.expect(201, "POST", "/photos", {"photos": [wanted]}, headers=headers)["photos"][
            0
        ]

    def upload(
        self,
        upload: dict[str, Any],
        data: bytes,
        *,
        progress: Callable[[int], object] = lambda _: None,
    ) -> Answer:
        """Post a file to where a grant leads.

        Args:
            upload: the grant's ``{url, fields}``.
            data: the file.
            progress: told the number of bytes of each piece that has left.
        """
        boundary = secrets.token_hex(16)
        before, after = _multipart_frame(upload["fields"], boundary)
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(before) + len(data) + len(after)),
        }

        def pieces() -> Iterator[bytes]:
            yield before
            for at in range(0, len(data), CHUNK_BYTES):
                piece = data[at : at + CHUNK_BYTES]
                yield piece
                progress(len(piece))
            yield after

        return self._exchange("POST", upload["url"], pieces(), headers)

    def wait_for(self, photo_id: str, *, limit_s: float = 60) -> Any:
        """Long-poll a photo until it has ended and its original's deletion is noted.

        The note comes a moment after the end: a photo is `ready` before its original is destroyed,
        so that nothing is ever lost. Past the limit the photo is returned as it is.
        """
        deadline = time.monotonic() + limit_s
        photo: Any = {}
        while time.monotonic() < deadline:
            photo = self.expect(200, "GET", f"/photos/{photo_id}?wait_s={POLL_WAIT_S}")
            if photo["state"] in TERMINAL_STATES:
                if photo["original"]["deleted_at"]:
                    break
                time.sleep(0.1)
        return photo

    def edit(self, photo_id: str, recipe: object, media_type: str, *, limit_s: float = 60) -> Any:
        """Have an edit made of a ready photo; return it once it has its end."""
        path = f"/photos/{photo_id}/edits"
        body = {"recipe": recipe, "output": {"media_type": media_type}}
        key = {"Idempotency-Key": secrets.token_urlsafe(16)}
        edit = self.expect(202, "POST", path, body, headers=key)
        deadline = time.monotonic() + limit_s
        while edit["state"] in ("queued", "processing"):
            if time.monotonic() > deadline:
                raise ValueError(f"the edit is still {edit['state']} after {limit_s:.0f} s")
            edit = self.expect(200, "GET", f"{path}/{edit['id']}?wait_s=5")
        return edit

    def fetch(self, url: str) -> Answer:
        """Get a presigned URL, as a browser would: without any token."""
        return self.ask("GET", url, {})

    def ask(self, method: str, url: str, headers: dict[str, str]) -> Answer:
        """Send a request without token and body to any address."""
        return self._exchange(method, url, None, headers)

    def _exchange(
        self, method: str, url: str, data: bytes | Iterator[bytes] | None, headers: dict[str, str]
    ) -> Answer:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        host = parts.hostname or ""
        connection = http.client.HTTPConnection(host, parts.port, timeout=60)
        if parts.scheme == "https":
            trust = ssl.create_default_context(cafile=str(self.ca_bundle))
            connection = http.client.HTTPSConnection(host, parts.port, timeout=60, context=trust)
        try:
            connection.request(method, target, body=data, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


def _multipart_frame(fields: dict[str, str], boundary: str) -> tuple[bytes, bytes]:
    """Return what stands before and after the file; S3 ignores every field that follows the
    file."""
    lines = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    lines.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="photo"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return "".join(lines).encode(), f"\r\n--{boundary}--\r\n".encode()
