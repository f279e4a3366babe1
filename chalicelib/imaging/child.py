"""Files that strangers sent, worked on in a child process: how it answers, and how it may end.

An answer is a line of JSON and files behind it, or the code of a refusal. One that cannot be
finished is a refusal too, with a code of its own; only a bug of ours is an exception.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from chalicelib.imaging.isolation import Fate, Limits, Work, WorkEnded, WorkerProcess
from chalicelib.imaging.model import RejectionReason
from chalicelib.imaging.usage import Usage

_REASONS: Mapping[Fate, RejectionReason] = {
    Fate.OUT_OF_MEMORY: RejectionReason.TOO_MUCH_MEMORY,
    Fate.OUT_OF_TIME: RejectionReason.TOO_MUCH_TIME,
    # What brings a decoder down is no photo; trying again would bring it down again.
    Fate.CRASHED: RejectionReason.CORRUPT,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it.

    Attributes:
        said: as the work said it.
        files: in the order in which it gave them.
    """

    said: Mapping[str, Any]
    files: tuple[bytes, ...]
    usage: Usage


class WorkRefused(Exception):
    """It cannot be done with these files, and trying again cannot help; `code` says why."""

    def __init__(self, code: str, usage: Usage) -> None:
        super().__init__(code)
        self.code = code
        self.usage = usage


class Child:
    """Does one kind of work, in a process that it keeps while all goes well."""

    def __init__(self, work: Work) -> None:
        self._process = WorkerProcess(work)

    def run(self, task: bytes, sources: Sequence[BinaryIO], limits: Limits) -> Answer:
        """Have a task done, whatever is in the files.

        Raises:
            WorkRefused: the work said so, crashed, or needed too much.
            WorkFailed: a bug of ours.
        """
        try:
            done = self._process.run(task, sources, limits)
        except WorkEnded as end:
            raise WorkRefused(_REASONS[end.fate], end.usage) from None
        at = done.result.index(b"\n") + 1
        said: dict[str, Any] = json.loads(done.result[:at])
        if "refused" in said:
            # Whatever state a bad file left a decoder in shall touch nobody else's photo.
            self._process.dismiss()
            raise WorkRefused(said["refused"], done.usage)
        files = []
        for size_bytes in said.pop("files"):
            files.append(done.result[at : at + size_bytes])
            at += size_bytes
        return Answer(said, tuple(files), done.usage)


def give(answer: BinaryIO, said: Mapping[str, object], files: Sequence[bytes]) -> None:
    """Answer with files, from within the work."""
    sizes = [len(file) for file in files]
    answer.write(json.dumps({**said, "files": sizes}).encode() + b"\n")
    answer.writelines(files)


def refuse(answer: BinaryIO, code: str) -> None:
    """Refuse, from within the work."""
    answer.write(json.dumps({"refused": code}).encode() + b"\n")
