"""One program in a race: renders one photo a few times and reports CPU time and peak memory.

Run as `python -m bench.contender NAME PHOTO REPEATS`, always in a process of its own: peak memory
belongs to a process, and two image libraries in one would share caches. Prints one JSON object.
"""

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

from chalicelib.imaging.model import MediaType

CONTENDERS = ("ifotor", "libvips")


def main(name: str, photo: Path, repeats: int) -> None:
    """Render `repeats` times and print `{"cpu_s": [...], "peak_bytes": n}`."""
    render = _render_ifotor if name == "ifotor" else _load_libvips()
    cpu_s = []
    for _ in range(repeats):
        started = process_time()
        render(photo)
        cpu_s.append(process_time() - started)
    print(json.dumps({"cpu_s": cpu_s, "peak_bytes": _peak_bytes()}))


def _render_ifotor(photo: Path) -> None:
    from chalicelib.imaging.ladder import render
    from chalicelib.imaging.probe import probe

    with photo.open("rb") as source:
        render(source, probe(source, declared=_type_of(photo)))


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


def _peak_bytes() -> int:
    """Return the peak resident size of this process."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss: on Linux that starts at the size of the process which called exec.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
