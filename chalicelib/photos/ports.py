"""What photos needs from outside."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO, Protocol

from msgspec import Struct

from chalicelib.ids import EditId, UserId
from chalicelib.storage import Elsewhere


class Rendered(Struct, frozen=True, kw_only=True):
    """One finished picture: JPEG bytes, orientation applied, nothing of the original's metadata."""

    name: str
    """full, preview or thumb."""
    width_px: int
    height_px: int
    data: bytes


class RenderedPhoto(Struct, frozen=True, kw_only=True):
    """What became of an upload.

    Attributes:
        frame_count: above 1 when only the first of several pictures is shown.
        cpu_ms, peak_mb: what it took, the process that decoded it included.
    """

    renditions: tuple[Rendered, ...]
    frame_count: int
    cpu_ms: int
    peak_mb: int


class ImageRefused(Exception):
    """Nothing can be made of it; `code` is one of those in docs/errors.md.

    Attributes:
        cpu_ms, peak_mb: what it took to find out; 0 if nothing was decoded.
    """

    def __init__(self, code: str, *, cpu_ms: int = 0, peak_mb: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.cpu_ms = cpu_ms
        self.peak_mb = peak_mb


class ImageRenderer(Protocol):
    def render(self, source: BinaryIO, content_type: str, *, within: timedelta) -> RenderedPhoto:
        """Turn an upload into its renditions; the same bytes in, the same bytes out.

        Nothing in the upload can make it take more memory than its header stands for, longer than
        twice `within`, or the caller down.

        Raises:
            ImageRefused: judged from the header, from what the decoder made of the rest, or because
                the decoder crashed or needed too much.
        """
        ...


class Output(Struct, frozen=True, kw_only=True):
    """How an edit shall be written; None leaves the choice to us.

    Attributes:
        quality: 1 to 100, on the encoder's own scale.
        max_bytes: of `full`; the others are smaller anyway.
    """

    media_type: str
    quality: int | None = None
    max_bytes: int | None = None


class ReadRecipe(Struct, frozen=True, kw_only=True):
    """A recipe that was judged good.

    Attributes:
        text: canonical JSON: what says the same is the same text.
        hash: SHA-256 of `text`, in hex.
        operations: what it asks for, as `stage/operation`; nothing that is at its default.
        photo_ids: other photos that it uses.
        may_be_transparent: the result may have holes, which JPEG would fill with white.
    """

    text: str
    hash: str
    operations: frozenset[str]
    photo_ids: tuple[str, ...]
    may_be_transparent: bool


class RecipePrice(Struct, frozen=True, kw_only=True):
    """What a recipe would do to a photo of a certain size.

    Attributes:
        cpu_ms: of the edits alone, within a factor of two.
        width_px, height_px: of `full`, or the most they can be.
        plan: the steps, one a line, for people to read.
    """

    cpu_ms: int
    width_px: int
    height_px: int
    plan: str


class RecipeRefused(Exception):
    """The document is no recipe; `path` is a JSON pointer into it, `message` quotes nothing."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or '/'}: {message}")
        self.path = path
        self.message = message


class Edited(Struct, frozen=True, kw_only=True):
    """The finished pictures of an edit: full, preview and thumb, all of one type.

    Attributes:
        quality: as taken by the encoder of `full`; None where there is none (PNG).
        engine: the version that made them.
        cpu_ms, peak_mb: what it took.
    """

    renditions: tuple[Rendered, ...]
    media_type: str
    quality: int | None
    engine: str
    cpu_ms: int
    peak_mb: int


class OwnerNotices(Protocol):
    """Tells people of their photos; how they are reached is theirs to choose."""

    def tell_leaving(self, user_id: UserId, *, days: int, leaves_on: date, now: datetime) -> None:
        """Tell that photos leave on a day in Asia/Shanghai, `days` ahead; a repeat tells nothing
        more.
        """
        ...


class Darkroom(Protocol):
    """What can be said of a recipe without looking at a photo, and what it makes of one."""

    def read(self, document: bytes) -> ReadRecipe:
        """Judge a recipe.

        Args:
            document: JSON in UTF-8.
        Raises:
            RecipeRefused: names the first thing that is wrong.
        """
        ...

    def price(self, recipe: ReadRecipe, width_px: int, height_px: int) -> RecipePrice: ...

    def schema(self) -> Mapping[str, Any]:
        """Return the JSON Schema of a recipe."""
        ...

    def presets(self) -> tuple[str, ...]:
        """Return the names of the presets made by us, each with its version: `vivid@1`."""
        ...

    def recipe_of(self, preset: str) -> Mapping[str, Any]:
        """Return the recipe that is one preset and nothing else."""
        ...

    def settings_of(self, preset: str) -> Mapping[str, Any]:
        """Return what a preset stands for: its `tone`, `mixer` and `grain`, but for defaults."""
        ...

    def choose_type(self, accept: str, recipe: ReadRecipe) -> str | None:
        """Choose a type by what a client shows (RFC 9110, 12.5.1); None: it shows none of ours."""
        ...

    def edit(
        self,
        source: BinaryIO,
        recipe: str,
        output: Output,
        others: Mapping[str, BinaryIO],
        *,
        within: timedelta,
    ) -> Edited:
        """Make an edit of a `full` rendition; the same in gives the same bytes out.

        Nothing in the pictures can make it take more memory than such an edit needs, longer than
        twice `within`, or the caller down.

        Args:
            source: a real file, like each of `others`.
            recipe: canonical JSON.
            output: how it is written.
            others: by id, the `full` renditions of the other photos that the recipe uses.
            within: on the wall, for one try.
        Raises:
            ImageRefused: it cannot be done; trying again cannot help.
        """
        ...


class RetryQueue(Protocol):
    def retry_in(self, receipt_handle: str, delay: timedelta) -> None:
        """Let a message that failed come again after a delay of its own."""
        ...


class JobQueue(RetryQueue, Protocol):
    def send(self, body: str) -> None:
        """Put a message into the queue; it may come out more than once, and in any order.

        Raises:
            Unavailable: it may be in there or not; repeat.
        """
        ...


class Credits(Protocol):
    """What the wallets say of edits that cost something."""

    def owed_by(self, user_id: UserId, credits: int) -> int:
        """Return what an edit of that price costs a user; members pay nothing, and nobody does
        where credits cannot be bought.
        """
        ...

    def count_available(self, user_id: UserId) -> int: ...

    def holding(
        self, user_id: UserId, edit_id: EditId, credits: int, *, until: datetime
    ) -> tuple[Elsewhere, ...]:
        """Return what reserves credits, for the transaction that asks for the edit.

        It is refused where there are not enough. They go back at `until`, unless the edit was said
        to be made before.
        """
        ...


class Charges(Protocol):
    """What workers say of edits that cost credits; the wallets follow."""

    def marking(self, edit_id: EditId, now: datetime, *, is_made: bool) -> Elsewhere:
        """Return what says how an edit ended, for the transaction that ends it.

        It is refused where that was said before, or the credits went back.
        """
        ...

    def give_back(self, edit_id: EditId, now: datetime) -> None:
        """Say that an edit will never be, unless something was said; most cost nothing."""
        ...


class StillGuest(Struct, frozen=True):
    """Their time ends at `until`."""

    until: datetime


class Registered(Struct, frozen=True):
    """An account like any other, which may once have been a guest's."""


class Joined(Struct, frozen=True):
    """A guest who logged in to an account at `since`: it gets the photos."""

    account_id: UserId
    since: datetime


class Over(Struct, frozen=True):
    """A guest whose time was over a while ago, or whom nobody knows."""


class GuestRegister(Protocol):
    """What the accounts say of guests; they alone decide."""

    def get_standing(self, user_id: UserId) -> StillGuest | Registered | Joined | Over: ...

    def list_joined(self, account_id: UserId) -> Sequence[UserId]:
        """Return the guests who logged in to an account and still may have photos for it."""
        ...

    def forget(self, guest_id: UserId) -> None:
        """Delete everything about a guest; never anything about a registered account."""
        ...
