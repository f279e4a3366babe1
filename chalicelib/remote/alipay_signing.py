"""How Alipay's gateway signs: RSA2, which is RSA PKCS#1 v1.5 with SHA-256. Pure: no network, no
clock.

Requests: every parameter but `sign`, sorted by name and joined as name=value (opendocs.alipay.com,
"自行实现签名", read 2026-11). Answers: the bytes of the member `…_response` as they came, for a
parser's copy of them is not what was signed. Pinned by vectors that Alipay's own SDKs publish.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

SIGN_TYPE = "RSA2"


def load_private_key(text: str) -> "RSAPrivateKey":
    """Read an application's key: PEM, or the bare base64 that Alipay's tool writes.

    Raises:
        ValueError: it is no RSA key; says nothing of it.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        key = load_der_private_key(_der(text), password=None)
    except (TypeError, UnsupportedAlgorithm, ValueError):
        raise ValueError("not a private key") from None
    if isinstance(key, RSAPrivateKey):
        return key
    raise ValueError("not an RSA key")


def load_public_key(text: str) -> "RSAPublicKey":
    """Read Alipay's public key: PEM, or the bare base64 that its console shows.

    Raises:
        ValueError: it is no RSA key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(_der(text))
    except (UnsupportedAlgorithm, ValueError):
        raise ValueError("not a public key") from None
    if isinstance(key, RSAPublicKey):
        return key
    raise ValueError("not an RSA key")


def request_text(parameters: Mapping[str, str]) -> bytes:
    """Return what is signed of a request; unlike with notifications, `sign_type` is part of it."""
    covered = sorted(name for name, value in parameters.items() if name != "sign" and value)
    return "&".join(f"{name}={parameters[name]}" for name in covered).encode()


def sign(message: bytes, key: "RSAPrivateKey") -> str:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def is_signed(message: bytes, signature: str, key: "RSAPublicKey") -> bool:
    """Whether the holder of the key signed these bytes; False for anything that is no signature."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


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


def _der(text: str) -> bytes:
    """Strip PEM's frame; what is left is base64 either way."""
    lines = [line.strip() for line in text.strip().splitlines()]
    body = "".join(line for line in lines if not line.startswith("-----"))
    return base64.b64decode(body, validate=True)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _after(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != mark:
        raise ValueError("not a JSON object")
    return at + 1
