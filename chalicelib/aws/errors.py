"""What the services' own errors mean to us: which are worth repeating."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.errors import Unavailable

BUSY = frozenset(
    {
        "InternalError",
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Codes that mean "later", after the SDK has tried three times by itself."""


def code_of(error: Any) -> str:
    code: str = error.response["Error"]["Code"]
    return code


@contextmanager
def busy_is_unavailable() -> Iterator[None]:
    """Translate a service that is busy into Unavailable; everything else flies on."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        if code_of(error) in BUSY:
            raise Unavailable("The storage is busy.") from error
        raise
