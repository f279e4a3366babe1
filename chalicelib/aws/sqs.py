"""The ports `JobQueue` and `RetryQueue` on SQS."""

from datetime import timedelta
from typing import Any

from chalicelib.aws.errors import busy_is_unavailable


class SqsRetryQueue:
    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def retry_in(self, receipt_handle: str, delay: timedelta) -> None:
        self._client.change_message_visibility(
            QueueUrl=self._queue_url,
            ReceiptHandle=receipt_handle,
            VisibilityTimeout=int(delay.total_seconds()),
        )


class SqsJobQueue(SqsRetryQueue):
    @busy_is_unavailable()
    def send(self, body: str) -> None:
        self._client.send_message(QueueUrl=self._queue_url, MessageBody=body)
