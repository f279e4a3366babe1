"""One program in a race: renders one photo a few times and reports CPU time and peak memory.

Run as `python -m bench.contender NAME PHOTO REPEATS [FOLDER]`, always in a process of its own: peak
memory belongs to a process, and two image libraries in one would share caches. Prints one JSON
object. Linux only: nowhere else can one read what a child has used while it lives.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from time import clock_gettime, process_time

from chalicelib.imaging.model import MediaType

Renditions = tuple[bytes, bytes, bytes]
"""Full, preview and thumb."""

_NAMES = ("full", "preview", "thumb")
_SIDES = (2048, 1080, 320)


def main(name: str, photo: Path, repeats: int, folder: Path | None = None) -> None:
    """Render `repeats` times and print `{"cpu_s": [...], "peak_bytes": n}`.

    Args:
        folder: where to leave what was rendered last.
    """
    render = _LOADERS[name]()
    cpu_s = []
    for _ in range(repeats):
        started = _cpu_s()
        files = render(photo)
        cpu_s.append(_cpu_s() - started)
    print(json.dumps({"cpu_s": cpu_s, "peak_bytes": _peak_bytes()}))
    if folder is not None:
        for rendition, data in zip(_NAMES, files, strict=True):
            (folder / f"{rendition}.jpg").write_bytes(data)


def _load_ifotor() -> Callable[[Path], Renditions]:
    """Do what the worker does: judge here, decode in a child that is kept."""
    from chalicelib.imaging.apart import ApartRenderer

    renderer = ApartRenderer()

    def render(photo: Path) -> Renditions:
        with photo.open("rb") as source:
            rendered = renderer.render(source, type_of(photo), within=timedelta(minutes=1))
        full, preview, thumb = (one.data for one in rendered.renditions)
        return full, preview, thumb

    return render


def type_of(photo: Path) -> MediaType:
    names = {".jpg": "jpeg", ".heif": "heic", ".tif": "tiff"}
    suffix = photo.suffix.lower()
    return MediaType(f"image/{names.get(suffix, suffix[1:])}")


def _load_naive() -> Callable[[Path], Renditions]:
    """Do what a tutorial does: for each size open the file, turn it upright, shrink it, save it."""
    from PIL import Image, ImageOps

    def shrink(photo: Path, side: int) -> bytes:
        data = BytesIO()
        with Image.open(photo) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
            ratio = min(1.0, side / max(upright.size))
            size = (round(upright.width * ratio), round(upright.height * ratio))
            resized = upright.resize(size, Image.Resampling.LANCZOS)
            resized.save(data, "JPEG", quality=82, icc_profile=image.info.get("icc_profile"))
        return data.getvalue()

    def render(photo: Path) -> Renditions:
        full, preview, thumb = (shrink(photo, side) for side in _SIDES)
        return full, preview, thumb

    return render


def _load_libvips() -> Callable[[Path], Renditions]:
    """Make libvips' own fastest way to the same three pictures: scaled decode, cascade, sRGB."""
    import pyvips

    pyvips.cache_set_max(0)  # a repeat must do the work again
    small = {"size": "down"}

    def render(photo: Path) -> Renditions:
        full = pyvips.Image.thumbnail(
            str(photo), 2048, height=2048, export_profile="srgb", **small
        ).copy_memory()
        preview = full.thumbnail_image(1080, height=1080, **small).copy_memory()
        thumb = preview.thumbnail_image(320, height=320, **small)
        one, two, three = (
            image.jpegsave_buffer(Q=82, keep="none", subsample_mode="on")
            for image in (full, preview, thumb)
        )
        return one, two, three

    return render


_LOADERS = {"ifotor": _load_ifotor, "naive": _load_naive, "libvips": _load_libvips}


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
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), *map(Path, sys.argv[4:5]))
