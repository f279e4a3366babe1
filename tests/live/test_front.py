"""The local front, before a stand-in for the API that answers with what it received."""

import contextlib
import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from local.front import MAX_BODY_BYTES, Behind, Front

pytestmark = pytest.mark.enable_socket


class Echo(BaseHTTPRequestHandler):
    """Answers every request with its own line, headers and body, and with caught messages."""

    protocol_version = "HTTP/1.1"
    caught: ClassVar[dict[str, list[dict[str, str]]]] = {}

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        answer = json.dumps(
            {
                "path": self.path,
                "headers": self.headers.items(),
                "body": body.decode(),
                "sms_messages": self.caught,
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def web_root(tmp_path: Path) -> Path:
    root = tmp_path / "web"
    (root / "parts").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>page</title>")
    (root / "parts" / "app.mjs").write_text("export {};")
    (root / "mark.svg").write_text("<svg/>")
    (root / ".hidden.html").write_text("hidden")
    (root / "notes.py").write_text("secret = 1")
    (tmp_path / "outside.html").write_text("outside")
    (root / "link.html").symlink_to(tmp_path / "outside.html")
    return root


@pytest.fixture
def front(web_root: Path) -> Iterator[Front]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as api:
        thread = threading.Thread(target=api.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        origin = f"http://127.0.0.1:{api.server_address[1]}"
        behind = Behind(web_root=web_root, api_url=f"{origin}/stage", cloud_url=origin)
        with Front(0) as server, server.serving(behind):
            yield server
        api.shutdown()
        thread.join()


def ask(
    front: Front,
    method: str,
    path: str,
    *,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> http.client.HTTPResponse:
    """Send one request and return its answer, whose body is still to be read."""
    connection = http.client.HTTPConnection("127.0.0.1", front.server_address[1], timeout=5)
    connection.putrequest(method, path, skip_host="Host" in (headers or {}))
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    if body is not None and "Content-Length" not in (headers or {}):
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    answer.data = data  # type: ignore[attr-defined]
    return answer


class TestPages:
    @pytest.mark.parametrize(
        ("path", "content_type"),
        [
            ("/", "text/html; charset=utf-8"),
            ("/parts/app.mjs", "text/javascript; charset=utf-8"),
            ("/mark.svg?v=1", "image/svg+xml"),
        ],
    )
    def test_a_file_comes_with_its_own_type(
        self, front: Front, path: str, content_type: str
    ) -> None:
        answer = ask(front, "GET", path)

        assert (answer.status, answer.headers["Content-Type"]) == (200, content_type)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        "path",
        [
            "/../outside.html",
            "/%2e%2e/outside.html",
            "/parts/..%2f..%2foutside.html",
            "/parts/..%5c..%5coutside.html",
            "//outside.html",
            "/link.html",
            "/.hidden.html",
            "/notes.py",
            "/parts",
            "/parts/",
            "/index.html%00.svg",
            "/nothing.html",
        ],
    )
    def test_nothing_else_on_the_disk_can_be_read(self, front: Front, path: str) -> None:
        assert ask(front, "GET", path).status == 404

    def test_an_unchanged_file_is_not_sent_again(self, front: Front) -> None:
        etag = ask(front, "GET", "/").headers["ETag"]

        again = ask(front, "GET", "/", headers={"If-None-Match": etag})

        assert (again.status, again.headers["Cache-Control"]) == (304, "no-cache")

    def test_only_the_page_and_the_local_cloud_may_be_reached_from_it(self, front: Front) -> None:
        policy = ask(front, "GET", "/").headers["Content-Security-Policy"]

        cloud = front.behind.cloud_url
        assert "default-src 'none'" in policy
        assert f"connect-src 'self' {cloud}" in policy
        assert f"img-src 'self' blob: data: {cloud}" in policy
        assert "unsafe" not in policy

    def test_head_says_the_length_and_sends_nothing(self, front: Front) -> None:
        answer = ask(front, "HEAD", "/")

        assert answer.headers["Content-Length"] == "34"
        assert answer.data == b""  # type: ignore[attr-defined]

    def test_localhost_is_led_to_the_origin_the_buckets_know(self, front: Front) -> None:
        answer = ask(front, "GET", "/", headers={"Host": "localhost:8000"})

        assert (answer.status, answer.headers["Location"]) == (307, f"{front.url}/")


class TestHosts:
    @pytest.mark.parametrize("path", ["/", "/v1/me", "/local/sms"])
    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "", "[::1]"])
    def test_another_name_for_this_machine_is_refused(
        self, front: Front, path: str, host: str
    ) -> None:
        assert ask(front, "GET", path, headers={"Host": host}).status == 421


class TestApi:
    def received(self, answer: http.client.HTTPResponse) -> dict[str, Any]:
        seen: dict[str, Any] = json.loads(answer.data)  # type: ignore[attr-defined]
        seen["headers"] = {name.lower(): value for name, value in seen["headers"]}
        return seen

    def test_path_query_body_and_token_pass_unchanged(self, front: Front) -> None:
        body = '{"name": "照片"}'.encode()
        headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}

        seen = self.received(ask(front, "POST", "/v1/photos?a=1%2F2", body=body, headers=headers))

        assert seen["path"] == "/stage/v1/photos?a=1%2F2"
        assert seen["body"] == '{"name": "照片"}'
        assert seen["headers"]["authorization"] == "Bearer x"

    def test_only_the_socket_says_who_calls(self, front: Front) -> None:
        claims = {
            "X-Forwarded-For": "8.8.8.8",
            "x-forwarded-host": "evil.example",
            "Forwarded": "for=8.8.8.8",
            "X-Real-IP": "8.8.8.8",
            "CF-Connecting-IP": "8.8.8.8",
            "Via": "1.1 proxy",
        }

        seen = self.received(ask(front, "GET", "/v1/me", headers=claims))

        assert seen["headers"]["x-forwarded-for"] == "127.0.0.1"
        assert not seen["headers"].keys() & {"forwarded", "x-real-ip", "x-forwarded-host", "via"}

    def test_no_answer_allows_another_origin(self, front: Front) -> None:
        answer = ask(front, "GET", "/v1/me", headers={"Origin": "https://evil.example"})

        assert answer.headers["Access-Control-Allow-Origin"] is None

    @pytest.mark.parametrize("path", ["/v1/../../_ministack/reset", "/v1/%2e%2e/%2e%2e/bucket"])
    def test_a_path_cannot_leave_the_api(self, front: Front, path: str) -> None:
        assert ask(front, "GET", path).status == 404

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Content-Length": str(MAX_BODY_BYTES + 1)}, 413),
            ({"Content-Length": "-1"}, 400),
            ({"Content-Length": "1x"}, 400),
            ({"Transfer-Encoding": "chunked", "Content-Length": "0"}, 411),
        ],
    )
    def test_a_body_of_unfit_length_is_refused_unread(
        self, front: Front, headers: dict[str, str], status: int
    ) -> None:
        answer = ask(front, "POST", "/v1/photos", headers=headers)

        assert (answer.status, answer.headers["Connection"]) == (status, "close")

    def test_a_silent_api_is_a_problem_in_the_usual_form(self, web_root: Path) -> None:
        nobody = "http://127.0.0.1:9"
        behind = Behind(web_root=web_root, api_url=f"{nobody}/stage", cloud_url=nobody)

        with Front(0) as front, front.serving(behind):
            answer = ask(front, "GET", "/v1/me")

        assert (answer.status, answer.headers["Content-Type"]) == (502, "application/problem+json")

    def test_one_connection_serves_many_requests(self, front: Front) -> None:
        address = ("127.0.0.1", front.server_address[1])
        with contextlib.closing(http.client.HTTPConnection(*address, timeout=5)) as connection:
            paths = []
            for number in range(3):
                connection.request("POST", f"/v1/{number}", body=b"{}")
                paths.append(json.loads(connection.getresponse().read())["path"])

        assert paths == ["/stage/v1/0", "/stage/v1/1", "/stage/v1/2"]


class TestMessages:
    def test_the_newest_message_comes_first_whoever_it_is_for(
        self, front: Front, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = {"MessageId": "1", "Message": "older"}
        second = {"MessageId": "2", "Message": "newer"}
        monkeypatch.setattr(Echo, "caught", {"+8613800000002": [first]})
        ask(front, "POST", "/v1/login/codes", body=b"{}")
        monkeypatch.setattr(Echo, "caught", {"+8613800000001": [second], "+8613800000002": [first]})

        answer = ask(front, "GET", "/local/sms")

        messages = json.loads(answer.data)["messages"]  # type: ignore[attr-defined]
        assert [message["text"] for message in messages] == ["newer", "older"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert messages[0]["sent_at"].endswith("Z")
