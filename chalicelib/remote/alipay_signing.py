"""How Alipay's gateway signs: RSA2, which is RSA PKCS#1 v1.5 with SHA-256. Pure: no network, no
clock.

Requests: every parameter but `sign`, sorted by name and joined as name=value (opendocs.alipay.com,
"自行实现签名", read 2026-11). Answers: the bytes of the member `…_response` as they came, for a
parser's copy of them is not what was signed. Pinned by vectors that Alipay's own SDKs publish.
"""

import json
from collections.abc import Mapping

# The signature itself is WeChat Pay's too.
from chalicelib.remote.rsa import is_signed as is_signed
from chalicelib.remote.rsa import load_private_key as load_private_key
from chalicelib.remote.rsa import load_public_key as load_public_key
from chalicelib.remote.rsa import sign as sign

SIGN_TYPE = "RSA2"


def request_text(parameters: Mapping[str, str]) -> bytes:
    """Return what is signed of a request; unlike with notifications, `sign_type` is part of it."""
    covered = sorted(name for name, value in parameters.items() if name != "sign" and value)
    return "&".join(f"{name}={parameters[name]}" for name in covered).encode()


def members_of(answer: bytes) -> dict[str, str]:
    """Split an answer into the members of its object, each value as the text that came.

    Raises:
        ValueError: it is no JSON object in UTF-8, or names a member twice.
    """
    text = answer.decode()
    decoder = json.JSONDecoder()
    members: dict[str, str] = {}
    at = _after(text, 0, "{")
    while True:
        try:
            name, at = decoder.raw_decode(text, _skip(text, at))
            start = _skip(text, _after(text, at, ":"))
            _, at = decoder.raw_decode(text, start)
        except RecursionError:
            raise ValueError("nested too deep") from None
        if not isinstance(name, str) or name in members:
            raise ValueError("not an object whose members have one name each")
        members[name] = text[start:at]
        at = _skip(text, at)
        if text[at:].startswith("}") and not text[at + 1 :].strip(" \t\r\n"):
            return members
        at = _after(text, at, ",")


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _after(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != mark:
        raise ValueError("not a JSON object")
    return at + 1
