"""What ends data on time, and what looks after that."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.aws.clients import client
from chalicelib.observability import EventLog
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.photos.expiry import ExpiryService
    from chalicelib.photos.keeping.leaving import LeavingService
    from chalicelib.photos.services import PhotoServices
    from chalicelib.photos.stuck_originals import OriginalsService
    from chalicelib.retention.log_audit import LogAuditService


class RetentionContainer:
    def __init__(self, settings: Settings, *, photos: PhotoServices, log: EventLog) -> None:
        self._settings = settings
        self._photos = photos
        self._log = log

    @cached_property
    def expiry(self) -> ExpiryService:
        from chalicelib.aws.sqs import SqsJobQueue

        queue = SqsJobQueue(client("sqs"), self._settings.shards_queue_url)
        return self._photos.expiry_with(queue)

    @cached_property
    def leaving(self) -> LeavingService:
        from chalicelib.aws.dynamodb import DynamoTable
        from chalicelib.identity.leaving_notices import LeavingNotices

        accounts = DynamoTable(client("dynamodb"), self._settings.accounts_table)
        return self._photos.leaving_with(LeavingNotices(accounts))

    @cached_property
    def originals(self) -> OriginalsService:
        from chalicelib.aws.sqs import SqsJobQueue

        queue = SqsJobQueue(client("sqs"), self._settings.uploads_queue_url)
        return self._photos.originals_with(queue)

    @cached_property
    def log_audit(self) -> LogAuditService:
        from chalicelib.aws.logs import CloudWatchLogGroups
        from chalicelib.retention.log_audit import LogAuditService

        groups = CloudWatchLogGroups(client("logs"))
        return LogAuditService(groups=groups, stack_name=self._settings.stack_name, log=self._log)
