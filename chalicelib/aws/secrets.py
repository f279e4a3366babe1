"""The port `SecretRing` on Secrets Manager: AWSCURRENT, and AWSPREVIOUS while a rotation overlaps.

Read through Powertools Parameters, which keeps a value for MAX_AGE_S: authentication costs no call.
"""

import hashlib
import time
from typing import Any

from chalicelib.errors import Unavailable
from chalicelib.identity.ports import Secret

MAX_AGE_S = 300
"""How long a container may go on with a key after a rotation."""
REFETCH_AFTER_S = 30
"""How often an unknown key id may cause a fetch: forged tokens must not become a stream of calls.
"""


class SecretsManagerRing:
    def __init__(self, client: Any, arn: str) -> None:
        from aws_lambda_powertools.utilities.parameters import SecretsProvider

        self._arn = arn
        # One provider a stage: a provider's cache doesn't tell version stages apart.
        self._stages = {
            stage: SecretsProvider(boto3_client=client) for stage in ("AWSCURRENT", "AWSPREVIOUS")
        }
        self._has_previous = True
        self._fetched_at_s = 0.0

    def current(self) -> Secret:
        return self._read("AWSCURRENT")

    def find(self, secret_id: bytes) -> Secret | None:
        found = self._find(secret_id)
        if found is None and time.monotonic() - self._fetched_at_s > REFETCH_AFTER_S:
            self._fetched_at_s = time.monotonic()
            self._has_previous = True
            found = self._find(secret_id, force_fetch=True)
        return found

    def _find(self, secret_id: bytes, *, force_fetch: bool = False) -> Secret | None:
        current = self._read("AWSCURRENT", force_fetch=force_fetch)
        if current.id == secret_id:
            return current
        previous = self._read_previous(force_fetch=force_fetch)
        return previous if previous and previous.id == secret_id else None

    def _read_previous(self, *, force_fetch: bool) -> Secret | None:
        if not self._has_previous:
            return None
        try:
            return self._read("AWSPREVIOUS", force_fetch=force_fetch)
        except Unavailable:
            # A secret that was never rotated has none; ask again only with the next fetch.
            self._has_previous = False
            return None

    def _read(self, stage: str, *, force_fetch: bool = False) -> Secret:
        """Read one version; without a key nothing may be allowed: a failure is Unavailable."""
        from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

        try:
            text = self._stages[stage].get(
                self._arn, max_age=MAX_AGE_S, force_fetch=force_fetch, VersionStage=stage
            )
        except GetParameterError:
            raise Unavailable("The keys could not be read.") from None
        key = str(text).encode()
        return Secret(id=hashlib.sha256(b"id\n" + key).digest()[:4], key=key)
