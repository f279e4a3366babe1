"""Have work done by a child process, so that what it meets cannot take us down with it.

The child is forked when it is first needed and does one piece of work after the other, as long as
all goes well: a fork for each would cost a photo a fifth more (docs/decisions/0023-isolation.md).
Each piece has limits on memory, time and output. The child has no open file or connection but
those it is handed, and nowhere to print. Nothing here needs /dev/shm, which Lambda does not have.

Knows no images. The caller must have a single thread, since a fork copies no other.
"""

import json
import os
import resource
import select
import signal
import socket
import struct
import tempfile
import weakref
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import BinaryIO

from chalicelib.imaging.confinement import (
    confine,
    give_back_memory,
    keep_freed_memory,
    owe_nothing_to_parent,
)
from chalicelib.imaging.usage import Meter, Usage
from chalicelib.observability import where

Work = Callable[[bytes, Sequence[BinaryIO], BinaryIO], None]
"""Does a task: reads its sources, writes its result."""

MAX_SOURCES = 16

_DONE, _NO_MEMORY, _FAILED = b"D", b"M", b"F"
_ANSWER = struct.Struct("!cII")
"""How it went, milliseconds of the processor, megabytes at the most."""
_MAX_MESSAGE_BYTES = 65_536
_MAX_WORDS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one piece of work may use.

    Attributes:
        memory_bytes: beyond what the child holds before it. Enforced by Linux.
        time: on the wall; the processor's own time has the same limit, should we die first.
        result_bytes: of output.
    """

    memory_bytes: int
    time: timedelta
    result_bytes: int


class Fate(StrEnum):
    OUT_OF_MEMORY = "out_of_memory"
    OUT_OF_TIME = "out_of_time"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Done:
    result: bytes
    usage: Usage


class WorkEnded(Exception):
    """The work could not be finished within its limits, or brought its process down."""

    def __init__(self, fate: Fate, usage: Usage) -> None:
        super().__init__(fate.value)
        self.fate = fate
        self.usage = usage


class WorkFailed(Exception):
    """The work raised an exception: names its type and place, never its text."""


class WorkerProcess:
    """A child that does work for us, replaced whenever something went wrong in it."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._child: _Child | None = None

    def run(self, task: bytes, sources: Sequence[BinaryIO], limits: Limits) -> Done:
        """Have a task done and return its result, with what the last try took.

        What goes wrong in a child that has worked before is tried once more in a new one: an
        earlier piece of work may be to blame. So this takes up to twice `limits.time`.

        Args:
            task: says what to do; at most some kilobytes.
            sources: real files, `MAX_SOURCES` at most; their positions are not kept.
        Raises:
            WorkEnded: out of memory or time, or crashed.
            WorkFailed: an exception came out of the work.
            OSError: no child could be started.
        """
        for source in sources:
            source.flush()
        if self._child is not None:
            try:
                return self._run_in(self._child, task, sources, limits)
            except (WorkEnded, OSError) as end:
                if isinstance(end, WorkEnded) and end.fate is Fate.OUT_OF_TIME:
                    raise
        self._child = _start(self._work)
        return self._run_in(self._child, task, sources, limits)

    def dismiss(self) -> None:
        """End the child; the next piece of work gets a new one."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _run_in(
        self, child: "_Child", task: bytes, sources: Sequence[BinaryIO], limits: Limits
    ) -> Done:
        try:
            # Not a pipe, which would need reading while we wait, nor shared memory.
            with tempfile.TemporaryFile() as result:
                child.ask(task, sources, result, limits)
                answer = child.wait(limits.time)
                result.seek(0)
                return _outcome(answer, child, result, limits)
        except BaseException:
            self.dismiss()
            raise


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a child said: a code of ours, none (b"") if it died, None if it needed too long."""

    code: bytes | None
    usage: Usage | None = None


class _Child:
    """The process and our end of the line to it; ends with this object at the latest."""

    def __init__(self, number: int, line: socket.socket) -> None:
        self._number = number
        self._line = line
        self._spent_ms = 0
        self._finalizer = weakref.finalize(self, _end, number, line)

    def ask(
        self, task: bytes, sources: Sequence[BinaryIO], result: BinaryIO, limits: Limits
    ) -> None:
        numbers = [limits.memory_bytes, limits.time.total_seconds(), limits.result_bytes]
        message = json.dumps(numbers).encode() + b"\n" + task
        if len(message) > _MAX_MESSAGE_BYTES or len(sources) > MAX_SOURCES:
            raise ValueError("the task is too long to be sent at once")
        files = [result.fileno(), *(source.fileno() for source in sources)]
        socket.send_fds(self._line, [message], files)

    def wait(self, limit: timedelta) -> _Answer:
        poll = select.poll()
        poll.register(self._line, select.POLLIN)
        if not poll.poll(limit.total_seconds() * 1000):
            return _Answer(None)
        said = self._line.recv(_ANSWER.size)
        if len(said) < _ANSWER.size:
            return _Answer(b"")
        code, cpu_ms, peak_mb = _ANSWER.unpack(said)
        self._spent_ms += cpu_ms
        return _Answer(code, Usage(cpu_ms, peak_mb))

    def end(self) -> tuple[int, Usage]:
        """End the process; return its exit code, or minus the signal that ended it first, and what
        the work took that it was at.
        """
        return self._ending

    @cached_property
    def _ending(self) -> tuple[int, Usage]:
        self._finalizer.detach()
        status, used = _end(self._number, self._line)
        return status, Usage.of(used, before_ms=self._spent_ms)


def _outcome(answer: _Answer, child: _Child, result: BinaryIO, limits: Limits) -> Done:
    if answer.code == _DONE and answer.usage:
        # A buffer of the limit's size would cost a millisecond.
        size_bytes = os.fstat(result.fileno()).st_size
        return Done(result.read(min(size_bytes, limits.result_bytes)), answer.usage)
    if answer.code == _FAILED:
        raise WorkFailed(result.read(_MAX_WORDS).decode(errors="replace"))
    status, usage = child.end()
    raise WorkEnded(_fate_of(answer.code, status), answer.usage or usage)


def _fate_of(code: bytes | None, status: int) -> Fate:
    if code is None or status == -signal.SIGXCPU:
        return Fate.OUT_OF_TIME
    # A SIGKILL that was not ours is the kernel's, which ran out of memory.
    if code == _NO_MEMORY or status == -signal.SIGKILL:
        return Fate.OUT_OF_MEMORY
    return Fate.CRASHED


def _end(number: int, line: socket.socket) -> tuple[int, resource.struct_rusage]:
    line.close()
    # One that is dying already dies of what it had.
    os.kill(number, signal.SIGKILL)
    _, status, used = os.wait4(number, 0)
    return os.waitstatus_to_exitcode(status), used


def _start(work: Work) -> _Child:
    ours, theirs = socket.socketpair()
    number = os.fork()
    if number == 0:
        try:
            owe_nothing_to_parent(theirs.fileno())
            _serve(theirs, work)
        finally:
            os._exit(0)  # the one way out that runs nothing of the parent's
    theirs.close()
    return _Child(number, ours)


def _serve(line: socket.socket, work: Work) -> None:
    held_bytes = keep_freed_memory()
    while True:
        message, numbers, _, _ = socket.recv_fds(line, _MAX_MESSAGE_BYTES, 1 + MAX_SOURCES)
        if not message:
            return
        meter = Meter()
        head, _, task = message.partition(b"\n")
        with ExitStack() as files:
            result = files.enter_context(open(numbers[0], "wb"))
            sources = [files.enter_context(open(number, "rb")) for number in numbers[1:]]
            code = _do(work, task, sources, result, json.loads(head))
        usage = meter.read()
        line.send(_ANSWER.pack(code, usage.cpu_ms, usage.peak_mb))
        give_back_memory(beyond_bytes=held_bytes)


def _do(
    work: Work,
    task: bytes,
    sources: Sequence[BinaryIO],
    result: BinaryIO,
    limits: tuple[int, float, int],
) -> bytes:
    memory_bytes, time_s, result_bytes = limits
    try:
        confine(memory_bytes=memory_bytes, time_s=time_s, result_bytes=result_bytes)
        work(task, sources, result)
        result.flush()
    except MemoryError:
        return _NO_MEMORY
    except Exception as error:
        result.seek(0)
        result.write(f"{type(error).__name__} {where(error)}".encode()[:_MAX_WORDS])
        return _FAILED
    return _DONE
