"""What a child process takes from itself before it touches what a stranger sent (setrlimit(2))."""

import ctypes
import gc
import math
import os
import resource
from pathlib import Path

_MAX_FILES = 1_024
"""Files a Lambda function may have open."""


_MMAP_THRESHOLD = -3
"""M_MMAP_THRESHOLD of glibc's malloc.h; setting it also keeps it from growing by itself."""
_LARGE_BYTES = 128 * 1024


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


def take_large_blocks_empty() -> None:
    """Have the kernel hand out every large block of memory anew, and so empty.

    Else a decoder that reads what it never wrote could show one person's photo in another's.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # glibc's, which Lambda has
        libc.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)


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
