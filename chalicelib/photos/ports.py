"""What photos needs from outside."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import BinaryIO, Protocol

from msgspec import Struct

from chalicelib.ids import UserId


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
    """

    renditions: tuple[Rendered, ...]
    frame_count: int


class ImageRefused(Exception):
    """The upload is no image that we take; `code` is one of those in docs/errors.md."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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


class RetryQueue(Protocol):
    def retry_in(self, receipt_handle: str, delay: timedelta) -> None:
        """Let a message that failed come again after a delay of its own."""
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
