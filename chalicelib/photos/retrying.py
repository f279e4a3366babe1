"""What happens to a message whose photo or edit could not be finished: it comes again, in a while.

A message that fails comes again by itself; only messages that failed are reported back (partial
batch response). How soon depends on why it failed.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from chalicelib.observability import EventLog, Level, where
from chalicelib.photos.ports import RetryQueue
from chalicelib.photos.processing import PhotoBusy

RETRY_BACKOFFS = (timedelta(seconds=3), timedelta(seconds=20))
"""Before the second and third try; the queue's own wait (six minutes) stays for workers that died.
"""
FIRST_BUSY_WAIT = timedelta(seconds=5)
"""A worker that is alive is done in a few seconds; only the second wait is for one that died."""
BUSY_SLACK = timedelta(seconds=2)


class UnintelligibleMessage(Exception):
    """The body is no message of ours; it ends in the dead-letter queue for a person to read."""


class Deliveries:
    """The messages of one queue; `failed` and `unintelligible` name the events of such a try."""

    def __init__(
        self, *, failed: str, unintelligible: str, queue: RetryQueue, log: EventLog
    ) -> None:
        self._failed = failed
        self._unintelligible = unintelligible
        self._queue = queue
        self._log = log

    @contextmanager
    def attempt(self, record: Any) -> Iterator[int]:
        """Try a message for the nth time, as it says; when it fails, choose when it comes again."""
        attempt = int(record.attributes.approximate_receive_count)
        try:
            yield attempt
        except PhotoBusy as busy:
            lease_over = busy.retry_after + BUSY_SLACK
            wait = min(lease_over, FIRST_BUSY_WAIT) if attempt == 1 else lease_over
            self._queue.retry_in(record.receipt_handle, wait)
            raise
        except UnintelligibleMessage:
            self._log.record(self._unintelligible, level=Level.ERROR, attempt=attempt)
            raise
        except Exception as error:
            self._log.record(
                self._failed,
                level=Level.ERROR,
                attempt=attempt,
                error=type(error).__name__,
                location=where(error),
            )
            backoff = RETRY_BACKOFFS[min(attempt, len(RETRY_BACKOFFS)) - 1]
            self._queue.retry_in(record.receipt_handle, backoff)
            raise


def each_message(event: dict[str, Any], handle: Callable[[Any], None]) -> Mapping[str, Any]:
    """Handle every message of an event; answer with those to send again."""
    from aws_lambda_powertools.utilities.batch import (
        BatchProcessor,
        EventType,
        process_partial_response,
    )

    # A batch of one that fails is an answer, not an error of the function. `handle` is called with
    # its argument by name, `record`; what it raises is caught there without a word.
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=handle, processor=processor)
