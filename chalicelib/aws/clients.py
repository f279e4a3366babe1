"""How clients are made: one configuration, made when first needed, kept for the life of the
container.
"""

from functools import cache
from typing import Any

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 2, 10
"""A call that hangs must leave room for its two retries within the API's 29 seconds."""

SENT_ONCE = frozenset({"sns", "pinpoint-sms-voice-v2"})
"""Services that send a message again when a call is repeated because its answer was lost."""


@cache
def client(service: str) -> Any:
    """Make the client of one service; region, credentials and endpoint come from the runtime."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": 1 if service in SENT_ONCE else 3},
        signature_version="s3v4" if service == "s3" else None,
    )
    return boto3.client(service, config=config)
