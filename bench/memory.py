"""Peak memory of the process that decodes, by format and size, and the function that serves it.

Pictures are plain, so that drawing them takes seconds: what decoding holds follows the size and the
format, not what is seen. Each is rendered first and alone in a new process.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.contender import type_of
from bench.drawing import PhotoFormat
from bench.figures import Figure

FUNCTION_SIZES_MB = (128, 256, 512, 1024, 1769)
SDK_MB = 45
"""What a worker holds besides: botocore and its clients."""

_12, _16, _48, _108 = (4032, 3024), (4608, 3456), (8064, 6048), (12000, 9000)


@dataclass(frozen=True, slots=True)
class Picture:
    """A plain picture to render.

    Attributes:
        options: of the encoder; the fastest ones do.
        target: what its decoder may hold, in MB.
    """

    name: str
    format: PhotoFormat
    size: tuple[int, int]
    mode: str = "RGB"
    options: Mapping[str, object] = field(default_factory=dict)
    target: int | None = None


_PROGRESSIVE, _QUICK_PNG, _LZW = (
    {"progressive": True},
    {"compress_level": 1},
    {"compression": "tiff_lzw"},
)
_QUICK_WEBP, _QUICK_AVIF = {"method": 0}, {"speed": 10}
PICTURES = (
    Picture("jpeg_12mp", "JPEG", _12, target=128),
    Picture("jpeg_48mp", "JPEG", _48, target=128),
    Picture("jpeg_108mp", "JPEG", _108, target=128),
    Picture("jpeg_progressive_12mp", "JPEG", _12, options=_PROGRESSIVE),
    Picture("jpeg_progressive_48mp", "JPEG", _48, options=_PROGRESSIVE, target=256),
    Picture("jpeg_progressive_108mp", "JPEG", _108, options=_PROGRESSIVE),
    Picture("jpeg_cmyk_12mp", "JPEG", _12, "CMYK"),
    Picture("jpeg_cmyk_48mp", "JPEG", _48, "CMYK"),
    Picture("png_12mp", "PNG", _12, options=_QUICK_PNG),
    Picture("png_48mp", "PNG", _48, options=_QUICK_PNG),
    Picture("png_alpha_48mp", "PNG", _48, "RGBA", _QUICK_PNG),
    Picture("webp_12mp", "WEBP", _12, options=_QUICK_WEBP),
    Picture("webp_48mp", "WEBP", _48, options=_QUICK_WEBP),
    Picture("webp_alpha_48mp", "WEBP", _48, "RGBA", _QUICK_WEBP),
    Picture("gif_48mp", "GIF", _48, "P"),
    Picture("heif_12mp", "HEIF", _12),
    Picture("heif_48mp", "HEIF", _48),
    Picture("avif_12mp", "AVIF", _12, options=_QUICK_AVIF),
    Picture("avif_48mp", "AVIF", _48, options=_QUICK_AVIF),
    Picture("tiff_48mp", "TIFF", _48, options=_LZW),
    Picture("bmp_16mp", "BMP", _16),  # as large as 50 MiB can be
)


def measure(photos: Sequence[Path]) -> list[Figure]:
    """Render a plain picture of each format and size; real photos would show nothing else."""
    figures = []
    with TemporaryDirectory() as folder:
        for one in PICTURES:
            suffix = "jpg" if one.format == "JPEG" else one.format.lower()
            path = Path(folder) / f"{one.name}.{suffix}"
            path.write_bytes(_drawn(one))
            peak_mb = _peak_mb(path)
            path.unlink()
            figures.append(Figure(f"peak_memory/{one.name}", peak_mb, "MB", target=one.target))
            figures.append(Figure(f"function_memory/{one.name}", function_mb(peak_mb), "MB"))
    return figures


def function_mb(peak_mb: float) -> int:
    """Return the smallest function that holds a decoder's peak, and its own SDK."""
    return next(one for one in FUNCTION_SIZES_MB if one >= peak_mb + SDK_MB)


def _drawn(picture: Picture) -> bytes:
    from PIL import Image

    if picture.format == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    image = Image.linear_gradient("L").resize(picture.size)
    if picture.mode == "P":
        image.putpalette([part for value in range(256) for part in (value, 255 - value, 90)])
    else:
        image = Image.merge(picture.mode, (image,) * len(picture.mode))
    data = BytesIO()
    image.save(data, picture.format, **picture.options)
    return data.getvalue()


def _peak_mb(photo: Path) -> float:
    """Return what the decoding child held at the most; a new parent has no other photo's memory."""
    asked = [sys.executable, "-m", "bench.memory", str(photo)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout))


def main(photo: Path) -> None:
    from chalicelib.imaging.apart import ApartRenderer

    with photo.open("rb") as source:
        done = ApartRenderer().render(source, type_of(photo), within=timedelta(minutes=1))
    print(json.dumps(done.usage.peak_mb))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
