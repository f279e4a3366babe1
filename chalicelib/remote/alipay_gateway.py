"""Calls to Alipay's gateway: signed on the way there, believed only if signed on the way back."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.payments.errors import PaymentUnavailable
from chalicelib.remote.alipay_signing import is_signed, members_of
from chalicelib.remote.strict import MAX_BYTES, NotReadable, read_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 2.0, 5.0
ATTEMPTS = 2
"""Of each call: it names its order or refund, so Alipay takes a repeat for the same one."""
OK = 200
TAKEN = "10000"
"""The gateway understood; whether it did anything is in the other members."""


class AlipayGateway:
    def __init__(self, url: str, keys: list["RSAPublicKey"]) -> None:
        import urllib3

        self._url = url
        self._keys = keys
        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S)
        self._http = urllib3.PoolManager(timeout=timeout, retries=False)

    def call(self, name: str, signed: Callable[[], Mapping[str, str]]) -> dict[str, Any]:
        """Call a method and return its answer, whatever it says.

        Args:
            signed: makes the parameters, with the signature, anew for each try.
        Raises:
            PaymentUnavailable: there was no answer that Alipay had signed.
        """
        for _ in range(ATTEMPTS):
            body = self._send(signed())
            if body is not None:
                return self._verified(name, body)
        raise PaymentUnavailable

    def _verified(self, name: str, body: bytes) -> dict[str, Any]:
        """Check the signature over the very text of the answer, then read that text."""
        try:
            members = members_of(body)
            answer = members[name.replace(".", "_") + "_response"]
            signature = json.loads(members["sign"])
            raw = answer.encode()
            if not any(is_signed(raw, str(signature), key) for key in self._keys):
                raise PaymentUnavailable
            return read_json(raw)
        except (KeyError, NotReadable, ValueError):
            raise PaymentUnavailable from None

    def _send(self, parameters: Mapping[str, str]) -> bytes | None:
        import urllib3

        try:
            reply = self._http.request(
                "POST",
                self._url,
                fields=dict(parameters),
                encode_multipart=False,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError:
            return None
        return reply.data if reply.status == OK and len(reply.data) <= MAX_BYTES else None
