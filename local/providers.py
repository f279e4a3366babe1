"""The login providers of the local system, on 127.0.0.1 and a port of their own: a page that asks
which made-up person agrees, and what the application's server asks.

An origin of its own matters: what the page keeps and what a browser tells another site is then as
it is with the real ones.
"""

import contextlib
import html
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from local.cloud import Cloud
from local.machine import LOOPBACK, free_port, is_free
from local.stand_ins import SOMEBODY_NEW, StandIn, StandInAlipay, StandInWechat

PORT_FILE = "providers-port"
MAX_FORM_BYTES = 16 * 1024

PEOPLE = {"person-1": "Person 1", "person-2": "Person 2", SOMEBODY_NEW: "Somebody new"}

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}, the local stand-in</title><style>
:root {{ color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }}
main {{ max-width: 26rem; margin: 12vh auto; padding: 0 1.25rem; display: grid; gap: 0.75rem; }}
a {{ padding: 0.75rem 1rem; border: 1px solid; border-radius: 12px; color: inherit; }}
</style></head><body><main><h1>{title}</h1><p>{words}</p>{links}</main></body></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """Both stand-ins, listening."""

    url: str
    wechat: StandInWechat
    alipay: StandInAlipay

    def register(self, cloud: Cloud) -> dict[str, str]:
        """Put the application's keys into the cloud's secrets, and return what the template is told
        about the application.
        """
        addresses = {
            "LOGIN_WECHAT": {
                "page_url": self.url + self.wechat.page_path,
                "api_url": f"{self.url}/wechat",
            },
            "LOGIN_ALIPAY": {
                "page_url": self.url + self.alipay.page_path,
                "api_url": self.url + self.alipay.api_path,
            },
        }
        return {
            "LoginAddresses": json.dumps(addresses),
            "WechatLoginAppId": self.wechat.app_id,
            "WechatLoginSecretArn": _keep_secret(cloud, "login-wechat", self.wechat.secret),
            "AlipayLoginAppId": self.alipay.app_id,
            "AlipayLoginSecretArn": _keep_secret(cloud, "login-alipay", self.alipay.secret),
        }


@contextlib.contextmanager
def running_providers(return_url: str, state: Path | None = None) -> Iterator[Providers]:
    """Serve both for the length of a `with` block.

    Args:
        return_url: where people are sent back to; no other address is accepted.
        state: where the port of last time is kept, so that a kept deployment finds them again.
    """
    providers = (StandInWechat(return_url), StandInAlipay(return_url))
    with _Server((LOOPBACK, _choose_port(state)), _Handler) as server:
        server.stand_ins = providers
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            url = f"http://{LOOPBACK}:{server.server_port}"
            yield Providers(url=url, wechat=providers[0], alipay=providers[1])
        finally:
            server.shutdown()
            thread.join()


def _choose_port(state: Path | None) -> int:
    if state is None:
        return 0
    file = state / PORT_FILE
    known = int(file.read_text()) if file.exists() else 0
    port = known if known and is_free(known) else free_port()
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.write_text(str(port))
    return port


def _keep_secret(cloud: Cloud, name: str, value: str) -> str:
    """Store a secret of this run in the place of the last one's, and return its ARN."""
    client = cloud.client("secretsmanager")
    try:
        return str(client.create_secret(Name=name, SecretString=value)["ARN"])
    except client.exceptions.ResourceExistsException:
        return str(client.put_secret_value(SecretId=name, SecretString=value)["ARN"])


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    stand_ins: tuple[StandIn, ...]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that closes a connection half-way is no event."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "ifotor-local"
    sys_version = ""

    def do_GET(self) -> None:
        path, query = self._request()
        for one in self.server.stand_ins:
            if path == one.page_path:
                return self._ask_person(one, query)
            if path == f"{one.page_path}/agreed":
                return self._send_back(one, query)
            if path == one.api_path:
                return self._send(HTTPStatus.OK, one.answer(query, {}), "text/plain")
        return self._send(HTTPStatus.NOT_FOUND, b"", "text/plain")

    def do_POST(self) -> None:
        path, query = self._request()
        length = min(int(self.headers.get("Content-Length", "0")), MAX_FORM_BYTES)
        form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        for one in self.server.stand_ins:
            if path == one.api_path:
                return self._send(HTTPStatus.OK, one.answer(query, form), "text/html")
        return self._send(HTTPStatus.NOT_FOUND, b"", "text/plain")

    def _request(self) -> tuple[str, dict[str, str]]:
        address = urlsplit(self.path)
        return address.path, dict(parse_qsl(address.query, keep_blank_values=True))

    def _ask_person(self, one: StandIn, query: Mapping[str, str]) -> None:
        if not one.is_asked_properly(query):
            words = "The application asks in a way that its registration does not allow."
            return self._show(HTTPStatus.BAD_REQUEST, one, words, "")
        links = "".join(
            f'<a href="{html.escape(f"{one.page_path}/agreed?{urlencode({**query, **choice})}")}">'
            f"{words}</a>"
            for words, choice in _choices()
        )
        words = "A stand-in on this computer. Nobody real is asked. Who agrees?"
        return self._show(HTTPStatus.OK, one, words, links)

    def _send_back(self, one: StandIn, query: dict[str, str]) -> None:
        """Bring the browser back: with a code, or with what goes wrong on purpose."""
        person, fault = query.pop("person", ""), query.pop("fault", "")
        if not one.is_asked_properly(query):
            return self._show(HTTPStatus.BAD_REQUEST, one, "This leads nowhere.", "")
        if fault == "state":
            query["state"] = "0" * len(query.get("state", ""))
        back = one.agree(query, person)
        if fault == "denied":
            back = f"{back.partition('?')[0]}?{urlencode({'state': query.get('state', '')})}"
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", back)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None

    def _show(self, status: HTTPStatus, one: StandIn, words: str, links: str) -> None:
        page = PAGE.format(title=one.title, words=words, links=links)
        self._send(status, page.encode(), "text/html")

    def _send(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: request lines hold codes."""


def _choices() -> Iterator[tuple[str, dict[str, str]]]:
    for person, words in PEOPLE.items():
        yield f"Continue as {words}", {"person": person}
    yield "Refuse", {"fault": "denied"}
    yield "Come back with another state", {"fault": "state", "person": "person-1"}
