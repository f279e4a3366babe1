"""Use case: asking for an edit. Its row exists before its message does (crash window 1).

A request that died in between left an edit without a message: its repeat sends it, and without a
repeat the edit counts as failed once its wait is over.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import EditId, Entropy, PhotoId, UserId, uuid7
from chalicelib.observability import EventLog
from chalicelib.photos.edits.items import job_to_message
from chalicelib.photos.edits.model import (
    CREDITS_WAIT,
    EDIT_WAIT,
    Edit,
    EditState,
    OutputWish,
    is_editable,
)
from chalicelib.photos.edits.pricing import credits_of, price_of
from chalicelib.photos.edits.store import AlsoRefused, EditRequest, EditStore, PhotoChanged
from chalicelib.photos.errors import (
    GuestHasNoCredits,
    InvalidRecipe,
    NotAcceptable,
    NotEnoughCredits,
)
from chalicelib.photos.model import Photo, PhotoState
from chalicelib.photos.ports import Credits, Darkroom, JobQueue, Output, ReadRecipe, RecipeRefused
from chalicelib.photos.store import PhotoStore
from chalicelib.storage import Elsewhere

TRIES = 4
"""Of a request that meets another change of the same photo each time."""


class EditRequestService:
    def __init__(
        self,
        *,
        photos: PhotoStore,
        store: EditStore,
        darkroom: Darkroom,
        queue: JobQueue,
        credits: Callable[[], Credits],
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._credits = credits
        self._photos = photos
        self._store = store
        self._darkroom = darkroom
        self._queue = queue
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def request_edit(
        self,
        user_id: UserId,
        photo_id: PhotoId,
        document: bytes,
        wish: OutputWish,
        *,
        idempotency_key: str,
        guest_until: datetime | None = None,
    ) -> Edit:
        """Have an edit made of a ready photo of one's own; it will be shown once it is ready.

        The same key with the same request gives the same edit, and sends its message again as long
        as nobody took it. What it costs is reserved with it, all or nothing.

        Args:
            guest_until: when the user ends, for a guest; they have no credits.
        Raises:
            InvalidRecipe, RecipeTooCostly, NotAcceptable: what is asked cannot be.
            NotFound: the photo, or another that the recipe uses, is not the user's or gone.
            Conflict: the photo is not ready, or changes all the time.
            IdempotencyKeyReused, QuotaExceeded, NotEnoughCredits, GuestHasNoCredits.
        """
        recipe = read_recipe(self._darkroom, document)
        output = choose_output(self._darkroom, recipe, wish)
        request = EditRequest(
            idempotency_key=idempotency_key, fingerprint=_fingerprint(recipe, output)
        )
        owed = self._owed(user_id, recipe, is_guest=guest_until is not None)
        edit = self._put(user_id, photo_id, recipe, output, request, owed)
        if edit.state is EditState.QUEUED:
            self._queue.send(job_to_message(edit.job))
        return edit

    def _put(
        self,
        user_id: UserId,
        photo_id: PhotoId,
        recipe: ReadRecipe,
        output: Output,
        request: EditRequest,
        owed: int,
    ) -> Edit:
        for _ in range(TRIES):
            now = self._clock.now()
            photo = self._get_ready(user_id, photo_id, now)
            sources = [self._get_ready(user_id, PhotoId(one), now) for one in recipe.photo_ids]
            full = photo.renditions["full"]
            price_of(self._darkroom, recipe, full.width_px, full.height_px)
            edit = self._draw(photo, recipe, output, sources, now, owed)
            try:
                earlier = self._store.put_request(
                    edit, photo, request, now, also=self._holding(edit)
                )
            except PhotoChanged:
                continue
            except AlsoRefused:
                available = self._credits().count_available(user_id)
                raise NotEnoughCredits.of(needed=owed, available=available) from None
            if earlier is not None:
                return self._get_earlier(photo, earlier)
            self._log.record("edit_requested", photo_id=photo_id, edit_id=edit.id)
            return edit
        raise Conflict("Other edits of this photo were asked for at the same time; try again.")

    def _owed(self, user_id: UserId, recipe: ReadRecipe, *, is_guest: bool) -> int:
        listed = credits_of(recipe)
        owed = self._credits().owed_by(user_id, listed) if listed else 0
        if owed and is_guest:
            raise GuestHasNoCredits(needed=owed)
        return owed

    def _holding(self, edit: Edit) -> Sequence[Elsewhere]:
        if not edit.credits:
            return ()
        until = edit.created_at + CREDITS_WAIT
        return self._credits().holding(edit.user_id, edit.id, edit.credits, until=until)

    def _draw(
        self,
        photo: Photo,
        recipe: ReadRecipe,
        output: Output,
        sources: Sequence[Photo],
        now: datetime,
        owed: int,
    ) -> Edit:
        return Edit(
            user_id=photo.user_id,
            photo_id=photo.id,
            id=EditId(uuid7(now, self._entropy)),
            state=EditState.QUEUED,
            recipe=recipe.text,
            recipe_hash=recipe.hash,
            sources=tuple(source.id for source in sources),
            output=output,
            credits=owed,
            created_at=now,
            give_up_at=now + EDIT_WAIT,
            expires_at=min([photo.expires_at, *(source.expires_at for source in sources)]),
        )

    def _get_ready(self, user_id: UserId, photo_id: PhotoId, now: datetime) -> Photo:
        photo = self._photos.find(user_id, photo_id)
        if photo is None or not photo.is_visible(now):
            raise NotFound
        if not is_editable(photo, now):
            is_coming = photo.state in (PhotoState.AWAITING_UPLOAD, PhotoState.PROCESSING)
            raise Conflict("The photo is not ready yet." if is_coming else "There is no picture.")
        return photo

    def _get_earlier(self, photo: Photo, edit_id: EditId) -> Edit:
        edits = self._store.list_edits(photo.user_id, photo.id)
        found = [one for one in edits if one.id == edit_id and one.id in photo.edits]
        if not found:
            raise Conflict("That edit made room for later ones; use a new Idempotency-Key.")
        return found[0]


def choose_output(darkroom: Darkroom, recipe: ReadRecipe, wish: OutputWish) -> Output:
    """Settle how an edit will be written.

    Raises:
        NotAcceptable.
    """
    media_type = wish.media_type or darkroom.choose_type(wish.accept or "*/*", recipe)
    if media_type is None:
        raise NotAcceptable("Name one of image/jpeg, image/png, image/webp, image/avif.")
    return Output(media_type=media_type, quality=wish.quality, max_bytes=wish.max_bytes)


def read_recipe(darkroom: Darkroom, document: bytes, *, at: str = "/recipe") -> ReadRecipe:
    """Judge a recipe that came as the field of a request that `at` points to.

    Raises:
        InvalidRecipe.
    """
    try:
        return darkroom.read(document)
    except RecipeRefused as refusal:
        raise InvalidRecipe.at(f"{at}{refusal.path}", refusal.message) from None


def _fingerprint(recipe: ReadRecipe, output: Output) -> str:
    asked = f"{recipe.hash} {output.media_type} {output.quality} {output.max_bytes}"
    return hashlib.sha256(asked.encode()).hexdigest()
