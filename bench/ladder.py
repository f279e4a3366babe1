"""The ladder (full, preview, thumb) against libvips: CPU time side by side, and peak memory.

Ratios are good to about 15 %; milliseconds belong to the machine that measured them. Both run on
one thread, take turns, and are already warm, as a worker is for all photos but its first.
"""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.contender import CONTENDERS
from bench.drawing import draw_photo
from bench.figures import Figure

MAX_CPU_RATIO = 0.75
MAX_PEAK_MB = 128.0

_ROUNDS = 7
_REPEATS = 4  # in each round; the first one warms up
# The sensors phones have: 12, 48 and 108 megapixels.
_DRAWN_SIZES = ((4032, 3024), (8064, 6048), (12000, 9000))
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class _Run:
    cpu_s: list[float]
    peak_bytes: int


def measure(photos: Sequence[Path]) -> list[Figure]:
    """Race on each photo, or on a drawn one if there is none; then weigh drawn ones too."""
    names = [name for name in CONTENDERS if name == "ifotor" or _has_libvips()]
    if "libvips" not in names:
        print("libvips is not measured: pyvips is not installed (requirements/bench.txt)")
    with TemporaryDirectory() as folder:
        drawn = _draw_photos(Path(folder))
        figures = []
        for photo in photos or drawn[:1]:
            figures += _race(photo, names)
        for photo in photos:
            figures += _weigh(photo, names, target=None)
        for photo in drawn:
            figures += _weigh(photo, names, target=MAX_PEAK_MB)
    return figures


def _has_libvips() -> bool:
    return importlib.util.find_spec("pyvips") is not None


def _draw_photos(folder: Path) -> list[Path]:
    paths = []
    for width, height in _DRAWN_SIZES:
        path = folder / f"drawn_{round(width * height / 1_000_000)}mp.jpg"
        path.write_bytes(draw_photo(width, height, orientation=6, display_p3=True, gps=True))
        paths.append(path)
    return paths


def _race(photo: Path, names: Sequence[str]) -> list[Figure]:
    """Measure CPU time in interleaved rounds, so that a busy machine is busy for both."""
    samples: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(_ROUNDS):
        for name in list(samples):
            run = _run(name, photo, repeats=_REPEATS)
            if run is None:
                del samples[name]
            else:
                samples[name] += run.cpu_s[1:]
    cpu_ms = {name: median(values) * 1000 for name, values in samples.items()}
    figures = [
        Figure(f"ladder_cpu/{photo.name}/{name}", round(value, 1), "ms")
        for name, value in cpu_ms.items()
    ]
    if cpu_ms.keys() >= set(CONTENDERS):
        ratio = round(cpu_ms["ifotor"] / cpu_ms["libvips"], 3)
        name = f"ladder_cpu_vs_libvips/{photo.name}"
        figures.append(Figure(name, ratio, "x", target=MAX_CPU_RATIO))
    return figures


def _weigh(photo: Path, names: Sequence[str], *, target: float | None) -> list[Figure]:
    """Measure the peak memory of a fresh process that renders one photo; the target is ours."""
    figures = []
    for name in names:
        run = _run(name, photo, repeats=1)
        if run is not None:
            peak_mb = round(run.peak_bytes / _MB, 1)
            figure_name = f"ladder_peak_memory/{photo.name}/{name}"
            mine = target if name == "ifotor" else None
            figures.append(Figure(figure_name, peak_mb, "MB", target=mine))
    return figures


def _run(name: str, photo: Path, *, repeats: int) -> _Run | None:
    """Run one contender in a process of its own; None, with its last words, if it cannot."""
    result = subprocess.run(
        [sys.executable, "-m", "bench.contender", name, str(photo), str(repeats)],
        env={**os.environ, "VIPS_CONCURRENCY": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        reason = result.stderr.strip().rsplit("\n", 1)[-1]
        print(f"{name} cannot render {photo.name}: {reason}")
        return None
    report = json.loads(result.stdout)
    return _Run(cpu_s=report["cpu_s"], peak_bytes=report["peak_bytes"])
