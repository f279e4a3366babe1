"""Render an upload: judge its header here, decode it in a child process."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import BinaryIO

from chalicelib.imaging.child import Child, WorkRefused, give, refuse
from chalicelib.imaging.isolation import Limits, Work
from chalicelib.imaging.memory import memory_needed
from chalicelib.imaging.model import (
    ImageHeader,
    ImageRejected,
    MediaType,
    RejectionReason,
    Rendition,
)
from chalicelib.imaging.probe import probe
from chalicelib.imaging.usage import Usage

_MAX_RESULT_BYTES = 32 * 1024 * 1024
"""Three JPEGs of pure noise have 7 MB."""


@dataclass(frozen=True, slots=True)
class RenderedApart:
    renditions: tuple[Rendition, ...]
    frame_count: int
    usage: Usage


class ApartRenderer:
    """Renders one photo after the other in a child that it keeps.

    `work` is what the child does with a file that was judged good.
    """

    def __init__(self, work: Work | None = None) -> None:
        self._child = Child(work or _render)

    def render(self, source: BinaryIO, declared: MediaType, *, within: timedelta) -> RenderedApart:
        """Judge a file and render it, whatever is in it.

        Args:
            source: the whole upload, a real file; its position is not kept.
            declared: the type named by the client.
            within: on the wall; the child is killed when it is over.
        Raises:
            ImageRejected: by the header, by what the decoder made of the rest, or because it needed
                too much.
            WorkFailed: a bug of ours.
        """
        header = probe(source, declared=declared)
        limits = Limits(
            memory_bytes=memory_needed(header), time=within, result_bytes=_MAX_RESULT_BYTES
        )
        try:
            answer = self._child.run(_to_task(header), [source], limits)
        except WorkRefused as refusal:
            raise ImageRejected(RejectionReason(refusal.code), refusal.usage) from None
        renditions = tuple(
            Rendition(name, width_px, height_px, data)
            for (name, width_px, height_px), data in zip(
                answer.said["renditions"], answer.files, strict=True
            )
        )
        return RenderedApart(renditions, header.frame_count, answer.usage)


def _render(task: bytes, sources: Sequence[BinaryIO], answer: BinaryIO) -> None:
    # Imported here and so by the child alone: the parent never loads a decoder.
    from chalicelib.imaging.ladder import render

    try:
        renditions = render(sources[0], _from_task(task))
    except ImageRejected as rejection:
        refuse(answer, rejection.reason)
        return
    heads = [[one.name, one.width_px, one.height_px] for one in renditions]
    give(answer, {"renditions": heads}, [one.data for one in renditions])


def _to_task(header: ImageHeader) -> bytes:
    return json.dumps(asdict(header)).encode()


def _from_task(task: bytes) -> ImageHeader:
    facts = json.loads(task)
    return ImageHeader(**facts | {"media_type": MediaType(facts["media_type"])})
