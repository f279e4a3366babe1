"""A child that hangs, hogs, crashes or lies does no harm to its parent, and leaves nothing."""

import ctypes
import gc
import os
import resource
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from chalicelib.imaging.isolation import (
    MAX_SOURCES,
    Fate,
    Limits,
    WorkEnded,
    WorkerProcess,
    WorkFailed,
)

MB = 1_000_000
PAGE_BYTES = 4096
LIMITS = Limits(memory_bytes=64 * MB, time=timedelta(seconds=20), result_bytes=MB)
BRIEF = Limits(memory_bytes=64 * MB, time=timedelta(seconds=0.3), result_bytes=MB)


def obey(task: bytes, sources: Sequence[BinaryIO], result: BinaryIO) -> None:
    """Do one of the things that a decoder may do."""
    match task:
        case b"echo":
            result.write(sources[0].read())
        case b"hang":
            signal.pause()
        case b"hog":
            hoard = []
            while True:
                hoard.append(b"x" * MB)
        case b"grab":
            bytearray(4_000 * MB)
        case b"segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case b"abort":
            os.abort()
        case b"leave":
            os._exit(0)
        case b"killed by the kernel":
            os.kill(os.getpid(), signal.SIGKILL)
        case b"spin":
            resource.setrlimit(resource.RLIMIT_CPU, (0, resource.RLIM_INFINITY))
            while True:
                pass
        case b"raise":
            raise ValueError("SECRET")
        case b"print":
            os.write(1, b"SECRET")
            os.write(2, b"SECRET")
        case b"names":
            result.write(b" ".join(source.read() for source in sources))
        case b"leave traces":
            for _ in range(8):
                bytearray(b"PIXELS" * MB)
        case b"look for traces":
            result.write(b"found" if finds_traces() else b"nothing")
        case b"open files":
            result.write(" ".join(os.listdir("/proc/self/fd")).encode())
        case _:
            result.write(str(os.getpid()).encode())


def finds_traces() -> bool:
    """Look for more than the page or two at the ends of what was freed."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    found = (ctypes.string_at(libc.malloc(6 * MB), 6 * MB) for _ in range(8))
    return any(len(b"PIXELS") * one.count(b"PIXELS") > 2 * PAGE_BYTES for one in found)


@pytest.fixture
def source() -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as file:
        file.write(b"what was uploaded")
        file.seek(0)
        yield file


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    worker = WorkerProcess(obey)
    yield worker
    worker.dismiss()


def children() -> set[str]:
    """Return the processes whose parent we are, alive or not yet buried."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def run(worker: WorkerProcess, task: bytes, source: BinaryIO) -> bytes:
    return worker.run(task, [source], LIMITS).result


def fate_of(worker: WorkerProcess, task: bytes, source: BinaryIO, limits: Limits) -> Fate:
    with pytest.raises(WorkEnded) as caught:
        worker.run(task, [source], limits)
    return caught.value.fate


class TestWork:
    def test_result_comes_back_from_one_child_that_is_kept(
        self, worker: WorkerProcess, source: BinaryIO
    ) -> None:
        assert run(worker, b"echo", source) == b"what was uploaded"

        first, second = (run(worker, b"who", source) for _ in range(2))

        assert first == second
        assert int(first) != os.getpid()

    def test_a_dismissed_child_is_gone_and_replaced(
        self, worker: WorkerProcess, source: BinaryIO
    ) -> None:
        first = run(worker, b"who", source)
        assert first.decode() in children()

        worker.dismiss()

        assert first.decode() not in children()
        assert run(worker, b"who", source) != first

    def test_a_child_that_died_meanwhile_costs_nobody_anything(
        self, worker: WorkerProcess, source: BinaryIO
    ) -> None:
        os.kill(int(run(worker, b"who", source)), signal.SIGKILL)

        assert run(worker, b"echo", source).endswith(b"uploaded")

    def test_a_forgotten_worker_takes_its_child_along(self, source: BinaryIO) -> None:
        worker = WorkerProcess(obey)
        child = run(worker, b"who", source).decode()

        del worker
        gc.collect()

        assert child not in children()

    def test_it_may_have_as_many_files_as_the_largest_edit(self, worker: WorkerProcess) -> None:
        with ExitStack() as files:
            sources: list[BinaryIO] = [
                files.enter_context(tempfile.TemporaryFile()) for _ in range(MAX_SOURCES)
            ]
            for number, one in enumerate(sources):
                one.write(b"%d" % number)
                one.seek(0)

            done = worker.run(b"names", sources, LIMITS)

            assert done.result.split() == [b"%d" % number for number in range(MAX_SOURCES)]
            with pytest.raises(ValueError, match="too long"):
                worker.run(b"names", [*sources, sources[0]], LIMITS)


class TestLimits:
    @pytest.mark.parametrize(
        ("task", "fate"),
        [
            (b"hog", Fate.OUT_OF_MEMORY),
            (b"grab", Fate.OUT_OF_MEMORY),
            (b"killed by the kernel", Fate.OUT_OF_MEMORY),
            (b"segfault", Fate.CRASHED),
            (b"abort", Fate.CRASHED),
            (b"leave", Fate.CRASHED),
            (b"spin", Fate.OUT_OF_TIME),
        ],
    )
    def test_each_end_has_its_name_and_leaves_nothing(
        self, worker: WorkerProcess, source: BinaryIO, task: bytes, fate: Fate
    ) -> None:
        files, family = len(os.listdir("/proc/self/fd")), children()

        assert fate_of(worker, task, source, LIMITS) is fate

        assert children() == family
        assert len(os.listdir("/proc/self/fd")) == files
        assert run(worker, b"echo", source).endswith(b"uploaded")

    def test_one_that_hangs_is_killed_in_time(
        self, worker: WorkerProcess, source: BinaryIO
    ) -> None:
        family = children()

        assert fate_of(worker, b"hang", source, BRIEF) is Fate.OUT_OF_TIME
        assert children() == family

    def test_no_file_is_left_whatever_happens(
        self,
        worker: WorkerProcess,
        source: BinaryIO,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

        run(worker, b"echo", source)
        fate_of(worker, b"segfault", source, LIMITS)
        fate_of(worker, b"hang", source, BRIEF)

        assert list(tmp_path.iterdir()) == []

    def test_memory_is_counted_anew_for_each_task(
        self, worker: WorkerProcess, source: BinaryIO
    ) -> None:
        first = run(worker, b"who", source)
        small = Limits(memory_bytes=MB, time=LIMITS.time, result_bytes=MB)

        assert fate_of(worker, b"hog", source, small) is Fate.OUT_OF_MEMORY
        assert run(worker, b"who", source) != first


class TestBlame:
    def test_a_crash_in_a_used_child_is_tried_again_in_a_new_one(self, source: BinaryIO) -> None:
        worker = WorkerProcess(crash_the_second_time)

        assert run(worker, b"", source) == b"done"
        assert run(worker, b"", source) == b"done"
        worker.dismiss()

    def test_an_exception_of_ours_is_named_without_its_words(
        self, worker: WorkerProcess, source: BinaryIO
    ) -> None:
        with pytest.raises(WorkFailed, match="ValueError") as caught:
            run(worker, b"raise", source)

        assert "SECRET" not in str(caught.value)
        assert "isolation.py" in str(caught.value)


class TestSeparation:
    def test_the_child_has_no_file_but_its_own(
        self, worker: WorkerProcess, source: BinaryIO
    ) -> None:
        with tempfile.TemporaryFile() as secret:
            open_files = set(map(int, run(worker, b"open files", source).split()))

            # Three standard ones, the line, source, result, and the listing itself.
            assert len(open_files) == 7
            assert secret.fileno() >= 3

    def test_one_task_finds_nothing_large_of_the_one_before(
        self, worker: WorkerProcess, source: BinaryIO
    ) -> None:
        run(worker, b"leave traces", source)

        assert run(worker, b"look for traces", source) == b"nothing"

    def test_what_it_prints_is_heard_by_nobody(
        self, worker: WorkerProcess, source: BinaryIO, capfd: pytest.CaptureFixture[str]
    ) -> None:
        run(worker, b"print", source)

        assert capfd.readouterr() == ("", "")


_runs: list[int] = []


def crash_the_second_time(task: bytes, sources: Sequence[BinaryIO], result: BinaryIO) -> None:
    _runs.append(1)
    if len(_runs) == 2:
        os.abort()
    result.write(b"done")
