"""Have work done by a child process, so that what it meets cannot take us down with it.

The child is forked when it is first needed and does one piece of work after the other, as long as
all goes well: a fork for each would cost a photo a fifth more (docs/decisions/0023-isolation.md).
Each piece has limits on memory, time and output. The child has no open file or connection but
those it is handed, and nowhere to print. Nothing here needs /dev/shm, which Lambda does not have.

Knows no images. The caller must have a single thread, since a fork copies no other.
"""

import json
import os
import select
import signal
import socket
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import BinaryIO

from chalicelib.imaging.confinement import (
    confine,
    give_back_memory,
    keep_freed_memory,
    owe_nothing_to_parent,
)
from chalicelib.observability import where

Work = Callable[[bytes, BinaryIO, BinaryIO], None]
"""Does a task: reads its source, writes its result."""

_DONE, _NO_MEMORY, _FAILED = b"D", b"M", b"F"
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


class WorkEnded(Exception):
    """The work could not be finished within its limits, or brought its process down."""

    def __init__(self, fate: Fate) -> None:
        super().__init__(fate.value)
        self.fate = fate


class WorkFailed(Exception):
    """The work raised an exception: names its type and place, never its text."""


class WorkerProcess:
    """A child that does work for us, replaced whenever something went wrong in it."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._child: _Child | None = None

    def run(self, task: bytes, source: BinaryIO, limits: Limits) -> bytes:
        """Have a task done and return its result.

        What goes wrong in a child that has worked before is tried once more in a new one: an
        earlier piece of work may be to blame. So this takes up to twice `limits.time`.

        Args:
            task: says what to do; at most some kilobytes.
            source: a real file; its position is not kept.
        Raises:
            WorkEnded: out of memory or time, or crashed.
            WorkFailed: an exception came out of the work.
            OSError: no child could be started.
        """
        source.flush()
        if self._child is not None:
            try:
                return self._run_in(self._child, task, source, limits)
            except (WorkEnded, OSError) as end:
                if isinstance(end, WorkEnded) and end.fate is Fate.OUT_OF_TIME:
                    raise
        self._child = _start(self._work)
        return self._run_in(self._child, task, source, limits)

    def dismiss(self) -> None:
        """End the child; the next piece of work gets a new one."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _run_in(self, child: "_Child", task: bytes, source: BinaryIO, limits: Limits) -> bytes:
        try:
            # Not a pipe, which would need reading while we wait, nor shared memory.
            with tempfile.TemporaryFile() as result:
                child.ask(task, source, result, limits)
                code = child.wait(limits.time)
                result.seek(0)
                return _outcome(code, child, result, limits)
        except BaseException:
            self.dismiss()
            raise


class _Child:
    """The process and our end of the line to it; ends with this object at the latest."""

    def __init__(self, number: int, line: socket.socket) -> None:
        self._line = line
        self._end = weakref.finalize(self, _end, number, line)

    def ask(self, task: bytes, source: BinaryIO, result: BinaryIO, limits: Limits) -> None:
        numbers = [limits.memory_bytes, limits.time.total_seconds(), limits.result_bytes]
        message = json.dumps(numbers).encode() + b"\n" + task
        if len(message) > _MAX_MESSAGE_BYTES:
            raise ValueError("the task is too long to be sent at once")
        socket.send_fds(self._line, [message], [source.fileno(), result.fileno()])

    def wait(self, limit: timedelta) -> bytes | None:
        """Return the child's answer, nothing (b"") if it died, None if it needed too long."""
        poll = select.poll()
        poll.register(self._line, select.POLLIN)
        return self._line.recv(1) if poll.poll(limit.total_seconds() * 1000) else None

    def end(self) -> int:
        """End the process, and return its exit code, or minus the signal that ended it first."""
        return self._end() or 0


def _outcome(code: bytes | None, child: _Child, result: BinaryIO, limits: Limits) -> bytes:
    if code == _DONE:
        return result.read(limits.result_bytes)
    if code == _FAILED:
        raise WorkFailed(result.read(_MAX_WORDS).decode(errors="replace"))
    raise WorkEnded(_fate_of(code, child))


def _fate_of(code: bytes | None, child: _Child) -> Fate:
    status = child.end()
    if code is None or status == -signal.SIGXCPU:
        return Fate.OUT_OF_TIME
    # A SIGKILL that was not ours is the kernel's, which ran out of memory.
    if code == _NO_MEMORY or status == -signal.SIGKILL:
        return Fate.OUT_OF_MEMORY
    return Fate.CRASHED


def _end(number: int, line: socket.socket) -> int:
    line.close()
    # One that is dying already dies of what it had.
    os.kill(number, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


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
        message, files, _, _ = socket.recv_fds(line, _MAX_MESSAGE_BYTES, 2)
        if not message:
            return
        head, _, task = message.partition(b"\n")
        with open(files[0], "rb") as source, open(files[1], "wb") as result:
            code = _do(work, task, source, result, json.loads(head))
        line.send(code)
        give_back_memory(beyond_bytes=held_bytes)


def _do(
    work: Work, task: bytes, source: BinaryIO, result: BinaryIO, limits: tuple[int, float, int]
) -> bytes:
    memory_bytes, time_s, result_bytes = limits
    try:
        confine(memory_bytes=memory_bytes, time_s=time_s, result_bytes=result_bytes)
        work(task, source, result)
        result.flush()
    except MemoryError:
        return _NO_MEMORY
    except Exception as error:
        result.seek(0)
        result.write(f"{type(error).__name__} {where(error)}".encode()[:_MAX_WORDS])
        return _FAILED
    return _DONE
