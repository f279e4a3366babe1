"""What a piece of work took of its process: time of the processor, and memory at its highest."""

import resource
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Usage:
    """What one piece of work took.

    Attributes:
        cpu_ms: in user and system mode.
        peak_mb: 2**20 bytes that were resident at the most, shared ones too: of a child that was
            forked, all that its parent held then.
    """

    cpu_ms: int
    peak_mb: int

    @classmethod
    def of(cls, used: resource.struct_rusage, *, before_ms: int) -> "Usage":
        """Read a process's own account (getrusage(2)); `before_ms` were for earlier work."""
        return cls(max(0, _cpu_ms(used) - before_ms), used.ru_maxrss // 1024)


class Meter:
    """Measures this process from now on."""

    def __init__(self) -> None:
        # Linux remembers the highest since the start, unless told to begin anew: proc(5),
        # clear_refs. Where it may not be told, the peak is that of all work until now.
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")
        self._before_ms = _cpu_ms(resource.getrusage(resource.RUSAGE_SELF))

    def read(self) -> Usage:
        return Usage.of(resource.getrusage(resource.RUSAGE_SELF), before_ms=self._before_ms)


def _cpu_ms(used: resource.struct_rusage) -> int:
    return round((used.ru_utime + used.ru_stime) * 1000)
