"""The port `ImageRenderer` of photos: the ladder, rendered in a child process."""

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from chalicelib.photos.ports import ImageRefused, Rendered, RenderedPhoto

if TYPE_CHECKING:
    from chalicelib.imaging.apart import ApartRenderer
    from chalicelib.imaging.isolation import Work


class LadderRenderer:
    def __init__(self, work: "Work | None" = None) -> None:
        self._work = work

    def render(self, source: BinaryIO, content_type: str, *, within: timedelta) -> RenderedPhoto:
        from chalicelib.imaging.model import ImageRejected, MediaType

        try:
            photo = self._apart.render(source, MediaType(content_type), within=within)
        except ImageRejected as rejection:
            used = rejection.usage
            raise ImageRefused(
                rejection.reason,
                cpu_ms=used.cpu_ms if used else 0,
                peak_mb=used.peak_mb if used else 0,
            ) from None
        return RenderedPhoto(
            renditions=tuple(
                Rendered(
                    name=one.name, width_px=one.width_px, height_px=one.height_px, data=one.data
                )
                for one in photo.renditions
            ),
            frame_count=photo.frame_count,
            cpu_ms=photo.usage.cpu_ms,
            peak_mb=photo.usage.peak_mb,
        )

    @cached_property
    def _apart(self) -> "ApartRenderer":
        from chalicelib.imaging.apart import ApartRenderer

        return ApartRenderer(self._work)
