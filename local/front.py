"""The local front: what a CDN and a domain name are in production, on 127.0.0.1.

It serves `web/`, passes `/v1/*` to the API in the local cloud, and shows the text messages the
local cloud caught. It decides nothing about photos or users.

It is the standard library's threaded server on purpose. Its clients are one browser and a few test
programs; a thread per connection is the simplest thing that lets a long poll wait while a page
loads, and it adds no dependency. It is no model for production, and listens on loopback only.

A page of another site can make a browser send requests here, and can bind its own name to
127.0.0.1. So a request whose Host is not this machine's is refused, and no answer allows another
origin.
"""

import contextlib
import errno
import http.client
import io
import json
import re
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from local.machine import LOOPBACK, CannotStart
from local.messages import Inbox
from local.pages import find_page, page_headers

MAX_BODY_BYTES = 10 * 1024 * 1024
"""API Gateway's own limit for a request; photos never come this way."""

API_PATIENCE_S = 35
"""API Gateway gives up after 29 s; a long poll takes up to 20."""

IDLE_LIMIT_S = 60

OWN_NAMES = frozenset({"127.0.0.1", "localhost"})

DROPPED_REQUEST_HEADERS = re.compile(
    r"(?i)^(host|connection|keep-alive|te|trailer|upgrade|transfer-encoding|content-length|expect|forwarded|via"
    r"|proxy-.*|x-forwarded-.*|x-real-ip|true-client-ip|client-ip|cf-.*|cloudfront-.*)$"
)
"""Headers of one connection only, and everything by which a client could claim another address."""

PASSED_RESPONSE_HEADERS = re.compile(
    r"(?i)^(content-type|cache-control|etag|location|retry-after|vary|www-authenticate|allow"
    r"|x-amzn-requestid|x-amzn-trace-id|set-cookie|content-disposition|content-language|link)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What stands behind the front."""

    web_root: Path
    api_url: str
    """The stage of the API, to which ``/v1/…`` is appended."""
    cloud_url: str
    """The local cloud: presigned URLs lead there, and caught messages are read there."""
    ca_bundle: Path | None = None

    def connect(self) -> http.client.HTTPConnection:
        """Open a connection to the API."""
        url = urlsplit(self.api_url)
        host, port = url.hostname or LOOPBACK, url.port
        if url.scheme == "https":
            trust = ssl.create_default_context(cafile=str(self.ca_bundle))
            return http.client.HTTPSConnection(host, port, timeout=API_PATIENCE_S, context=trust)
        return http.client.HTTPConnection(host, port, timeout=API_PATIENCE_S)


class Front(ThreadingHTTPServer):
    """The server; making it takes the port, so a taken one is known before anything slow."""

    daemon_threads = True
    request_queue_size = 128
    behind: Behind
    inbox: Inbox

    def __init__(self, port: int) -> None:
        """Listen on a port of 127.0.0.1 (0 for any free one); browsers wait until `serving`."""
        try:
            super().__init__((LOOPBACK, port), _Handler)
        except OSError as error:
            trouble = "is taken" if error.errno == errno.EADDRINUSE else "can't be used"
            raise CannotStart(
                f"Port {port} on {LOOPBACK} {trouble}: free it, or choose one by --port."
            ) from error

    def server_bind(self) -> None:
        """Take the port without asking any name server for this machine's name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.server_address[1]

    @property
    def url(self) -> str:
        """The origin of the page."""
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    @contextlib.contextmanager
    def serving(self, behind: Behind) -> Iterator[None]:
        """Answer requests for the length of a `with` block."""
        self.behind = behind
        self.inbox = Inbox(behind.cloud_url, behind.ca_bundle)
        thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            self.shutdown()
            thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that closes a connection half-way is no event."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "ifotor-local"
    sys_version = ""
    timeout = IDLE_LIMIT_S
    # Headers and body leave in two writes; without this the second waits 40 ms for an ACK.
    disable_nagle_algorithm = True
    server: Front

    def do_GET(self) -> None:
        if not self._is_for_this_machine():
            return
        path = urlsplit(self.path).path
        if _is_api_path(path):
            self._pass_to_api()
        elif self._refuse_body():
            return
        elif path == "/local/sms":
            self._send_messages()
        elif _host_name(self.headers.get("Host")) == "localhost" and path == "/":
            # The page's origin is part of the buckets' CORS rules, and that origin is 127.0.0.1.
            self._send(HTTPStatus.TEMPORARY_REDIRECT, b"", {"Location": f"{self.server.url}/"})
        else:
            self._send_page(path)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        if not self._is_for_this_machine():
            return
        if _is_api_path(urlsplit(self.path).path):
            self._pass_to_api()
        elif not self._refuse_body():
            self._send_problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "Read only")

    do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST

    def _is_for_this_machine(self) -> bool:
        hosts = self.headers.get_all("Host") or []
        if len(hosts) == 1 and _host_name(hosts[0]) in OWN_NAMES:
            return True
        self.close_connection = True
        self._send_problem(HTTPStatus.MISDIRECTED_REQUEST, "misdirected_request", "Not this host")
        return False

    def _refuse_body(self) -> bool:
        """Refuse a body where none belongs: left unread, it would be taken for the next request."""
        if (
            self.headers.get("Content-Length", "0") == "0"
            and "Transfer-Encoding" not in self.headers
        ):
            return False
        self.close_connection = True
        self._send_problem(HTTPStatus.BAD_REQUEST, "malformed_request", "No body belongs here")
        return True

    def _pass_to_api(self) -> None:
        length = self._body_length()
        if length is None:
            return
        behind = self.server.behind
        headers = [(n, v) for n, v in self.headers.items() if not DROPPED_REQUEST_HEADERS.match(n)]
        # ministack takes the caller's address from the first hop here: only the socket knows it.
        headers.append(("X-Forwarded-For", str(self.client_address[0])))
        headers.append(("Content-Length", str(length)))
        with contextlib.closing(behind.connect()) as api:
            try:
                api.putrequest(
                    self.command,
                    urlsplit(behind.api_url).path + self.path,
                    skip_accept_encoding=True,
                )
                for name, value in headers:
                    api.putheader(name, value)
                api.endheaders(_chunks(self.rfile, length) if length else None)
                answer = api.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                self.close_connection = True
                self._send_problem(HTTPStatus.BAD_GATEWAY, "bad_gateway", "The API did not answer")
                return
        if self.command == "POST":
            # A code may just have been sent: looking now gives its message the right time.
            with contextlib.suppress(OSError):
                self.server.inbox.list_messages()
        passed = [(n, v) for n, v in answer.getheaders() if PASSED_RESPONSE_HEADERS.match(n)]
        self._send(answer.status, body, passed)

    def _body_length(self) -> int | None:
        """Return the body's length in bytes, or None once the request has been refused."""
        given = self.headers.get_all("Content-Length") or ["0"]
        if "Transfer-Encoding" in self.headers:
            status, code = HTTPStatus.LENGTH_REQUIRED, "malformed_request"
        elif len(given) > 1 or not re.fullmatch(r"[0-9]{1,18}", given[0]):
            status, code = HTTPStatus.BAD_REQUEST, "malformed_request"
        elif int(given[0]) > MAX_BODY_BYTES:
            status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "payload_too_large"
        else:
            return int(given[0])
        self.close_connection = True
        self._send_problem(status, code, status.phrase)
        return None

    def _send_messages(self) -> None:
        try:
            messages = self.server.inbox.list_messages()
        except OSError:
            self._send_problem(
                HTTPStatus.BAD_GATEWAY, "bad_gateway", "The local cloud did not answer"
            )
            return
        body = json.dumps({"messages": messages}, ensure_ascii=False).encode()
        self._send(
            HTTPStatus.OK, body, {"Content-Type": "application/json", "Cache-Control": "no-store"}
        )

    def _send_page(self, path: str) -> None:
        page = find_page(self.server.behind.web_root, path)
        if page is None:
            self._send_problem(HTTPStatus.NOT_FOUND, "not_found", "No such page")
            return
        headers = page_headers(self.server.behind.cloud_url) | {"ETag": page.etag}
        if self.headers.get("If-None-Match") == page.etag:
            self._send(HTTPStatus.NOT_MODIFIED, b"", headers)
        else:
            self._send(HTTPStatus.OK, page.data, headers | {"Content-Type": page.content_type})

    def _send_problem(self, status: HTTPStatus, code: str, title: str) -> None:
        problem = {"type": "about:blank", "title": title, "status": int(status), "code": code}
        headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
        self._send(status, json.dumps(problem).encode(), headers)

    def _send(
        self, status: int, body: bytes, headers: dict[str, str] | list[tuple[str, str]]
    ) -> None:
        self.send_response(status)
        for name, value in headers.items() if isinstance(headers, dict) else headers:
            self.send_header(name, value)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        if status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: request lines hold photo ids, and the terminal is for people."""


def _is_api_path(path: str) -> bool:
    """Tell whether a path belongs to the API (staff signs for its own address) and stays in it."""
    names = unquote(path).split("/")
    return names[1] == "v1" and names[2:3] != ["staff"] and not {".", ".."} & set(names)


def _host_name(host: str | None) -> str:
    return (host or "").rpartition(":")[0] or (host or "")


def _chunks(source: io.BufferedIOBase, length: int) -> Iterator[bytes]:
    """Yield exactly `length` bytes of a request's body.

    Raises:
        ConnectionError: the client left before it had sent them all.
    """
    while length:
        chunk = source.read(min(length, 64 * 1024))
        if not chunk:
            raise ConnectionError("the request ended early")
        length -= len(chunk)
        yield chunk
