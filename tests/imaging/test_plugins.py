"""Which of Pillow's readers and writers a process loads: those of the format, and no more.

Proved in a process of its own for each format, since a loaded module stays.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.drawing import PhotoFormat, draw_photo
from chalicelib.imaging.model import MediaType
from chalicelib.imaging.output import OutputType
from tests.imaging.test_probe import FORMATS

WITH_EVERY_SAVE = {"Bmp", "Gif", "Jpeg", "Ppm", "Png"}
"""Image.preinit: plain readers of pixels. None starts a program unless told to save a GIF by one,
and nothing here saves a GIF."""
WITH_EXIF = {"Tiff"}
"""EXIF is written like a TIFF, and read by the same code."""
OWN = {MediaType.WEBP: {"WebP"}, MediaType.AVIF: {"Avif"}}

RENDER = """
import sys
from chalicelib.imaging.ladder import render
from chalicelib.imaging.probe import probe
from chalicelib.imaging.model import MediaType
with open(sys.argv[1], "rb") as source:
    render(source, probe(source, declared=MediaType(sys.argv[2])))
"""
ENCODE = """
import sys
from PIL import Image
from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.encode import encode
from chalicelib.imaging.output import OutputType, OutputWish
image = ColouredImage(Image.new("RGBA", (9, 9)), is_display_p3=True)
encode(image, OutputWish(media_type=OutputType(sys.argv[1]), max_bytes=5000))
"""
TELL = """
print(*(name[4:-11] for name in sys.modules if name.startswith("PIL.") and "ImagePlugin" in name))
print("subprocess programs:", *(event for event in started))
"""
WATCH = """
import sys
started = []
events = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.spawn", "os.fork")
sys.addaudithook(lambda event, arguments: started.append(event) if event in events else None)
"""


def loaded_by(script: str, *arguments: str) -> set[str]:
    """Run the script; return the plugins it loaded, after seeing that it started no program."""
    lines = subprocess.run(
        [sys.executable, "-c", WATCH + script + TELL, *arguments],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert lines[1].strip() == "subprocess programs:"
    return set(lines[0].split())


@pytest.mark.parametrize(("name", "media_type"), FORMATS)
def test_a_photo_loads_its_own_reader(
    name: PhotoFormat, media_type: MediaType, tmp_path: Path
) -> None:
    photo = tmp_path / "photo"
    photo.write_bytes(draw_photo(64, 48, format=name, gps=True, display_p3=True))

    loaded = loaded_by(RENDER, str(photo), media_type)

    assert loaded - WITH_EXIF == WITH_EVERY_SAVE | OWN.get(media_type, set())


@pytest.mark.parametrize("media_type", OutputType)
def test_a_result_loads_its_own_writer(media_type: OutputType) -> None:
    own = OWN.get(MediaType(media_type), set())

    assert loaded_by(ENCODE, media_type) == WITH_EVERY_SAVE | own
