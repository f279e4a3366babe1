"""The port `SmsSender` on a gateway of the operator's own, who says how it is reached."""

import json
from collections.abc import Callable

from chalicelib.identity.errors import SmsUnavailable
from chalicelib.identity.ports import CodeMessage

TIMEOUT_S = 3.0
ACCEPTED = range(200, 300)


class HttpSmsSender:
    """POST {"to", "text", "code", "minutes", "language"} as JSON with a bearer secret; any 2xx is
    taken.

    Not repeated on failure: a message that was taken, and whose answer was lost, would be sent
    twice.
    """

    def __init__(self, url: str, bearer: Callable[[], str]) -> None:
        import urllib3

        self._url = url
        self._bearer = bearer
        self._http = urllib3.PoolManager(timeout=TIMEOUT_S, retries=False)

    def send(self, message: CodeMessage) -> None:
        import urllib3

        body = {
            "to": message.phone,
            "text": message.text,
            "code": message.code,
            "minutes": message.minutes,
            "language": message.language,
        }
        try:
            reply = self._http.request(
                "POST",
                self._url,
                body=json.dumps(body),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {self._bearer()}",
                },
            )
        except urllib3.exceptions.HTTPError:
            raise SmsUnavailable from None
        if reply.status not in ACCEPTED:
            raise SmsUnavailable
