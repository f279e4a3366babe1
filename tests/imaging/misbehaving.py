"""What a decoder may do instead of its work."""

import os
import signal
from collections.abc import Sequence
from typing import BinaryIO


def hang(task: bytes, sources: Sequence[BinaryIO], answer: BinaryIO) -> None:
    signal.pause()


def hog(task: bytes, sources: Sequence[BinaryIO], answer: BinaryIO) -> None:
    hoard = []
    while True:
        hoard.append(b"x" * 1_000_000)


def segfault(task: bytes, sources: Sequence[BinaryIO], answer: BinaryIO) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def stumble(task: bytes, sources: Sequence[BinaryIO], answer: BinaryIO) -> None:
    raise RuntimeError
