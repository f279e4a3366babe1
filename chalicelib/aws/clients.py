"""How clients are made: one configuration, made when first needed, kept for the life of the
container.
"""

from functools import cache, cached_property
from typing import Any

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 2, 10
"""A call that hangs must leave room for its two retries within the API's 29 seconds."""

SENT_ONCE = frozenset({"sns", "pinpoint-sms-voice-v2"})
"""Services that send a message again when a call is repeated because its answer was lost."""


@cache
def client(service: str) -> Any:
    """Return the client of one service; region, credentials and endpoint come from the runtime.

    It is made by the first call through it: a service may hold clients that few requests need.
    """
    return _Client(service)


class _Client:
    def __init__(self, service: str) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)

    @cached_property
    def _made(self) -> Any:
        import boto3
        from botocore.config import Config

        config = Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            retries={
                "mode": "standard",
                "total_max_attempts": 1 if self._service in SENT_ONCE else 3,
            },
            signature_version="s3v4" if self._service == "s3" else None,
        )
        return boto3.client(self._service, config=config)
