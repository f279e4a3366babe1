"""One question to a service of others: a time limit, a size limit, no redirect, no repeat.

What went wrong is not told on: addresses and answers hold secrets and what people are.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from chalicelib.identity.errors import ProviderUnavailable

TIMEOUT_S = 5.0
"""For connecting, and again for the answer: within the API's 29 seconds with room for the rest."""
MAX_ANSWER_BYTES = 16 * 1024
"""The longest documented answer to a code has about 1 KiB."""
HTTP_OK = 200
FORM = "application/x-www-form-urlencoded; charset=utf-8"


class Exchange:
    """Asks over a connection of its own each time: logins are too rare to keep one."""

    def __init__(self) -> None:
        import urllib3

        self._http = urllib3.PoolManager(timeout=TIMEOUT_S, retries=False)

    def ask(self, method: str, url: str, form: Mapping[str, str]) -> bytes:
        """Send a form (GET: as the query) and return the body of a 200 answer.

        Raises:
            ProviderUnavailable: anything else came, too much came, or nothing.
        """
        import urllib3

        text = urlencode(form)
        is_get = method == "GET"
        try:
            reply = self._http.request(
                method,
                f"{url}?{text}" if is_get else url,
                body=None if is_get else text,
                headers={} if is_get else {"Content-Type": FORM},
                preload_content=False,
                redirect=False,
            )
            try:
                body = reply.read(MAX_ANSWER_BYTES + 1, decode_content=False)
            finally:
                reply.close()
        except urllib3.exceptions.HTTPError:
            raise ProviderUnavailable from None
        if reply.status != HTTP_OK or len(body) > MAX_ANSWER_BYTES:
            raise ProviderUnavailable
        return body
