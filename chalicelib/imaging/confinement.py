"""What a child process takes from itself before it touches what a stranger sent (setrlimit(2))."""

import ctypes
import gc
import math
import os
import resource
from pathlib import Path

_MAX_FILES = 1_024
"""Files a Lambda function may have open."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_PERTURB = -1, -3, -6
"""Of glibc's malloc.h."""

_BLANK = 0xA5
_LARGEST_KEPT_BYTES = 32 * 1024 * 1024
"""The most that glibc takes; Pillow asks for 16 MiB at a time. What is larger comes from the kernel
as zeros, and goes back at once."""

_MOST_KEPT_BYTES = 64 * 1024 * 1024
"""A photo of 12 megapixels leaves 36."""


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


def keep_freed_memory() -> int:
    """Have freed memory overwritten and used again: mallopt(3), in glibc, which Lambda has.

    Returns what is held now, in bytes.

    Overwritten, since a decoder that reads what it never wrote could else show one person's photo
    in another's. Used again, since a page from the kernel costs 1 to 2 microseconds and a photo of
    12 megapixels touches 6,000: a tenth of its time.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_PERTURB, _BLANK)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGEST_KEPT_BYTES)
        libc.mallopt(_M_TRIM_THRESHOLD, 2**30)
    return _data_bytes()


def give_back_memory(*, beyond_bytes: int) -> None:
    """Give free memory back to the kernel if it is much more than was held at first."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim") and _data_bytes() > beyond_bytes + _MOST_KEPT_BYTES:
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
