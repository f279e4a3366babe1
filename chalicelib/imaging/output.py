"""Which format a picture leaves in: by wish, or by what the client says it can show.

Pure values; knows no encoder, so the API may import it without paying for one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

MIN_QUALITY, MAX_QUALITY = 1, 100
MIN_MAX_BYTES = 1_024
"""The least `max_bytes` worth asking for: headers and a colour profile take most of it."""

_MAX_RANGES = 64  # browsers send about eight; the rest of a longer header is not read
_QUALITY_VALUE = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\Z")


class OutputType(StrEnum):
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    AVIF = "image/avif"

    @property
    def keeps_alpha(self) -> bool:
        """Whether transparency survives; JPEG has none, so it is laid on white there."""
        return self is not OutputType.JPEG

    @property
    def is_lossless(self) -> bool:
        """Whether `quality` means nothing."""
        return self is OutputType.PNG


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputWish:
    """How one picture shall be written.

    Attributes:
        media_type: asked for, or found by `negotiate`.
        quality: 1 to 100, on the encoder's own scale; None takes ours, which looks alike in all
            formats. Means nothing to PNG.
        max_bytes: the result is not larger; `quality` is then the highest one to try.
    """

    media_type: OutputType
    quality: int | None = None
    max_bytes: int | None = None

    def __post_init__(self) -> None:
        if self.quality is not None and not MIN_QUALITY <= self.quality <= MAX_QUALITY:
            raise ValueError(f"quality is {MIN_QUALITY} to {MAX_QUALITY}")
        if self.max_bytes is not None and self.max_bytes < MIN_MAX_BYTES:
            raise ValueError(f"max_bytes is at least {MIN_MAX_BYTES}")


class CannotFit(Exception):
    """No quality worth showing fits into `max_bytes`; `smallest_bytes` is how near we came."""

    def __init__(self, smallest_bytes: int) -> None:
        super().__init__(f"the smallest is {smallest_bytes} bytes")
        self.smallest_bytes = smallest_bytes


_BY_NAME = (OutputType.AVIF, OutputType.WEBP, OutputType.JPEG, OutputType.PNG)
"""AVIF is a quarter smaller than JPEG at equal quality, WebP mostly: where a client names them as
gladly, they go first."""
_BY_NAME_WITH_ALPHA = (OutputType.AVIF, OutputType.WEBP, OutputType.PNG, OutputType.JPEG)
_BY_WILDCARD = (OutputType.JPEG, OutputType.PNG, OutputType.WEBP, OutputType.AVIF)
_BY_WILDCARD_WITH_ALPHA = (OutputType.PNG, OutputType.WEBP, OutputType.AVIF, OutputType.JPEG)


def negotiate(accept: str | None, *, has_alpha: bool = False) -> OutputType | None:
    """Choose by an `Accept` header (RFC 9110, section 12.5.1); None when nothing of ours is taken.

    The higher weight wins. Among equals, a type that the client names beats one that only falls
    under a wildcard: who says `*/*` may be anything, and JPEG (PNG, where there is transparency) is
    what everything shows. What cannot be read in the header is skipped; a header without a readable
    range, like no header at all, takes anything.
    """
    ranges = list(_ranges(accept or "")) or [_Range("*/*", 1.0)]
    named = {one.name for one in ranges}
    weights = {one: _weight_of(one, ranges) for one in OutputType}
    best = max(weights.values())
    if best == 0:
        return None
    chosen = [one for one in OutputType if weights[one] == best]
    by_name = _BY_NAME_WITH_ALPHA if has_alpha else _BY_NAME
    by_wildcard = _BY_WILDCARD_WITH_ALPHA if has_alpha else _BY_WILDCARD
    return _first(by_name, [one for one in chosen if one in named]) or _first(by_wildcard, chosen)


@dataclass(frozen=True, slots=True)
class _Range:
    name: str
    weight: float


def _ranges(accept: str) -> Iterator[_Range]:
    for part in accept.split(",", _MAX_RANGES)[:_MAX_RANGES]:
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [piece[2:].strip() for piece in parameters if piece.startswith("q=")]
        weight = weights[0] if weights else "1"
        if "/" in name and _QUALITY_VALUE.match(weight):
            yield _Range(name, float(weight))


def _weight_of(media_type: OutputType, ranges: Sequence[_Range]) -> float:
    """The most specific range that covers a type speaks for it, even to forbid it (q=0)."""
    for name in (media_type, "image/*", "*/*"):
        weights = [one.weight for one in ranges if one.name == name]
        if weights:
            return max(weights)
    return 0.0


def _first(order: Sequence[OutputType], among: Sequence[OutputType]) -> OutputType | None:
    return next((one for one in order if one in among), None)
