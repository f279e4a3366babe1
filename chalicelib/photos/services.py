"""The services of photos behind requests, messages and sweeps, made of the ports they share."""

from collections.abc import Callable
from functools import cached_property

from chalicelib.clock import Clock
from chalicelib.ids import Entropy
from chalicelib.observability import EventLog
from chalicelib.photos.arrivals import ArrivalService
from chalicelib.photos.deletion import DeletionService
from chalicelib.photos.edits.beginning import FirstEdits
from chalicelib.photos.edits.services import EditServices
from chalicelib.photos.edits.store import EditStore
from chalicelib.photos.ending_store import EndingStore
from chalicelib.photos.expiry import ExpiryService
from chalicelib.photos.granting import GrantingService
from chalicelib.photos.guest_ending import GuestEndingService
from chalicelib.photos.guest_store import GuestPhotoStore
from chalicelib.photos.holds.holding import HoldService
from chalicelib.photos.holds.store import HoldStore
from chalicelib.photos.keeping.choosing import ChoiceService
from chalicelib.photos.keeping.leaving import LeavingService
from chalicelib.photos.keeping.leaving_store import LeavingStore
from chalicelib.photos.keeping.store import ChoiceStore
from chalicelib.photos.library import LibraryService
from chalicelib.photos.personal_data import PhotosData
from chalicelib.photos.ports import (
    Charges,
    Credits,
    Darkroom,
    GuestRegister,
    ImageRenderer,
    JobQueue,
    OwnerNotices,
    RetryQueue,
)
from chalicelib.photos.processing import ProcessingService
from chalicelib.photos.store import PhotoStore
from chalicelib.photos.stuck_originals import OriginalsService
from chalicelib.photos.sweep import DuePhotos
from chalicelib.photos.tombstones import Tombstones
from chalicelib.photos.worker import UploadWorker
from chalicelib.privacy.ports import Consents
from chalicelib.storage import Objects, Table


class PhotoServices:
    def __init__(
        self,
        *,
        photos: Table,
        originals: Objects,
        renditions: Objects,
        register: GuestRegister,
        consents: Consents,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._photos = photos
        self._originals = originals
        self._renditions = renditions
        self._register = register
        self._consents = consents
        self._clock = clock
        self._entropy = entropy
        self._log = log

    @cached_property
    def store(self) -> PhotoStore:
        return PhotoStore(self._photos)

    @cached_property
    def granting(self) -> GrantingService:
        return GrantingService(
            store=self.store,
            originals=self._originals,
            consents=self._consents,
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )

    @cached_property
    def library(self) -> LibraryService:
        return LibraryService(
            store=self.store,
            holds=HoldStore(self._photos),
            renditions=self._renditions,
            clock=self._clock,
        )

    @cached_property
    def deletion(self) -> DeletionService:
        return DeletionService(
            store=self.store,
            endings=EndingStore(self._photos),
            tombstones=Tombstones(self._renditions),
            edits=EditStore(self._photos),
            originals=self._originals,
            renditions=self._renditions,
            clock=self._clock,
            log=self._log,
        )

    @cached_property
    def personal_data(self) -> PhotosData:
        return PhotosData(
            self.store,
            HoldStore(self._photos),
            Tombstones(self._renditions),
            originals=self._originals,
            renditions=self._renditions,
            clock=self._clock,
        )

    @cached_property
    def holds(self) -> HoldService:
        return HoldService(
            holds=HoldStore(self._photos),
            endings=EndingStore(self._photos),
            store=self.store,
            clock=self._clock,
            log=self._log,
        )

    @cached_property
    def choices(self) -> ChoiceService:
        return ChoiceService(
            store=self.store,
            edits=EditStore(self._photos),
            choices=ChoiceStore(self._photos),
            renditions=self._renditions,
            clock=self._clock,
            log=self._log,
        )

    def leaving_with(self, notices: OwnerNotices) -> LeavingService:
        return LeavingService(
            store=self.store,
            leaving=LeavingStore(self._photos),
            notices=notices,
            clock=self._clock,
            log=self._log,
        )

    @cached_property
    def arrivals(self) -> ArrivalService:
        return ArrivalService(
            store=self.store,
            guest_store=GuestPhotoStore(self._photos),
            register=self._register,
            edits=EditStore(self._photos),
            deletion=self.deletion,
            renditions=self._renditions,
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )

    @cached_property
    def guests(self) -> GuestEndingService:
        return GuestEndingService(
            guest_store=GuestPhotoStore(self._photos),
            holds=HoldStore(self._photos),
            tombstones=Tombstones(self._renditions),
            register=self._register,
            arrivals=self.arrivals,
            originals=self._originals,
            renditions=self._renditions,
            clock=self._clock,
            log=self._log,
        )

    def expiry_with(self, queue: JobQueue, due: DuePhotos | None = None) -> ExpiryService:
        return ExpiryService(
            due=due or DuePhotos(self._photos),
            deletion=self.deletion,
            guests=self.guests,
            queue=queue,
            clock=self._clock,
            log=self._log,
        )

    def originals_with(self, queue: JobQueue) -> OriginalsService:
        return OriginalsService(
            store=self.store,
            originals=self._originals,
            queue=queue,
            clock=self._clock,
            log=self._log,
        )

    def worker_with(
        self, renderer: ImageRenderer, queue: RetryQueue, edit_queue: JobQueue
    ) -> UploadWorker:
        first_edits = FirstEdits(
            store=EditStore(self._photos),
            queue=edit_queue,
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )
        processing = ProcessingService(
            store=self.store,
            originals=self._originals,
            renditions=self._renditions,
            renderer=renderer,
            first_edits=first_edits,
            choices=ChoiceStore(self._photos),
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )
        return UploadWorker(processing=processing, queue=queue, log=self._log)

    def edits_with(
        self,
        darkroom: Darkroom,
        queue: JobQueue,
        *,
        credits: Callable[[], Credits],
        charges: Charges,
    ) -> EditServices:
        return EditServices(
            photos=self._photos,
            renditions=self._renditions,
            darkroom=darkroom,
            queue=queue,
            credits=credits,
            charges=charges,
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )
