"""A service of others on loopback: answers what it is told to and keeps what came."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REDIRECTS = range(300, 400)


@dataclass(frozen=True, slots=True)
class Received:
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(slots=True)
class Service:
    url: str = ""
    received: list[Received] = field(default_factory=list)


@contextmanager
def service(status: int | None, answer: bytes = b"") -> Iterator[Service]:
    """Serve until the end of a `with` block; a status of None hangs up without an answer."""
    serving = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            serving.received.append(Received(self.path, headers, body))
            if status is None:
                self.close_connection = True
                return
            self.send_response(status)
            if status in REDIRECTS:
                self.send_header("Location", f"{serving.url}/elsewhere")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            serving.url = f"http://127.0.0.1:{server.server_port}"
            yield serving
        finally:
            server.shutdown()
            thread.join()
