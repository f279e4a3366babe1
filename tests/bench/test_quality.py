from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from bench.drawing import draw_photo, draw_scene
from bench.quality import ssim, ssim_of

pytest.importorskip("pyvips")


def test_a_picture_is_like_itself_and_less_like_what_is_further_off() -> None:
    scene = draw_scene(200, 150)
    soft, softer = (scene.filter(ImageFilter.GaussianBlur(radius)) for radius in (1, 3))

    assert ssim(scene, scene) == pytest.approx(1)
    assert 1 > ssim(scene, soft) > ssim(scene, softer) > ssim(scene, Image.new("RGB", scene.size))


def test_a_rendition_is_compared_upright_at_its_own_size_in_its_own_colours(tmp_path: Path) -> None:
    photo, rendition = tmp_path / "photo.jpg", tmp_path / "rendition.png"
    photo.write_bytes(draw_photo(400, 300, orientation=6))
    draw_scene(300, 400).resize((75, 100), Image.Resampling.LANCZOS).save(rendition)

    assert ssim_of(rendition, photo) > 0.99
