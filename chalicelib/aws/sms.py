"""Ways to send a text message, each the port `SmsSender`."""

import json
from collections.abc import Callable
from typing import Any

from chalicelib.errors import SmsUnavailable
from chalicelib.phone import Phone

GATEWAY_TIMEOUT_S = 3.0
ACCEPTED = range(200, 300)


class SnsSmsSender:
    """Amazon SNS; not in China, where SNS sends no texts (docs.amazonaws.cn, read 2026-11)."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send(self, phone: Phone, text: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        kind = {"DataType": "String", "StringValue": "Transactional"}
        try:
            self._client.publish(
                PhoneNumber=phone, Message=text, MessageAttributes={"AWS.SNS.SMS.SMSType": kind}
            )
        except (BotoCoreError, ClientError):
            # Not chained: the provider's words may repeat the number.
            raise SmsUnavailable from None


class HttpSmsSender:
    """A gateway of the operator's: POST {"to", "text"} as JSON with a bearer secret; any 2xx is
    taken.

    Not repeated on failure: a message that was taken, and whose answer was lost, would be sent
    twice.
    """

    def __init__(self, url: str, bearer: Callable[[], str]) -> None:
        import urllib3

        self._url = url
        self._bearer = bearer
        self._http = urllib3.PoolManager(timeout=GATEWAY_TIMEOUT_S, retries=False)

    def send(self, phone: Phone, text: str) -> None:
        import urllib3

        try:
            reply = self._http.request(
                "POST",
                self._url,
                body=json.dumps({"to": phone, "text": text}),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {self._bearer()}",
                },
            )
        except urllib3.exceptions.HTTPError:
            raise SmsUnavailable from None
        if reply.status not in ACCEPTED:
            raise SmsUnavailable
