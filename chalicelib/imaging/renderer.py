"""The port `ImageRenderer` of photos: judge the header, then render the ladder."""

from typing import BinaryIO

from chalicelib.photos.ports import ImageRefused, Rendered


class LadderRenderer:
    def render(self, source: BinaryIO, content_type: str) -> tuple[Rendered, ...]:
        from chalicelib.imaging.model import ImageRejected, MediaType
        from chalicelib.imaging.probe import probe

        try:
            header = probe(source, declared=MediaType(content_type))
            # The decoder is imported when the first header was found good, and by the worker alone.
            from chalicelib.imaging.ladder import render

            renditions = render(source, header)
        except ImageRejected as rejection:
            raise ImageRefused(rejection.reason) from None
        return tuple(
            Rendered(name=one.name, width_px=one.width_px, height_px=one.height_px, data=one.data)
            for one in renditions
        )
