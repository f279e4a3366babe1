"""What a piece of work took is known, however it ended, and is not that of the one before."""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import BinaryIO

import pytest

from chalicelib.imaging.isolation import Limits, WorkEnded, WorkerProcess

MB = 1_000_000
LIMITS = Limits(memory_bytes=64 * MB, time=timedelta(seconds=20), result_bytes=MB)


def labour(task: bytes, sources: Sequence[BinaryIO], result: BinaryIO) -> None:
    if task == b"rest":
        return
    started_s = time.process_time()
    while time.process_time() < started_s + 0.2:
        pass
    b"x" * 48 * MB
    if task == b"work hard, then crash":
        os.abort()


@pytest.fixture
def source() -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as file:
        yield file


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    worker = WorkerProcess(labour)
    yield worker
    worker.dismiss()


class TestUsage:
    def test_is_that_of_one_piece_of_work_alone(
        self, worker: WorkerProcess, source: BinaryIO
    ) -> None:
        before = worker.run(b"rest", [source], LIMITS).usage

        hard = worker.run(b"work hard", [source], LIMITS).usage
        after = worker.run(b"rest", [source], LIMITS).usage

        assert 190 <= hard.cpu_ms < 2_000
        assert hard.peak_mb >= before.peak_mb + 40
        assert after.cpu_ms < 100
        assert after.peak_mb <= before.peak_mb + 10

    def test_is_known_of_one_that_did_not_come_back(
        self, worker: WorkerProcess, source: BinaryIO
    ) -> None:
        before = worker.run(b"rest", [source], LIMITS).usage

        with pytest.raises(WorkEnded) as caught:
            worker.run(b"work hard, then crash", [source], LIMITS)

        assert 190 <= caught.value.usage.cpu_ms < 2_000
        assert caught.value.usage.peak_mb >= before.peak_mb + 40
