"""Keys of both sides, made at every start, and what the service is told of them."""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

MERCHANT, APP_ID, WECHAT_APP_ID, SELLER = (
    "1900000001",
    "2021000000000001",
    "wx0000000000000001",
    "2088000000000001",
)
MERCHANT_SERIAL = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
CERTIFIED_AT = datetime(2026, 1, 1, tzinfo=UTC)
WECHAT_SERIAL = "PUB_KEY_ID_0119000000012026112300000000"


@dataclass(frozen=True, slots=True)
class Keys:
    merchant: rsa.RSAPrivateKey
    """Ours, as a merchant of WeChat Pay."""
    wechat: rsa.RSAPrivateKey
    app: rsa.RSAPrivateKey
    """Ours, as an app of Alipay."""
    alipay: rsa.RSAPrivateKey
    api_key: str
    """32 characters that WeChat encrypts notifications with."""


def make_keys() -> Keys:
    """Make fresh keys; about half a second."""
    made = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(4)]
    merchant, wechat, app, alipay = made
    return Keys(merchant, wechat, app, alipay, api_key=secrets.token_hex(16))


def wechatpay_secret(keys: Keys, *, sandbox_url: str, notify_url: str) -> str:
    """Write what the service must know to be a merchant of the sandbox's WeChat Pay."""
    kinds = ("app", "jsapi", "native", "h5")
    return json.dumps(
        {
            "mchid": MERCHANT,
            "certificate": _certificate(keys.merchant, MERCHANT_SERIAL),
            "private_key": _private_pem(keys.merchant),
            "api_key": keys.api_key,
            "keys": {WECHAT_SERIAL: _public_pem(keys.wechat)},
            "app_ids": {f"wechatpay_{kind}": WECHAT_APP_ID for kind in kinds},
            "notify_url": notify_url,
            "endpoint": sandbox_url,
        }
    )


def alipay_secret(keys: Keys, *, sandbox_url: str, notify_url: str, return_url: str) -> str:
    """Write what the service must know to be an app of the sandbox's Alipay."""
    return json.dumps(
        {
            "app_id": APP_ID,
            "seller_id": SELLER,
            "private_key": _private_pem(keys.app),
            "keys": [_public_pem(keys.alipay)],
            "methods": ["alipay_app", "alipay_page", "alipay_wap"],
            "notify_url": notify_url,
            "return_url": return_url,
            "gateway": f"{sandbox_url}/gateway.do",
        }
    )


def sign(key: rsa.RSAPrivateKey, message: str) -> str:
    raw = key.sign(message.encode(), padding.PKCS1v15(), SHA256())
    return base64.b64encode(raw).decode()


def check(key: rsa.RSAPrivateKey, message: str, signature: str) -> None:
    """Check a signature made with this key's pair; raises InvalidSignature or ValueError."""
    key.public_key().verify(
        base64.b64decode(signature), message.encode(), padding.PKCS1v15(), SHA256()
    )


def _certificate(key: rsa.RSAPrivateKey, serial: str) -> str:
    """Make what WeChat Pay gives a merchant for a key: valid for five years."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, MERCHANT)])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int(serial, 16))
        .not_valid_before(CERTIFIED_AT)
        .not_valid_after(CERTIFIED_AT + timedelta(days=5 * 365))
        .sign(key, SHA256())
        .public_bytes(serialization.Encoding.PEM)
        .decode()
    )


def _private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _public_pem(key: rsa.RSAPrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
