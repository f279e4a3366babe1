"""What photos needs from outside."""

from datetime import timedelta
from typing import BinaryIO, Protocol

from msgspec import Struct


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
