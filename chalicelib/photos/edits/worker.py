"""Messages from the edit queue, one edit each, to the use cases of making it."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from chalicelib.observability import EventLog, Level
from chalicelib.photos.edits.items import job_from_message
from chalicelib.photos.edits.model import EditJob
from chalicelib.photos.edits.processing import EditProcessingService
from chalicelib.photos.ports import RetryQueue
from chalicelib.photos.retrying import Deliveries, UnintelligibleMessage, each_message


class EditWorker:
    def __init__(
        self, *, processing: EditProcessingService, queue: RetryQueue, log: EventLog
    ) -> None:
        self._processing = processing
        self._deliveries = Deliveries(
            failed="edit_attempt_failed",
            unintelligible="edit_message_unintelligible",
            queue=queue,
            log=log,
        )
        self._log = log

    def process_edits(self, event: dict[str, Any], *, within: timedelta) -> Mapping[str, Any]:
        """Make the edit that a message names; answer with the messages to send again.

        `within` is how long the function may still run.
        """
        return each_message(event, partial(self._process_message, within=within))

    def give_up_edits(self, event: dict[str, Any]) -> Mapping[str, Any]:
        """End every edit whose message came too often; what can't be read stays where it is."""
        return each_message(event, self._give_up_message)

    def _process_message(self, record: Any, *, within: timedelta) -> None:
        with self._deliveries.attempt(record) as attempt:
            job = _read(record.body)
            outcome = self._processing.process(job, within=within)
            self._log.record(
                f"edit_{outcome}", photo_id=job.photo_id, edit_id=job.edit_id, attempt=attempt
            )

    def _give_up_message(self, record: Any) -> None:
        job = _read(record.body)
        outcome = self._processing.give_up(job)
        self._log.record(
            f"edit_dead_letter_{outcome}",
            level=Level.ERROR,
            photo_id=job.photo_id,
            edit_id=job.edit_id,
        )


def _read(body: str) -> EditJob:
    try:
        return job_from_message(body)
    except ValueError as error:
        raise UnintelligibleMessage(str(error)) from None
