"""A recipe against libvips, from file to file.

CPU time, one thread, taking turns in one process, each warmed up. The recipe cuts to 16:9 at 2048
px, tones, saturates and sharpens: what an edit usually is.
"""

import os
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from bench.drawing import draw_photo
from bench.figures import Figure
from chalicelib.imaging.editing.edit import edit
from chalicelib.imaging.encode import encode
from chalicelib.imaging.model import MediaType
from chalicelib.imaging.output import OutputType, OutputWish
from chalicelib.imaging.plan.curves import before_matrix, table
from chalicelib.imaging.plan.layout import Output
from chalicelib.imaging.plan.matrix import colour_matrix
from chalicelib.imaging.probe import probe
from chalicelib.imaging.recipe.document import parse_recipe

MAX_CPU_RATIO = 1.0

_ROUNDS = 9
_OUTPUT = Output(long_side_px=2048)
_TONES = {"exposure_stops": 0.3, "contrast": 20, "shadows": 15, "saturation": 15}
_EDIT = parse_recipe(
    {
        "version": 1,
        "geometry": {"crop": {"ratio": "16:9"}},
        "tone": _TONES,
        "detail": {"sharpen": 40},
    }
)


def measure(photos: Sequence[Path]) -> list[Figure]:
    """Race on each photo, or on a drawn one if there is none."""
    with TemporaryDirectory() as folder:
        drawn = Path(folder) / "drawn_12mp.jpg"
        drawn.write_bytes(draw_photo(4032, 3024, display_p3=True))
        jpegs = [photo for photo in photos if photo.suffix.lower() in (".jpg", ".jpeg")]
        return [figure for photo in jpegs or [drawn] for figure in _race_edits(photo)]


def _race_edits(photo: Path) -> list[Figure]:
    contenders: dict[str, Callable[[], object]] = {"ifotor": lambda: _edit_with_ifotor(photo)}
    vips = _load_libvips()
    if vips is None:
        print("libvips is not measured: pyvips is not installed (requirements/bench.txt)")
    else:
        contenders["libvips"] = lambda: vips(photo)
    times = _interleaved(contenders)
    figures = [
        Figure(f"edit_cpu/{photo.name}/{name}", round(ms, 1), "ms") for name, ms in times.items()
    ]
    if "libvips" in times:
        ratio = round(times["ifotor"] / times["libvips"], 3)
        name = f"edit_cpu_vs_libvips/{photo.name}"
        figures.append(Figure(name, ratio, "x", target=MAX_CPU_RATIO))
    return figures


def _interleaved(contenders: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return each one's median CPU time in milliseconds; the first round warms up."""
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(_ROUNDS + 1):
        for name, work in contenders.items():
            started = process_time()
            work()
            samples[name].append(process_time() - started)
    return {name: median(values[1:]) * 1000 for name, values in samples.items()}


def _edit_with_ifotor(photo: Path) -> None:
    source = BytesIO(photo.read_bytes())
    header = probe(source, declared=MediaType.JPEG)
    encode(edit(source, header, _EDIT, _OUTPUT), OutputWish(media_type=OutputType.JPEG))


def _load_libvips() -> Callable[[Path], None] | None:
    """Make libvips' own way to the same: scaled decode, one table, one matrix, its sharpening."""
    os.environ.setdefault("VIPS_CONCURRENCY", "1")
    try:
        import pyvips
    except ImportError:
        return None
    pyvips.cache_set_max(0)  # a repeat must do the work again
    curve = table(before_matrix(_EDIT.tone)) or bytes(range(256))
    cells = colour_matrix(_EDIT.tone)
    lookup = pyvips.Image.new_from_memory(curve[:256], 256, 1, 1, "uchar")
    matrix = pyvips.Image.new_from_array([list(cells[row : row + 3]) for row in (0, 4, 8)])

    def edit_with_libvips(photo: Path) -> None:
        image = pyvips.Image.thumbnail(str(photo), 2048, height=1152, crop="centre")
        image = image.maplut(lookup).recomb(matrix).cast("uchar").sharpen(sigma=1)
        image.jpegsave_buffer(Q=82, keep="icc", subsample_mode="on")

    return edit_with_libvips
