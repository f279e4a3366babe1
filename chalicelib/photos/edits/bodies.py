"""What requests say of an edit, with the upload or after it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from chalicelib.photos.edits.model import OutputWish


class WantedOutput(Struct, frozen=True, forbid_unknown_fields=True):
    """`media_type` decides; without it, `accept`, in the form of that header."""

    media_type: Literal["image/jpeg", "image/png", "image/webp", "image/avif"] | None = None
    accept: Annotated[str, Meta(max_length=1000)] | None = None
    quality: Annotated[int, Meta(ge=1, le=100)] | None = None
    max_bytes: Annotated[int, Meta(ge=1024, le=50 * 1024 * 1024)] | None = None

    def wish(self) -> OutputWish:
        return OutputWish(**structs.asdict(self))
