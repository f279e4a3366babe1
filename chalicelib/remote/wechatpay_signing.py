"""How WeChat Pay's API v3 signs and encrypts. Pure: no network, no clock, no settings.

Requests, answers and notifications: pay.weixin.qq.com/doc/v3/merchant, "签名生成", "签名验证" and
"证书和回调报文解密", read 2026-11; pinned by the vectors of WeChat Pay's own SDKs (wechatpay-go,
wechatpay-java). What an app hands to WeChat is signed in four lines; JSAPI signs
`prepay_id=wx…`, an APP the bare `wx…`.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.remote.rsa import is_signed, sign

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

SCHEME = "WECHATPAY2-SHA256-RSA2048"
PROBE_PREFIX = "WECHATPAY/SIGNTEST/"
"""WeChat sends wrong signatures that begin so, to see them refused."""
FRESHNESS = timedelta(minutes=5)
"""A message's time may differ from ours by less than this, either way, as wechatpay-go has it."""
API_KEY_BYTES = 32
NONCE_BYTES = 12


class NotAuthentic(Exception):
    """The message is not WeChat Pay's, or not of now; `reason` may be logged."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """Who signs, and whose signatures are believed."""

    id: str
    serial: str
    """Of the merchant's own certificate."""
    private_key: "RSAPrivateKey" = field(repr=False)
    ring: Mapping[str, "RSAPublicKey"] = field(repr=False)
    """WeChat's keys by opaque serial: platform certificates and `PUB_KEY_ID_…` at once, because
    WeChat moves a merchant from one to the other callback by callback.
    """


def authorization(
    merchant: Merchant, method: str, target: str, body: bytes, *, now: datetime, nonce: str
) -> str:
    """Return the Authorization of a request; `target` is its path with its query."""
    stamp = str(int(now.timestamp()))
    message = _lines(method, target, stamp, nonce) + body + b"\n"
    return (
        f'{SCHEME} mchid="{merchant.id}",nonce_str="{nonce}",'
        f'signature="{sign(message, merchant.private_key)}",'
        f'timestamp="{stamp}",serial_no="{merchant.serial}"'
    )


def client_signature(merchant: Merchant, app_id: str, stamp: str, nonce: str, prepay: str) -> str:
    """Sign what an app or page hands to WeChat; `prepay` is its last line."""
    return sign(_lines(app_id, stamp, nonce, prepay), merchant.private_key)


def check_authentic(
    ring: Mapping[str, "RSAPublicKey"], headers: Mapping[str, str], body: bytes, *, now: datetime
) -> None:
    """Check that WeChat Pay signed exactly these bytes within the last five minutes.

    Args:
        headers: by their names in lower case.
        body: as it came.
    Raises:
        NotAuthentic: stale, unknown_key, probe, signature; the body has not been read.
    """
    stamp, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
    signature = headers.get("wechatpay-signature", "")
    if headers.get("wechatpay-signature-type", SCHEME) != SCHEME:
        raise NotAuthentic("signature")
    if signature.startswith(PROBE_PREFIX):
        raise NotAuthentic("probe")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= len("9999999999")):
        raise NotAuthentic("stale")
    if abs(now.timestamp() - int(stamp)) >= FRESHNESS.total_seconds():
        raise NotAuthentic("stale")
    key = ring.get(headers.get("wechatpay-serial", ""))
    if key is None:
        raise NotAuthentic("unknown_key")
    if not is_signed(_lines(stamp, nonce) + body + b"\n", signature, key):
        raise NotAuthentic("signature")


def decrypt(api_key: bytes, *, nonce: str, associated_data: str, ciphertext: str) -> bytes:
    """Open what WeChat encrypted by AES-GCM; the last 16 bytes of the ciphertext are its tag.

    Raises:
        NotAuthentic: decryption; another key, nonce or associated data, or a flipped bit.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        raw = base64.b64decode(ciphertext, validate=True)
        if base64.b64encode(raw).decode() != ciphertext or len(nonce.encode()) != NONCE_BYTES:
            raise NotAuthentic("decryption")
        return AESGCM(api_key).decrypt(nonce.encode(), raw, associated_data.encode())
    except (InvalidTag, binascii.Error, ValueError):
        raise NotAuthentic("decryption") from None


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
