"""The port `HumanCheck`: Turnstile as Cloudflare documents it, on loopback, and the fake."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from chalicelib.errors import Unavailable
from chalicelib.identity.ports import HumanCheck
from chalicelib.remote.turnstile import TurnstileCheck
from tests.fakes import FakeHumanCheck

PASSED = {"success": True, "action": "login", "hostname": "ifotor.example", "error-codes": []}


def refused(*errors: str) -> bytes:
    return json.dumps({"success": False, "error-codes": errors}).encode()


@contextmanager
def siteverify(
    *answers: bytes, status: int = 200, location: str = ""
) -> Iterator[tuple[str, list[dict[str, list[str]]]]]:
    """Cloudflare's end: gives the answers in order and keeps the forms that came."""
    received: list[dict[str, list[str]]] = []
    waiting = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            received.append(parse_qs(body))
            answer = waiting.pop(0)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/siteverify", received
        finally:
            server.shutdown()
            thread.join()


def check_at(url: str) -> TurnstileCheck:
    return TurnstileCheck(lambda: "the secret", url)


@contextmanager
def real_check() -> Iterator[HumanCheck]:
    answers = json.dumps(PASSED).encode(), refused("timeout-or-duplicate")
    with siteverify(*answers) as (url, _):
        yield check_at(url)


@contextmanager
def fake_check() -> Iterator[HumanCheck]:
    yield FakeHumanCheck("token")


@pytest.mark.enable_socket
@pytest.mark.parametrize("make", [real_check, fake_check])
def test_proof_passes_once(make: Any) -> None:
    with make() as check:
        assert check.is_passed("token")
        assert not check.is_passed("token")


@pytest.mark.enable_socket
class TestTurnstile:
    def test_gets_secret_and_token_and_nothing_about_the_person(self) -> None:
        with siteverify(json.dumps(PASSED).encode()) as (url, received):
            check_at(url).is_passed("token & more")

        assert received == [{"secret": ["the secret"], "response": ["token & more"]}]

    @pytest.mark.parametrize(
        "answer",
        [
            refused("invalid-input-response"),
            refused("missing-input-response", "timeout-or-duplicate"),
            json.dumps(PASSED | {"action": "comment"}).encode(),
            json.dumps({"success": True}).encode(),
        ],
    )
    def test_proof_that_is_none_for_us_is_refused(self, answer: bytes) -> None:
        with siteverify(answer) as (url, _):
            assert check_at(url).is_passed("token") is False

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"<html>",
            b"[]",
            b"true",
            b"[" * 5000,
            b"\xff",
            b'{"success": "true", "action": "login"}',
            b'{"success": 1, "action": "login"}',
            refused(),
            refused("internal-error"),
            refused("invalid-input-secret"),
            refused("invalid-input-response", "internal-error"),
            b" " * 20_000 + json.dumps(PASSED).encode(),
        ],
    )
    def test_what_is_no_answer_never_passes(self, answer: bytes) -> None:
        with siteverify(answer) as (url, _), pytest.raises(Unavailable) as failure:
            check_at(url).is_passed("token")

        assert "secret" not in str(failure.value)

    @pytest.mark.parametrize("status", [302, 403, 500])
    def test_status_other_than_ok_never_passes(self, status: int) -> None:
        with siteverify(json.dumps(PASSED).encode(), status=status, location="/") as (url, got):
            with pytest.raises(Unavailable):
                check_at(url).is_passed("token")
            assert len(got) == 1

    def test_nobody_there_never_passes(self) -> None:
        with siteverify() as (url, _):
            pass
        with pytest.raises(Unavailable):
            check_at(url).is_passed("token")
