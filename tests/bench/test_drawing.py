import io

import pytest
from PIL import Image

from bench.drawing import METADATA_MARKERS, draw_photo, draw_scene


def test_the_same_size_gives_the_same_photo() -> None:
    assert draw_photo(300, 200, gps=True) == draw_photo(300, 200, gps=True)


def test_sizes_are_as_stored() -> None:
    data = draw_photo(300, 200, orientation=6, display_p3=True, gps=True)

    image = Image.open(io.BytesIO(data))

    assert image.size == (300, 200)
    assert image.getexif()[0x0112] == 6
    assert "icc_profile" in image.info
    assert all(marker in data for marker in METADATA_MARKERS)


@pytest.mark.parametrize("size", [(1, 1), (2, 700), (1500, 3)])
def test_any_size_can_be_drawn(size: tuple[int, int]) -> None:
    assert draw_scene(*size).size == size
