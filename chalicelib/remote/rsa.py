"""RSA signatures, PKCS#1 v1.5 over SHA-256: what WeChat Pay calls SHA256-RSA2048 and Alipay RSA2.

Over `cryptography` alone, imported when the first signature is made or checked.
"""

import base64
import binascii
import hashlib
import re
import warnings
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

_RSA_SIGNATURES = "1.2.840.113549.1.1."
"""Object identifiers of RSA signature algorithms begin so (PKCS #1)."""
_LABELS = {"2.5.4.3": "CN", "2.5.4.11": "OU", "2.5.4.10": "O", "2.5.4.6": "C"}
"""The parts of an issuer's name that count, by their object identifiers."""
_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


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


def first_expiry(texts: Iterable[str]) -> datetime | None:
    """Return when the first of some keys ends; only those in certificates ever do."""
    from cryptography.x509 import load_pem_x509_certificate

    ends = [
        load_pem_x509_certificate(text.encode()).not_valid_after_utc
        for text in texts
        if "BEGIN CERTIFICATE" in text
    ]
    return min(ends, default=None)


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


def certificate_serials(pem: str) -> str:
    """Return what Alipay calls the serial of a certificate, or of a chain of roots.

    MD5 of the issuer's name and the decimal serial number; of a chain, those signed with RSA,
    joined by `_` (alipay-sdk-nodejs-all, antcertutil). MD5 is Alipay's choice, and only names.

    Raises:
        ValueError: there is no certificate.
    """
    blocks = _CERTIFICATE.findall(pem)
    if not blocks:
        raise ValueError("no certificate")
    serials = [_serial_if_rsa(block) for block in blocks]
    return "_".join(serial for serial in serials if serial)


def _serial_if_rsa(pem: str) -> str:
    """Return the serial of one certificate; nothing for one that RSA did not sign.

    Alipay's own chain of roots holds one that OpenSSL cannot parse (a Chinese algorithm), and one
    with the serial number 0, which RFC 5280 does not allow: hence both exceptions.
    """
    from cryptography.x509 import load_pem_x509_certificate

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            certificate = load_pem_x509_certificate(pem.encode())
        except ValueError:
            return ""
        if not certificate.signature_algorithm_oid.dotted_string.startswith(_RSA_SIGNATURES):
            return ""
        number = certificate.serial_number
    named = [
        f"{_LABELS[one.oid.dotted_string]}={one.value!s}"
        for one in reversed(list(certificate.issuer))
        if one.oid.dotted_string in _LABELS
    ]
    return hashlib.md5((",".join(named) + str(number)).encode(), usedforsecurity=False).hexdigest()


def _der(text: str) -> bytes:
    """Strip PEM's frame; what is left is base64 either way."""
    lines = [line.strip() for line in text.strip().splitlines()]
    body = "".join(line for line in lines if not line.startswith("-----"))
    return base64.b64decode(body, validate=True)
