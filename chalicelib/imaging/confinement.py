"""What a child process takes from itself before it touches what a stranger sent (setrlimit(2))."""

import ctypes
import gc
import math
import os
import resource
from pathlib import Path

_MAX_FILES = 1_024
"""Files a Lambda function may have open."""


def owe_nothing_to_parent(line: int) -> None:
    """Drop every file and connection but the line to the parent; print nowhere."""
    # The parent's files are closed here behind the backs of their objects. Were one of those
    # collected later, it would close whatever has its number by then.
    gc.freeze()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    os.closerange(3, line)
    os.closerange(line + 1, _MAX_FILES)
    _limit(resource.RLIMIT_CORE, 0)


def empty_free_memory() -> None:
    """Give every whole page of free memory back to the kernel, which hands it out anew as zeros.

    Else a decoder that reads what it never wrote could show one person's photo in another's.
    malloc_trim(3) does so in every arena since glibc 2.8, which Lambda has. It costs less than to
    take each large block from the kernel and give it back at once: one photo reuses its own.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


def confine(*, memory_bytes: int, time_s: float, result_bytes: int) -> None:
    """Limit what the next piece of work may use, beyond what was used until now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    used_s = used.ru_utime + used.ru_stime
    _limit(resource.RLIMIT_CPU, math.ceil(used_s + time_s) + 1)
    _limit(resource.RLIMIT_FSIZE, result_bytes)
    _limit(resource.RLIMIT_DATA, _data_bytes() + memory_bytes)


def _limit(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    highest = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (highest, hard))


def _data_bytes() -> int:
    """Return the private writable memory held now, as RLIMIT_DATA counts it: proc(5), statm.

    Only Linux tells, and only Linux enforces it.
    """
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return 0
    return int(statm.read_text().split()[5]) * resource.getpagesize()
