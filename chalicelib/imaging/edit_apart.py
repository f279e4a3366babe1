"""Make an edit: judge every file by its header here, decode and edit it in a child process."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from chalicelib.imaging.child import Child, WorkRefused, give, refuse
from chalicelib.imaging.isolation import Limits, Work
from chalicelib.imaging.memory import memory_for_edit
from chalicelib.imaging.model import FULL_PX, ImageRejected, MediaType, RejectionReason, Rendition
from chalicelib.imaging.output import OutputType, OutputWish
from chalicelib.imaging.probe import probe
from chalicelib.imaging.usage import Usage

CANNOT_FIT = "cannot_fit"

_NAMES = ("full", "preview", "thumb")
_MAX_RESULT_BYTES = 32 * 1024 * 1024
"""Three PNGs of pure noise, with transparency, have 22 MB."""


@dataclass(frozen=True, slots=True)
class EditedApart:
    """Full, preview and thumb, of one type.

    Attributes:
        quality: of `full`, on the encoder's own scale; None where there is none.
        pillow: the version that made them.
    """

    renditions: tuple[Rendition, ...]
    quality: int | None
    pillow: str
    usage: Usage


class EditRefused(Exception):
    """The edit cannot be made: corrupt, cannot_fit, too_much_memory or too_much_time.

    Attributes:
        usage: None if nothing was tried.
    """

    def __init__(self, code: str, usage: Usage | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.usage = usage


class ApartEditor:
    """Makes one edit after the other in a child that it keeps.

    `work` is what the child does with files that were judged good.
    """

    def __init__(self, work: Work | None = None) -> None:
        self._child = Child(work or _edit)

    def edit(
        self,
        source: BinaryIO,
        recipe: str,
        wish: OutputWish,
        others: Mapping[str, BinaryIO],
        *,
        within: timedelta,
    ) -> EditedApart:
        """Edit a `full` rendition of ours, whatever has become of it.

        Args:
            source: a real file, like each of `others`; positions are not kept.
            recipe: canonical JSON.
            wish: how it is written.
            others: by id, the other photos that the recipe uses.
            within: on the wall; the child is killed when it is over.
        Raises:
            EditRefused: by a header, by what the decoder made of the rest, or because it needed too
                much.
            WorkFailed: a bug of ours.
        """
        files = [source, *others.values()]
        for file in files:
            _judge(file)
        limits = Limits(
            memory_bytes=memory_for_edit(len(files)), time=within, result_bytes=_MAX_RESULT_BYTES
        )
        try:
            answer = self._child.run(_to_task(recipe, wish, others), files, limits)
        except WorkRefused as refusal:
            raise EditRefused(refusal.code, refusal.usage) from None
        renditions = tuple(
            Rendition(name, width_px, height_px, data)
            for name, (width_px, height_px), data in zip(
                _NAMES, answer.said["sizes"], answer.files, strict=True
            )
        )
        return EditedApart(renditions, answer.said["quality"], answer.said["pillow"], answer.usage)


def _judge(file: BinaryIO) -> None:
    """Refuse what is no rendition of ours: whatever is wrong with it, it was damaged since."""
    try:
        header = probe(file, declared=MediaType.JPEG)
    except ImageRejected:
        raise EditRefused(RejectionReason.CORRUPT) from None
    if max(header.width_px, header.height_px) > FULL_PX:
        raise EditRefused(RejectionReason.CORRUPT)


def _edit(task: bytes, sources: Sequence[BinaryIO], answer: BinaryIO) -> None:
    # Imported here and so by the child alone: the parent never loads a decoder.
    from PIL import __version__ as pillow

    from chalicelib.imaging.edit_ladder import render_edit
    from chalicelib.imaging.output import CannotFit
    from chalicelib.imaging.recipe.document import parse_recipe

    head, _, recipe = task.partition(b"\n")
    said = json.loads(head)
    wish = OutputWish(**said["wish"] | {"media_type": OutputType(said["wish"]["media_type"])})
    others = dict(zip(said["others"], sources[1:], strict=True))
    try:
        pictures = render_edit(sources[0], parse_recipe(recipe), wish, others)
    except ImageRejected:
        refuse(answer, RejectionReason.CORRUPT)
        return
    except CannotFit:
        refuse(answer, CANNOT_FIT)
        return
    sizes = [[one.width_px, one.height_px] for one in pictures]
    facts = {"sizes": sizes, "quality": pictures[0].quality, "pillow": pillow}
    give(answer, facts, [one.data for one in pictures])


def _to_task(recipe: str, wish: OutputWish, others: Mapping[str, BinaryIO]) -> bytes:
    asked = {
        "media_type": wish.media_type,
        "quality": wish.quality,
        "max_bytes": wish.max_bytes,
    }
    return json.dumps({"wish": asked, "others": list(others)}).encode() + b"\n" + recipe.encode()
