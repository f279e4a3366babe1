"""The services of edits, put together from the ports they share; each made when first asked for."""

from collections.abc import Callable
from functools import cached_property

from chalicelib.clock import Clock
from chalicelib.ids import Entropy
from chalicelib.observability import EventLog
from chalicelib.photos.edits.checking import RecipeCheckService
from chalicelib.photos.edits.history import EditHistoryService
from chalicelib.photos.edits.processing import EditProcessingService
from chalicelib.photos.edits.requesting import EditRequestService
from chalicelib.photos.edits.store import EditStore
from chalicelib.photos.edits.worker import EditWorker
from chalicelib.photos.ports import Charges, Credits, Darkroom, JobQueue
from chalicelib.photos.store import PhotoStore
from chalicelib.storage import Objects, Table


class EditServices:
    def __init__(
        self,
        *,
        photos: Table,
        renditions: Objects,
        darkroom: Darkroom,
        queue: JobQueue,
        credits: Callable[[], Credits],
        charges: Charges,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self.store = EditStore(photos)
        self._photos = PhotoStore(photos)
        self._renditions = renditions
        self._darkroom = darkroom
        self._queue = queue
        self._credits = credits
        self._charges = charges
        self._clock = clock
        self._entropy = entropy
        self._log = log

    @cached_property
    def requests(self) -> EditRequestService:
        return EditRequestService(
            photos=self._photos,
            store=self.store,
            darkroom=self._darkroom,
            queue=self._queue,
            credits=self._credits,
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )

    @cached_property
    def history(self) -> EditHistoryService:
        return EditHistoryService(
            photos=self._photos,
            store=self.store,
            renditions=self._renditions,
            clock=self._clock,
            log=self._log,
        )

    @cached_property
    def checks(self) -> RecipeCheckService:
        return RecipeCheckService(self._darkroom, self._credits)

    @cached_property
    def worker(self) -> EditWorker:
        processing = EditProcessingService(
            photos=self._photos,
            store=self.store,
            renditions=self._renditions,
            darkroom=self._darkroom,
            charges=self._charges,
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )
        return EditWorker(processing=processing, queue=self._queue, log=self._log)
