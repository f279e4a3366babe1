"""RSA signatures, PKCS#1 v1.5 over SHA-256: what WeChat Pay calls SHA256-RSA2048 and Alipay RSA2.

Over `cryptography` alone, imported when the first signature is made or checked.
"""

import base64
import binascii
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey


def load_private_key(text: str) -> "RSAPrivateKey":
    """Read a private key: PEM, or the bare base64 that Alipay's tool writes.

    Raises:
        ValueError: it is none, or not RSA; says nothing of it.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        key = load_der_private_key(_der(text), password=None)
    except (TypeError, UnsupportedAlgorithm, ValueError):
        raise ValueError("not a private key") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("not an RSA key")  # noqa: TRY004 - the text is wrong, not the type
    return key


def load_public_key(text: str) -> "RSAPublicKey":
    """Read a public key: PEM, the bare base64 of Alipay's console, or a certificate that holds it.

    Raises:
        ValueError: it is none, or not RSA.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key
    from cryptography.x509 import load_pem_x509_certificate

    try:
        key = (
            load_pem_x509_certificate(text.encode()).public_key()
            if "BEGIN CERTIFICATE" in text
            else load_der_public_key(_der(text))
        )
    except (UnsupportedAlgorithm, ValueError):
        raise ValueError("not a public key") from None
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA key")  # noqa: TRY004 - the text is wrong, not the type
    return key


def sign(message: bytes, key: "RSAPrivateKey") -> str:
    """Return the signature in base64."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def is_signed(message: bytes, signature: str, key: "RSAPublicKey") -> bool:
    """Whether `signature` is that of `message`, written in the one way base64 has for it."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        raw = base64.b64decode(signature, validate=True)
        if base64.b64encode(raw).decode() != signature:
            return False
        key.verify(raw, message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _der(text: str) -> bytes:
    """Strip PEM's frame; what is left is base64 either way."""
    lines = [line.strip() for line in text.strip().splitlines()]
    body = "".join(line for line in lines if not line.startswith("-----"))
    return base64.b64decode(body, validate=True)
