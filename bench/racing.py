"""Run contenders in processes of their own, in turns: a busy machine is then busy for all."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_MODULE = "bench.contender"
_SHARP = Path(__file__).with_name("sharp_ladder.cjs")


@dataclass(frozen=True, slots=True)
class Run:
    """What one process used.

    Attributes:
        cpu_s: for each photo that it rendered, its children's and threads' time included.
    """

    cpu_s: tuple[float, ...]
    peak_bytes: int


def contenders() -> tuple[str, ...]:
    """Name who can run here; say who cannot, and why."""
    names = ["ifotor", "naive"]
    if importlib.util.find_spec("pyvips"):
        names.append("libvips")
    else:
        print("libvips is not measured: pyvips is not installed (requirements/bench.txt)")
    if _has_sharp():
        names.append("sharp")
    else:
        print("sharp is not measured: node finds no such package (npm install --no-save sharp)")
    return tuple(names)


def race(photo: Path, names: Sequence[str], *, rounds: int, repeats: int) -> dict[str, float]:
    """Return each one's median CPU time for a photo, in milliseconds.

    Args:
        repeats: of each process in each round; the first two warm up and do not count: with the
            second, memory has the size that it keeps.
    """
    samples: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in list(samples):
            done = run(name, photo, repeats=repeats)
            if done is None:
                del samples[name]
            else:
                samples[name] += done.cpu_s[2:]
    return {name: median(values) * 1000 for name, values in samples.items()}


def run(name: str, photo: Path, *, repeats: int, folder: Path | None = None) -> Run | None:
    """Let one contender render a photo; None, with its last words, if it cannot.

    Args:
        folder: where to leave `full.jpg`, `preview.jpg` and `thumb.jpg`.
    """
    program = ["node", str(_SHARP)] if name == "sharp" else [sys.executable, "-m", _MODULE, name]
    result = subprocess.run(
        [*program, str(photo), str(repeats), *([str(folder)] if folder else [])],
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
    return Run(cpu_s=tuple(report["cpu_s"]), peak_bytes=report["peak_bytes"])


def _has_sharp() -> bool:
    if shutil.which("node") is None:
        return False
    asked = ["node", "-e", f"require('module').createRequire({json.dumps(str(_SHARP))})('sharp')"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0
