"""The sandbox over HTTP on loopback: both providers' addresses, and the pages of a cashier."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from local.sandbox.alipay import AlipaySandbox
from local.sandbox.cashier import Cashier
from local.sandbox.keys import Keys
from local.sandbox.trades import Trades
from local.sandbox.wechatpay import Message, WechatpaySandbox

NOTIFY_TIMEOUT_S = 30
"""Longer than the API may take; WeChat itself waits five seconds, and sends it again."""


class Sandbox:
    """Both providers, one book of trades, and the way their notifications go."""

    def __init__(self, keys: Keys, url: str, now: Callable[[], float] = time.time) -> None:
        self.url = url
        self.keys = keys
        self.trades = Trades(now)
        self.wechatpay = WechatpaySandbox(keys, self.trades, now, url)
        self.alipay = AlipaySandbox(keys, self.trades, now, url)
        self.cashier = Cashier(self.trades, self.wechatpay, self.alipay, send=post)


def post(url: str, message: Message) -> str:
    """Bring a notification; return what was answered, in a line."""
    request = urllib.request.Request(url, data=message.body, headers=message.headers)
    try:
        with urllib.request.urlopen(request, timeout=NOTIFY_TIMEOUT_S) as reply:
            return f"{reply.status} {reply.read(100).decode(errors='replace')}".strip()
    except urllib.error.HTTPError as error:
        with error:
            return f"{error.code} {error.read(100).decode(errors='replace')}".strip()
    except OSError as error:
        return f"no answer: {type(error).__name__}"


@contextmanager
def running_sandbox(keys: Keys, now: Callable[[], float] = time.time) -> Iterator[Sandbox]:
    """Serve on a free port of 127.0.0.1 for the length of a `with` block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        sandbox = Sandbox(keys, f"http://127.0.0.1:{server.server_port}", now)
        server.sandbox = sandbox  # type: ignore[attr-defined]  # read by the handler
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield sandbox
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _serve(self, body: bytes) -> None:
        sandbox: Sandbox = self.server.sandbox  # type: ignore[attr-defined]
        path = urlsplit(self.path).path
        if path.startswith("/v3/"):
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = sandbox.wechatpay.answer(self.command, self.path, headers, body)
        elif path == "/gateway.do" and self.command == "POST":
            raw = sandbox.alipay.answer(dict(parse_qsl(body.decode(), keep_blank_values=True)))
            answer = Message(200, {"Content-Type": "application/json"}, raw)
        else:
            answer = self._page(sandbox, path, body)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _page(self, sandbox: Sandbox, path: str, body: bytes) -> Message:
        query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        match self.command, path:
            case "GET", "/gateway.do":
                return sandbox.cashier.open_alipay(query)
            case "GET", "/pay":
                return sandbox.cashier.show(query)
            case "POST", "/pay":
                return sandbox.cashier.act(form)
            case "GET", "/alipay-bill":
                file = sandbox.alipay.bills.file(query.get("date", ""))
                return Message(200, {"Content-Type": "application/zip"}, file)
            case "GET", "/":
                return sandbox.cashier.list_trades()
        return Message(404, {"Content-Type": "text/plain"}, b"nothing here")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a line would name orders."""
