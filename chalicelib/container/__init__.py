"""The composition root: adapters from settings, services from adapters, each made when asked for.

All functions share one bundle; a function pays only for what it uses: what a login does without is
imported where it is made (docs/decisions/0019-cold-start.md).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from typing import TYPE_CHECKING

from chalicelib.aws.clients import client
from chalicelib.clock import Clock, SystemClock
from chalicelib.ids import Entropy, SystemEntropy
from chalicelib.observability import JsonLog
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.aws.dynamodb import DynamoTable
    from chalicelib.aws.s3 import S3Objects
    from chalicelib.container.identity import IdentityContainer
    from chalicelib.container.payments import PaymentsContainer
    from chalicelib.container.retention import RetentionContainer
    from chalicelib.identity.sessions import SessionService
    from chalicelib.photos.edits.services import EditServices
    from chalicelib.photos.services import PhotoServices
    from chalicelib.photos.worker import UploadWorker
    from chalicelib.privacy.consenting import ConsentService
    from chalicelib.privacy.ports import PersonalData
    from chalicelib.staff.registering import StaffRegister


class Container:
    def __init__(self, settings: Settings, *, clock: Clock, entropy: Entropy) -> None:
        self._settings = settings
        self.web_origin = settings.web_origin
        self._clock = clock
        self._entropy = entropy

    @cached_property
    def log(self) -> JsonLog:
        return JsonLog(self._settings.stage)

    @cached_property
    def identity(self) -> IdentityContainer:
        from chalicelib.container.identity import IdentityContainer

        return IdentityContainer(
            self._settings,
            read_secret=self._read_secret,
            clock=self._clock,
            entropy=self._entropy,
            log=self.log,
        )

    @property
    def sessions(self) -> SessionService:
        """What `http.py` asks who is calling."""
        return self.identity.sessions

    @cached_property
    def photos(self) -> PhotoServices:
        from chalicelib.photos.services import PhotoServices

        return PhotoServices(
            photos=self._photos_table,
            originals=self._originals,
            renditions=self._renditions,
            register=self.identity.guest_register,
            consents=self.consents,
            clock=self._clock,
            entropy=self._entropy,
            log=self.log,
        )

    @cached_property
    def uploads(self) -> UploadWorker:
        from chalicelib.aws.sqs import SqsJobQueue, SqsRetryQueue
        from chalicelib.imaging.renderer import LadderRenderer

        queue = SqsRetryQueue(client("sqs"), self._settings.uploads_queue_url)
        edit_queue = SqsJobQueue(client("sqs"), self._settings.edits_queue_url)
        return self.photos.worker_with(LadderRenderer(), queue, edit_queue)

    @cached_property
    def payments(self) -> PaymentsContainer:
        from chalicelib.container.payments import PaymentsContainer

        return PaymentsContainer(
            self._settings,
            read_secret=self._read_secret,
            clock=self._clock,
            entropy=self._entropy,
            log=self.log,
        )

    @cached_property
    def staff_register(self) -> StaffRegister:
        from chalicelib.container.staff import make_staff_register

        return make_staff_register(
            self._settings, clock=self._clock, entropy=self._entropy, log=self.log
        )

    @cached_property
    def edits(self) -> EditServices:
        from chalicelib.aws.sqs import SqsJobQueue
        from chalicelib.imaging.darkroom import PillowDarkroom
        from chalicelib.payments.charges import ChargeMarks

        queue = SqsJobQueue(client("sqs"), self._settings.edits_queue_url)
        return self.photos.edits_with(
            PillowDarkroom(),
            queue,
            credits=lambda: self.payments.charging,
            charges=ChargeMarks(self._payments_table),
        )

    @cached_property
    def consents(self) -> ConsentService:
        from chalicelib.identity.policy import VERSION_IN_FORCE
        from chalicelib.privacy.consent_store import ConsentStore
        from chalicelib.privacy.consenting import ConsentService

        return ConsentService(
            store=ConsentStore(self.identity.accounts_table),
            policy_version=VERSION_IN_FORCE,
            clock=self._clock,
        )

    @cached_property
    def retention(self) -> RetentionContainer:
        from chalicelib.container.retention import RetentionContainer

        return RetentionContainer(self._settings, photos=self.photos, log=self.log)

    @cached_property
    def personal_data(self) -> tuple[PersonalData, ...]:
        """Everyone who holds something about people; a test compares it with the template."""
        from chalicelib.staff.personal_data import RegisterData

        return (
            self.identity.personal_data,
            self.photos.personal_data,
            self.payments.personal_data,
            RegisterData(),
        )

    @cached_property
    def _photos_table(self) -> DynamoTable:
        from chalicelib.aws.dynamodb import DynamoTable

        return DynamoTable(client("dynamodb"), self._settings.photos_table)

    @cached_property
    def _payments_table(self) -> DynamoTable:
        from chalicelib.aws.dynamodb import DynamoTable

        return DynamoTable(client("dynamodb"), self._settings.payments_table)

    @cached_property
    def _originals(self) -> S3Objects:
        from chalicelib.aws.s3 import S3Objects

        bucket, key_arn = self._settings.originals_bucket, self._settings.originals_key_arn
        return S3Objects(client("s3"), bucket, key_arn=key_arn)

    @cached_property
    def _renditions(self) -> S3Objects:
        from chalicelib.aws.s3 import S3Objects

        return S3Objects(client("s3"), self._settings.renditions_bucket)

    def _read_secret(self, arn: str) -> Callable[[], str]:
        from chalicelib.aws.secrets import SecretsManagerRing

        ring = SecretsManagerRing(client("secretsmanager"), arn)
        return lambda: ring.current().key.decode()


@cache
def services() -> Container:
    """Return the container of this Lambda environment; the entry points and routes call it."""
    return Container(Settings.from_env(), clock=SystemClock(), entropy=SystemEntropy())
