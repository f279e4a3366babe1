"""The port `HumanCheck` on Cloudflare Turnstile.

developers.cloudflare.com/turnstile/get-started/server-side-validation (read 2026-11): POST `secret`
and `response` as a form; a token lives 300 s and is good for one question. The person's address
may be sent along and is not: the answer does not need it (SE.4). Not for mainland China, where
Cloudflare is not dependably reached.
"""

import json
from collections.abc import Callable

from chalicelib.errors import Unavailable

SITEVERIFY_URL = "https://challenges.cloudflare.com/turnstile/v0/siteverify"
ACTION = "login"
"""What the widget must be given as its action: a token for another form is none for this one."""
TIMEOUT_S = 3.0
MAX_ANSWER_BYTES = 16 * 1024
OK = 200

OF_THE_TOKEN = frozenset(
    {"missing-input-response", "invalid-input-response", "timeout-or-duplicate"}
)
"""Error codes that are about what the person sent; all others are about us or Cloudflare."""


class TurnstileCheck:
    def __init__(self, secret: Callable[[], str], url: str = SITEVERIFY_URL) -> None:
        import urllib3

        self._secret = secret
        self._url = url
        self._http = urllib3.PoolManager(timeout=TIMEOUT_S, retries=False)

    def is_passed(self, token: str) -> bool:
        answer = self._ask(token)
        if answer.get("success") is True:
            return answer.get("action") == ACTION
        errors = answer.get("error-codes")
        if not (isinstance(errors, list) and errors and OF_THE_TOKEN.issuperset(map(str, errors))):
            raise Unavailable("The check for a person cannot be made.")
        return False

    def _ask(self, token: str) -> dict[str, object]:
        """Return the answer as it came; whatever is no answer raises Unavailable."""
        import urllib3

        try:
            reply = self._http.request(
                "POST",
                self._url,
                fields={"secret": self._secret(), "response": token},
                encode_multipart=False,
                preload_content=False,
                redirect=False,
            )
            try:
                body = reply.read(MAX_ANSWER_BYTES)
            finally:
                reply.close()
            answer = json.loads(body) if reply.status == OK else None
        except (urllib3.exceptions.HTTPError, ValueError, RecursionError):
            # Not chained: the words of a failed request may hold the secret.
            raise Unavailable("The check for a person does not answer.") from None
        if not isinstance(answer, dict):
            raise Unavailable("The check for a person does not answer.")
        return answer
