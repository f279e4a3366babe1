"""The port `SmsSender` on Tencent Cloud SMS, for numbers in mainland China.

SendSms of 2021-01-11 (cloud.tencent.com/document/api/382/55981, read 2026-11), signed by
TC3-HMAC-SHA256 (tencentcloud.com/document/api/1021/34193). A message there is a template that was
approved beforehand, and its parameters: the code, then the minutes it works for.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

from chalicelib.clock import Clock
from chalicelib.identity.errors import SmsUnavailable
from chalicelib.identity.ports import CodeMessage, MessageKind

ENDPOINT = "https://sms.tencentcloudapi.com"
SERVICE, ACTION, VERSION = "sms", "SendSms", "2021-01-11"
CONTENT_TYPE = "application/json; charset=utf-8"
TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TencentTemplate:
    """What was registered and approved in Tencent's console."""

    app_id: str
    sign_name: str
    """What stands in 【】 before the text; Tencent puts it there."""
    template_ids: Mapping[MessageKind, str]
    """A code's parameters are the code and its minutes; a warning has none."""
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TencentKey:
    id: str
    secret: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key as it is stored: {"secret_id": …, "secret_key": …}.

        Raises:
            SmsUnavailable: it is something else.
        """
        try:
            stored = json.loads(text)
            return cls(id=str(stored["secret_id"]), secret=str(stored["secret_key"]))
        except (KeyError, TypeError, ValueError):
            raise SmsUnavailable("The key of the SMS service could not be read.") from None


class TencentSmsSender:
    """Not repeated on failure: a message whose answer was lost would be sent twice."""

    def __init__(
        self,
        template: TencentTemplate,
        *,
        read_key: Callable[[], str],
        clock: Clock,
        endpoint: str = ENDPOINT,
    ) -> None:
        import urllib3

        self._template = template
        self._read_key = read_key
        self._clock = clock
        self._endpoint = endpoint
        self._http = urllib3.PoolManager(timeout=TIMEOUT_S, retries=False)

    def send(self, message: CodeMessage) -> None:
        import urllib3

        key = TencentKey.parse(self._read_key())
        body = json.dumps(_request(self._template, message)).encode()
        headers = _headers(key, self._template.region, self._endpoint, body, self._clock.now())
        try:
            reply = self._http.request("POST", f"{self._endpoint}/", body=body, headers=headers)
        except urllib3.exceptions.HTTPError:
            raise SmsUnavailable from None
        if not _is_taken(reply.status, reply.data):
            # Tencent's words are not passed on: they may repeat the number.
            raise SmsUnavailable


def sign(key: TencentKey, *, service: str, host: str, body: bytes, now: datetime) -> str:
    """Return the Authorization of a POST to `/` whose content type is CONTENT_TYPE."""
    day = f"{now.astimezone(UTC):%Y-%m-%d}"
    scope = f"{day}/{service}/tc3_request"
    headers = f"content-type:{CONTENT_TYPE}\nhost:{host}\n"
    request = f"POST\n/\n\n{headers}\ncontent-type;host\n{hashlib.sha256(body).hexdigest()}"
    digest = hashlib.sha256(request.encode()).hexdigest()
    to_sign = f"TC3-HMAC-SHA256\n{int(now.timestamp())}\n{scope}\n{digest}"
    secret = f"TC3{key.secret}".encode()
    for part in (day, service, "tc3_request"):
        secret = hmac.digest(secret, part.encode(), hashlib.sha256)
    signature = hmac.digest(secret, to_sign.encode(), hashlib.sha256).hex()
    return (
        f"TC3-HMAC-SHA256 Credential={key.id}/{scope}, "
        f"SignedHeaders=content-type;host, Signature={signature}"
    )


def _request(template: TencentTemplate, message: CodeMessage) -> dict[str, object]:
    return {
        "PhoneNumberSet": [message.phone],
        "SmsSdkAppId": template.app_id,
        "SignName": template.sign_name,
        "TemplateId": template.template_ids[message.kind],
        "TemplateParamSet": [message.code, str(message.minutes)] if message.code else [],
    }


def _headers(
    key: TencentKey, region: str, endpoint: str, body: bytes, now: datetime
) -> dict[str, str]:
    host = urlsplit(endpoint).netloc
    return {
        "Authorization": sign(key, service=SERVICE, host=host, body=body, now=now),
        "Content-Type": CONTENT_TYPE,
        "Host": host,
        "X-TC-Action": ACTION,
        "X-TC-Timestamp": str(int(now.timestamp())),
        "X-TC-Version": VERSION,
        "X-TC-Region": region,
    }


def _is_taken(status: int, body: bytes) -> bool:
    """Whether the one message was taken: errors come with status 200, and in two places."""
    try:
        [sent] = json.loads(body)["Response"]["SendStatusSet"]
        return bool(status == 200 and sent["Code"] == "Ok")
    except (KeyError, TypeError, ValueError):
        return False
