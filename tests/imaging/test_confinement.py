"""What a kept child keeps of its memory."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from chalicelib.imaging.isolation import Limits, WorkerProcess

MB = 1_000_000
PIECE_BYTES = 16 * MB
LIMITS = Limits(memory_bytes=1_000 * MB, time=timedelta(seconds=20), result_bytes=MB)


def hold_and_weigh(task: bytes, sources: Sequence[BinaryIO], result: BinaryIO) -> None:
    """Say how much memory this process has now, then hold as many pieces as asked, for a moment."""
    lines = Path("/proc/self/status").read_text().splitlines()
    result.write(next(line for line in lines if line.startswith("VmRSS")).split()[1].encode())
    _pieces = [bytearray(b"x" * PIECE_BYTES) for _ in range(int(task))]


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    worker = WorkerProcess(hold_and_weigh)
    yield worker
    worker.dismiss()


def mb_held_after(worker: WorkerProcess, pieces: int) -> float:
    worker.run(b"20", [], LIMITS)  # gives back what was free when the process began
    before = int(worker.run(b"0", [], LIMITS).result)
    worker.run(str(pieces).encode(), [], LIMITS)
    return (int(worker.run(b"0", [], LIMITS).result) - before) * 1024 / MB


def test_what_a_usual_photo_took_is_kept_for_the_next(worker: WorkerProcess) -> None:
    assert 2 * 16 <= mb_held_after(worker, pieces=2) <= 100


def test_what_a_huge_photo_took_is_given_back(worker: WorkerProcess) -> None:
    assert mb_held_after(worker, pieces=20) <= 40
