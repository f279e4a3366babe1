"""Crashes at every AWS call in turn: after it took effect, and as a throttle. A crash before a call
leaves what a crash after the one before it left.

A crash is a BaseException, so that no `except Exception` of ours can survive it, as none survives a
killed process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import count
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.clients import client

SERVICES = ("dynamodb", "s3", "kms", "sns", "sqs", "secretsmanager")


class Crash(BaseException):
    """The process is gone."""


class Fault(StrEnum):
    AFTER = "after"
    THROTTLED = "throttled"


class CallCounter:
    """Counts the calls of a world's clients and lets the nth of them fail."""

    def __init__(self, fault: Fault | None = None, nth: int = 0) -> None:
        self.names: list[str] = []
        self._fault = fault
        self._nth = nth
        self._numbers = count(1)

    def before(self, model: Any, **_: Any) -> None:
        self.names.append(model.name)
        if next(self._numbers) != self._nth:
            return
        if self._fault is Fault.THROTTLED:
            error = {"Error": {"Code": "ThrottlingException", "Message": "slow down"}}
            raise ClientError(error, model.name)

    def after(self, **_: Any) -> None:
        if self._fault is Fault.AFTER and len(self.names) == self._nth:
            raise Crash

    @property
    def fired(self) -> bool:
        return len(self.names) >= self._nth > 0


@contextmanager
def counted_calls(fault: Fault | None = None, nth: int = 0) -> Iterator[CallCounter]:
    """Count every AWS call made inside, and fail the nth if asked to."""
    counter = CallCounter(fault, nth)
    clients = [client(service) for service in SERVICES]
    for one in clients:
        one.meta.events.register("before-call.*", counter.before, unique_id="faults-before")
        one.meta.events.register("after-call.*", counter.after, unique_id="faults-after")
    try:
        yield counter
    finally:
        for one in clients:
            one.meta.events.unregister("before-call.*", unique_id="faults-before")
            one.meta.events.unregister("after-call.*", unique_id="faults-after")
