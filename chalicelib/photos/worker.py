"""Messages from the upload queue, one photo each, to the use cases of processing.

S3 tells of an upload through SQS: at least once, in any order, with URL-encoded keys, and once with
a test event when the notification is set up.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from chalicelib.ids import PhotoId, UserId
from chalicelib.keys import owner_of_original
from chalicelib.observability import EventLog, Level
from chalicelib.photos.ports import RetryQueue
from chalicelib.photos.processing import ProcessingService
from chalicelib.photos.retrying import Deliveries, UnintelligibleMessage, each_message


class UploadWorker:
    def __init__(self, *, processing: ProcessingService, queue: RetryQueue, log: EventLog) -> None:
        self._processing = processing
        self._deliveries = Deliveries(
            failed="upload_attempt_failed",
            unintelligible="upload_message_unintelligible",
            queue=queue,
            log=log,
        )
        self._log = log

    def process_uploads(self, event: dict[str, Any], *, within: timedelta) -> Mapping[str, Any]:
        """Process the photo that a message tells of; answer with the messages to send again.

        `within` is how long the function may still run.
        """
        return each_message(event, partial(self._process_message, within=within))

    def give_up_uploads(self, event: dict[str, Any]) -> Mapping[str, Any]:
        """End every photo whose message came too often; what can't be read stays where it is."""
        return each_message(event, self._give_up_message)

    def _process_message(self, record: Any, *, within: timedelta) -> None:
        with self._deliveries.attempt(record) as attempt:
            for user_id, photo_id in read_notification(record.body):
                outcome = self._processing.process(user_id, photo_id, within=within)
                self._log.record(f"upload_{outcome}", photo_id=photo_id, attempt=attempt)

    def _give_up_message(self, record: Any) -> None:
        for user_id, photo_id in read_notification(record.body):
            outcome = self._processing.give_up(user_id, photo_id)
            self._log.record(f"dead_letter_{outcome}", level=Level.ERROR, photo_id=photo_id)


def write_notification(object_key: str) -> str:
    """Write what S3 would send of an upload, for one whose own event never came."""
    return json.dumps({"Records": [{"s3": {"object": {"key": quote_plus(object_key)}}}]})


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
