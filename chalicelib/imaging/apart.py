"""Render an upload: judge its header here, decode it in a child process.

The child's answer is a line of JSON and the files themselves.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, BinaryIO

from chalicelib.imaging.isolation import Fate, Limits, Work, WorkEnded, WorkerProcess
from chalicelib.imaging.memory import memory_needed
from chalicelib.imaging.model import (
    ImageHeader,
    ImageRejected,
    MediaType,
    RejectionReason,
    Rendition,
)
from chalicelib.imaging.probe import probe

_MAX_RESULT_BYTES = 32 * 1024 * 1024
"""Three JPEGs of pure noise have 7 MB."""

_REASONS: Mapping[Fate, RejectionReason] = {
    Fate.OUT_OF_MEMORY: RejectionReason.TOO_MUCH_MEMORY,
    Fate.OUT_OF_TIME: RejectionReason.TOO_MUCH_TIME,
    # What brings a decoder down is no photo; trying again would bring it down again.
    Fate.CRASHED: RejectionReason.CORRUPT,
}


@dataclass(frozen=True, slots=True)
class RenderedApart:
    renditions: tuple[Rendition, ...]
    frame_count: int


class ApartRenderer:
    """Renders one photo after the other in a child that it keeps.

    `work` is what the child does with a file that was judged good.
    """

    def __init__(self, work: Work | None = None) -> None:
        self._child = WorkerProcess(work or _render)

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
            answer = self._child.run(_to_task(header), source, limits)
            return RenderedApart(tuple(_read_answer(answer)), header.frame_count)
        except WorkEnded as end:
            raise ImageRejected(_REASONS[end.fate]) from None
        except ImageRejected:
            # Whatever state a bad file left a decoder in shall touch nobody else's photo.
            self._child.dismiss()
            raise


def _render(task: bytes, source: BinaryIO, answer: BinaryIO) -> None:
    # Imported here and so by the child alone: the parent never loads a decoder.
    from chalicelib.imaging.ladder import render

    try:
        renditions = render(source, _from_task(task))
    except ImageRejected as rejection:
        answer.write(json.dumps({"rejected": rejection.reason}).encode() + b"\n")
        return
    heads = [[one.name, one.width_px, one.height_px, len(one.data)] for one in renditions]
    answer.write(json.dumps({"renditions": heads}).encode() + b"\n")
    answer.writelines(one.data for one in renditions)


def _to_task(header: ImageHeader) -> bytes:
    return json.dumps(asdict(header)).encode()


def _from_task(task: bytes) -> ImageHeader:
    facts = json.loads(task)
    return ImageHeader(**facts | {"media_type": MediaType(facts["media_type"])})


def _read_answer(answer: bytes) -> Iterator[Rendition]:
    head, _, rest = answer.partition(b"\n")
    said: dict[str, Any] = json.loads(head)
    if "rejected" in said:
        raise ImageRejected(RejectionReason(said["rejected"]))
    for name, width_px, height_px, size_bytes in said["renditions"]:
        yield Rendition(name, width_px, height_px, rest[:size_bytes])
        rest = rest[size_bytes:]
