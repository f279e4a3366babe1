"""Certificates of providers and of ours at them: by what serial they are named, when they end.

Over `cryptography` alone, imported when the first certificate is read.
"""

import hashlib
import re
import warnings
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_RSA_SIGNATURES = "1.2.840.113549.1.1."
"""Object identifiers of RSA signature algorithms begin so (PKCS #1)."""
_LABELS = {"2.5.4.3": "CN", "2.5.4.11": "OU", "2.5.4.10": "O", "2.5.4.6": "C"}
"""The parts of an issuer's name that count, by their object identifiers."""
_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def first_expiry(texts: Iterable[str]) -> datetime | None:
    """Return when the first of some keys ends; only those in certificates ever do."""
    from cryptography.x509 import load_pem_x509_certificate

    ends = [
        load_pem_x509_certificate(text.encode()).not_valid_after_utc
        for text in texts
        if "BEGIN CERTIFICATE" in text
    ]
    return min(ends, default=None)


def serial_of_own(pem: str, key: "RSAPrivateKey") -> str:
    """Return the serial that WeChat Pay knows our certificate by: hexadecimal, as `openssl x509
    -serial` writes it.

    Raises:
        ValueError: there is no certificate, or it is not of this key.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import load_pem_x509_certificate

    certificate = load_pem_x509_certificate(pem.encode())
    public = certificate.public_key()
    if not isinstance(public, RSAPublicKey) or (
        public.public_numbers() != key.public_key().public_numbers()
    ):
        raise ValueError("the certificate is not of the private key")
    digits = f"{certificate.serial_number:X}"
    return digits.zfill(len(digits) + len(digits) % 2)


def serials_in_requests(app_certificate: str, root_certificates: str) -> dict[str, str]:
    """Return what each request to Alipay says of certificates; nothing where there are none.

    Raises:
        ValueError: one of both, or no certificate.
    """
    if bool(app_certificate) != bool(root_certificates):
        raise ValueError("the app's certificate and the roots come together")
    if not app_certificate:
        return {}
    return {
        "app_cert_sn": certificate_serials(app_certificate),
        "alipay_root_cert_sn": certificate_serials(root_certificates),
    }


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
