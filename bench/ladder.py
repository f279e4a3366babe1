"""The ladder (full, preview, thumb) beside libvips, sharp and a tutorial's way: CPU time, quality.

Ratios are good to about 15 %; milliseconds belong to the machine that measured them. All run on
one thread, take turns, and are already warm, as a worker is for all photos but its first.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.drawing import draw_photo
from bench.figures import Figure
from bench.quality import ssim_of
from bench.racing import contenders, race, run

MAX_OF_LIBVIPS = 0.75
MAX_OF_LIBVIPS_AWKWARD = 1.25
MAX_OF_SHARP = 0.35

_ROUNDS, _REPEATS = 5, 6
_FEW_ROUNDS, _FEW_REPEATS = 4, 4
# What sensors of 12 and 48 megapixels have: a whole DCT scale comes out within 5 % of 2048 px.
_USUAL_SIZES = ((4032, 3024), (8064, 6048))
_AWKWARD_SIZES = ((5712, 4284), (12000, 9000))
_RENDITIONS = ("full", "preview", "thumb")


def measure(photos: Sequence[Path]) -> list[Figure]:
    """Race on each photo, or on a drawn one if there is none; then on larger drawn ones."""
    names = contenders()
    figures: list[Figure] = []
    with TemporaryDirectory() as folder:
        small, large = (_draw(Path(folder), size) for size in _USUAL_SIZES)
        for photo in photos or [small]:
            figures += _race(photo, names, rounds=_ROUNDS, repeats=_REPEATS)
            if "libvips" in names:
                figures += _compare(photo, names)
        # A tutorial's way takes seconds there, and says nothing new.
        rivals = [name for name in names if name != "naive"]
        figures += _race(large, rivals, rounds=_FEW_ROUNDS, repeats=_FEW_REPEATS)
        for size in _AWKWARD_SIZES:
            figures += _race_awkward(_draw(Path(folder), size), names)
    return figures


def _draw(folder: Path, size: tuple[int, int]) -> Path:
    width, height = size
    path = folder / f"drawn_{width}.jpg"
    path.write_bytes(draw_photo(width, height, orientation=6, display_p3=True, gps=True))
    return path


def _race(photo: Path, names: Sequence[str], *, rounds: int, repeats: int) -> list[Figure]:
    cpu_ms = race(photo, names, rounds=rounds, repeats=repeats)
    return [
        *_times(photo, cpu_ms),
        *_ratio(photo, cpu_ms, "libvips", target=MAX_OF_LIBVIPS),
        *_ratio(photo, cpu_ms, "sharp", target=MAX_OF_SHARP),
        *_ratio(photo, cpu_ms, "naive", target=None),
    ]


def _race_awkward(photo: Path, names: Sequence[str]) -> list[Figure]:
    pair = [name for name in names if name in ("ifotor", "libvips")]
    cpu_ms = race(photo, pair, rounds=_FEW_ROUNDS, repeats=_FEW_REPEATS)
    return [
        *_times(photo, cpu_ms),
        *_ratio(photo, cpu_ms, "libvips", target=MAX_OF_LIBVIPS_AWKWARD),
    ]


def _times(photo: Path, cpu_ms: dict[str, float]) -> list[Figure]:
    return [
        Figure(f"ladder_cpu/{photo.name}/{name}", round(ms, 1), "ms") for name, ms in cpu_ms.items()
    ]


def _ratio(
    photo: Path, cpu_ms: dict[str, float], other: str, *, target: float | None
) -> list[Figure]:
    if not cpu_ms.keys() >= {"ifotor", other}:
        return []
    ratio = round(cpu_ms["ifotor"] / cpu_ms[other], 3)
    return [Figure(f"ladder_cpu_vs_{other}/{photo.name}", ratio, "x", target=target)]


def _compare(photo: Path, names: Sequence[str]) -> list[Figure]:
    """Judge what each one made; ours shall be as near to the photo as libvips' are."""
    ssims: dict[str, list[float]] = {}
    figures = []
    for name in names:
        with TemporaryDirectory() as folder:
            if run(name, photo, repeats=1, folder=Path(folder)) is None:
                continue
            files = [Path(folder) / f"{rendition}.jpg" for rendition in _RENDITIONS]
            ssims[name] = [round(ssim_of(file, photo), 4) for file in files]
            figures += [
                Figure(f"ladder_size/{photo.name}/{file.stem}/{name}", _kb(file), "kB")
                for file in files
            ]
    for name, values in ssims.items():
        for rendition, value, theirs in zip(_RENDITIONS, values, ssims["libvips"], strict=True):
            is_held = name == "ifotor" and rendition != "full"
            figures.append(
                Figure(
                    f"ladder_ssim/{photo.name}/{rendition}/{name}",
                    value,
                    "",
                    target=theirs if is_held else None,
                    better="higher",
                )
            )
    return figures


def _kb(file: Path) -> float:
    return round(file.stat().st_size / 1000, 1)
