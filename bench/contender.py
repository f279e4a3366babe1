"""One program in a race: renders one photo a few times and reports CPU time and peak memory.

Run as `python -m bench.contender NAME PHOTO REPEATS`, always in a process of its own: peak memory
belongs to a process, and two image libraries in one would share caches. Prints one JSON object.
Linux only: nowhere else can one read what a child has used while it lives.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import clock_gettime, process_time

from chalicelib.imaging.model import MediaType

CONTENDERS = ("ifotor", "libvips")


def main(name: str, photo: Path, repeats: int) -> None:
    """Render `repeats` times and print `{"cpu_s": [...], "peak_bytes": n}`."""
    render = _load_ifotor() if name == "ifotor" else _load_libvips()
    cpu_s = []
    for _ in range(repeats):
        started = _cpu_s()
        render(photo)
        cpu_s.append(_cpu_s() - started)
    print(json.dumps({"cpu_s": cpu_s, "peak_bytes": _peak_bytes()}))


def _load_ifotor() -> Callable[[Path], None]:
    """Do what the worker does: judge here, decode in a child that is kept."""
    from chalicelib.imaging.apart import ApartRenderer

    renderer = ApartRenderer()

    def render(photo: Path) -> None:
        with photo.open("rb") as source:
            renderer.render(source, _type_of(photo), within=timedelta(minutes=1))

    return render


def _type_of(photo: Path) -> MediaType:
    names = {".jpg": "jpeg", ".heif": "heic"}
    suffix = photo.suffix.lower()
    return MediaType(f"image/{names.get(suffix, suffix[1:])}")


def _load_libvips() -> Callable[[Path], None]:
    """Make libvips' own fastest way to the same three pictures: scaled decode, cascade, sRGB."""
    import pyvips

    pyvips.cache_set_max(0)  # a repeat must do the work again
    small = {"size": "down"}

    def render(photo: Path) -> None:
        full = pyvips.Image.thumbnail(
            str(photo), 2048, height=2048, export_profile="srgb", **small
        ).copy_memory()
        preview = full.thumbnail_image(1080, height=1080, **small).copy_memory()
        thumb = preview.thumbnail_image(320, height=320, **small)
        for image in (full, preview, thumb):
            image.jpegsave_buffer(Q=82, keep="none", subsample_mode="on")

    return render


def _cpu_s() -> float:
    """Return the processor's time of this process and of its living children."""
    # The clock of another process: clock_getcpuclockid(3), which Python does not have.
    return process_time() + sum(clock_gettime(~child << 3 | 2) for child in _children())


def _peak_bytes() -> int:
    """Return the peak resident sizes of this process and its children; what they share twice."""
    return sum(map(_peak_of, (os.getpid(), *_children())))


def _peak_of(process: int) -> int:
    # Not ru_maxrss: on Linux that starts at the size of the process which called exec.
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024


def _children() -> list[int]:
    return [int(one) for one in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
