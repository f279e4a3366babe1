"""Calls to WeChat Pay: signed on the way there, and believed only if signed on the way back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from chalicelib.clock import Clock
from chalicelib.ids import Entropy
from chalicelib.payments.errors import PaymentUnavailable
from chalicelib.remote.bill_files import fetch
from chalicelib.remote.strict import NotReadable, read_json
from chalicelib.remote.wechatpay_signing import (
    Merchant,
    NotAuthentic,
    authorization,
    check_authentic,
)

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 2.0, 5.0
ATTEMPTS = 2
"""Of each call: it names its order or refund, so WeChat takes a repeat for the same one."""
WORTH_REPEATING = frozenset({429, 500, 502, 503})
OK, NO_CONTENT = 200, 204
PUBLIC_KEY_PREFIX = "PUB_KEY_ID_"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content: Mapping[str, Any] = field(repr=False)

    @property
    def code(self) -> str:
        """WeChat's word for why not."""
        return str(self.content.get("code", ""))

    def taken(self) -> Mapping[str, Any]:
        """Return the content of an answer that says yes.

        Raises:
            PaymentUnavailable: it says no.
        """
        if self.status not in (OK, NO_CONTENT):
            raise PaymentUnavailable
        return self.content


class WechatpayClient:
    def __init__(
        self, merchant: Merchant, endpoint: str, *, clock: Clock, entropy: Entropy
    ) -> None:
        import urllib3

        self._merchant = merchant
        self._endpoint = endpoint
        self._clock = clock
        self._entropy = entropy
        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S)
        self._http = urllib3.PoolManager(timeout=timeout, retries=False)

    def call(self, method: str, target: str, content: Mapping[str, Any] | None = None) -> Answer:
        """Call WeChat and return its answer, yes or no.

        Raises:
            PaymentUnavailable: there was none that it had signed.
        """
        body = json.dumps(content, ensure_ascii=False).encode() if content is not None else b""
        reply = None
        for _ in range(ATTEMPTS):
            reply = self._send(method, target, body)
            if reply is not None and reply.status not in WORTH_REPEATING:
                break
        if reply is None:
            raise PaymentUnavailable
        headers = {name.lower(): value for name, value in reply.headers.items()}
        try:
            check_authentic(self._merchant.ring, headers, reply.data, now=self._clock.now())
            return Answer(reply.status, read_json(reply.data) if reply.data else {})
        except (NotAuthentic, NotReadable):
            raise PaymentUnavailable from None

    def download(self, target: str, into: BinaryIO, *, max_bytes: int) -> None:
        """Fetch a file that an answer named. It is not signed: its checksum was, in that answer.

        Raises:
            PaymentUnavailable: it did not come; BillUnreadable: it is too long.
        """
        signed = self._headers("GET", target, b"")
        fetch(self._http, self._endpoint + target, signed, into, max_bytes=max_bytes)

    def _send(self, method: str, target: str, body: bytes) -> Any:
        """Send once; None when nothing came back."""
        import urllib3

        headers = self._headers(method, target, body)
        # Names the key that the answer shall be signed with.
        serials = [one for one in self._merchant.ring if one.startswith(PUBLIC_KEY_PREFIX)]
        headers |= {"Wechatpay-Serial": serials[0]} if serials else {}
        try:
            return self._http.request(
                method, self._endpoint + target, body=body, headers=headers, redirect=False
            )
        except urllib3.exceptions.HTTPError:
            return None

    def _headers(self, method: str, target: str, body: bytes) -> dict[str, str]:
        now, nonce = self._clock.now(), self._entropy.random_bytes(16).hex()
        return {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "ifotor",
            "Authorization": authorization(
                self._merchant, method, target, body, now=now, nonce=nonce
            ),
        }
