"""Messages from the upload queue, one photo each, to the use cases of processing.

S3 tells of an upload through SQS: at least once, in any order, with URL-encoded keys, and once with
a test event when the notification is set up. A message that fails comes again by itself; only
messages that failed are reported back (partial batch response).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import unquote_plus

from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import owner_of_original
from chalicelib.observability import EventLog, Level, where
from chalicelib.photos.ports import RetryQueue
from chalicelib.photos.processing import PhotoBusy, ProcessingService

RETRY_BACKOFFS = (timedelta(seconds=3), timedelta(seconds=20))
"""Before the second and third try; the queue's own wait (six minutes) stays for workers that died.
"""
FIRST_BUSY_WAIT = timedelta(seconds=5)
"""A worker that is alive is done in a few seconds; only the second wait is for one that died."""
BUSY_SLACK = timedelta(seconds=2)


class UnintelligibleMessage(Exception):
    """The body is no upload notification of ours; it ends in the dead-letter queue for a person to
    read.
    """


class UploadWorker:
    def __init__(self, *, processing: ProcessingService, queue: RetryQueue, log: EventLog) -> None:
        self._processing = processing
        self._queue = queue
        self._log = log

    def process_uploads(self, event: dict[str, Any], *, within: timedelta) -> Mapping[str, Any]:
        """Process the photo that a message tells of; answer with the messages to send again.

        `within` is how long the function may still run.
        """
        return _each(event, partial(self._process_message, within=within))

    def give_up_uploads(self, event: dict[str, Any]) -> Mapping[str, Any]:
        """End every photo whose message came too often; what can't be read stays where it is."""
        return _each(event, self._give_up_message)

    def _process_message(self, record: Any, *, within: timedelta) -> None:
        body, attempt = record.body, int(record.attributes.approximate_receive_count)
        try:
            for user_id, photo_id in read_notification(body):
                outcome = self._processing.process(user_id, photo_id, within=within)
                self._log.record(f"upload_{outcome}", photo_id=photo_id, attempt=attempt)
        except PhotoBusy as busy:
            lease_over = busy.retry_after + BUSY_SLACK
            wait = min(lease_over, FIRST_BUSY_WAIT) if attempt == 1 else lease_over
            self._queue.retry_in(record.receipt_handle, wait)
            raise
        except UnintelligibleMessage:
            self._log.record("upload_message_unintelligible", level=Level.ERROR, attempt=attempt)
            raise
        except Exception as error:
            self._log.record(
                "upload_attempt_failed",
                level=Level.ERROR,
                attempt=attempt,
                error=type(error).__name__,
                location=where(error),
            )
            backoff = RETRY_BACKOFFS[min(attempt, len(RETRY_BACKOFFS)) - 1]
            self._queue.retry_in(record.receipt_handle, backoff)
            raise

    def _give_up_message(self, record: Any) -> None:
        for user_id, photo_id in read_notification(record.body):
            outcome = self._processing.give_up(user_id, photo_id)
            self._log.record(f"dead_letter_{outcome}", level=Level.ERROR, photo_id=photo_id)


def read_notification(body: str) -> Iterator[tuple[UserId, PhotoId]]:
    """Yield the owner and id of each photo that a message of S3 tells of; none for S3's test event.

    Raises:
        UnintelligibleMessage: the body is something else; it is not repeated in the error.
    """
    try:
        notification = json.loads(body)
        if notification.get("Event") == "s3:TestEvent":
            return
        keys = [record["s3"]["object"]["key"] for record in notification["Records"]]
        owners = [owner_of_original(unquote_plus(key)) for key in keys]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnintelligibleMessage("not an upload notification") from None
    yield from owners


def _each(event: dict[str, Any], handle: Callable[[Any], None]) -> Mapping[str, Any]:
    from aws_lambda_powertools.utilities.batch import (
        BatchProcessor,
        EventType,
        process_partial_response,
    )

    # A batch of one that fails is an answer, not an error of the function. `handle` is called with
    # its argument by name, `record`; what it raises is caught there without a word.
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=handle, processor=processor)
