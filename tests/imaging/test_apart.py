"""An upload that hangs, hogs or crashes its decoder ends `rejected`, and nothing of it is left."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import pytest
from PIL import Image

from bench.drawing import PhotoFormat, draw_photo
from chalicelib.imaging.apart import ApartRenderer, RenderedApart
from chalicelib.imaging.isolation import Work, WorkFailed
from chalicelib.imaging.memory import memory_needed
from chalicelib.imaging.model import (
    MAX_JPEG_PIXELS,
    MAX_PIXELS,
    ImageHeader,
    ImageRejected,
    MediaType,
    RejectionReason,
)
from chalicelib.imaging.renderer import LadderRenderer
from chalicelib.photos.model import PhotoState
from tests.imaging import crafting
from tests.imaging.misbehaving import hang, hog, segfault, stumble
from tests.imaging.test_probe import FORMATS
from tests.world import running_world

LONG = timedelta(seconds=60)


@contextmanager
def uploaded(data: bytes) -> Iterator[BinaryIO]:
    with TemporaryFile() as source:
        source.write(data)
        yield source


def render(
    renderer: ApartRenderer, data: bytes, declared: MediaType, within: timedelta = LONG
) -> RenderedApart:
    with uploaded(data) as source:
        return renderer.render(source, declared, within=within)


def refusal(
    renderer: ApartRenderer, data: bytes, declared: MediaType, within: timedelta = LONG
) -> RejectionReason:
    with pytest.raises(ImageRejected) as caught:
        render(renderer, data, declared, within)
    return caught.value.reason


@pytest.fixture(scope="module")
def renderer() -> ApartRenderer:
    return ApartRenderer()


class TestApart:
    @pytest.mark.parametrize(("name", "media_type"), FORMATS)
    def test_gives_the_same_bytes_as_here(
        self, renderer: ApartRenderer, name: PhotoFormat, media_type: MediaType
    ) -> None:
        data = draw_photo(400, 300, format=name, display_p3=True, orientation=6)

        photo = render(renderer, data, media_type)

        assert photo.renditions == crafting.process(data, media_type)
        assert photo.frame_count == 1

    @pytest.mark.parametrize("media_type", [MediaType.GIF, MediaType.WEBP, MediaType.PNG])
    def test_says_that_the_first_of_several_frames_was_taken(
        self, renderer: ApartRenderer, media_type: MediaType
    ) -> None:
        frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue", "lime")]
        name = media_type.removeprefix("image/").upper()
        data = crafting.saved(frames[0], name, save_all=True, append_images=frames[1:])

        assert render(renderer, data, media_type).frame_count == 3

    def test_refuses_what_the_decoder_cannot_finish(self, renderer: ApartRenderer) -> None:
        data = draw_photo(400, 300)[:9_000]

        assert refusal(renderer, data, MediaType.JPEG) == RejectionReason.CORRUPT
        assert render(renderer, draw_photo(40, 30), MediaType.JPEG).renditions

    def test_memory_follows_the_judged_size_and_not_the_coded_one(
        self, renderer: ApartRenderer
    ) -> None:
        large = crafting.saved(Image.new("L", (12_000, 12_000)), "AVIF", speed=10)
        data = crafting.with_size_claim(large, 64, 64)

        assert refusal(renderer, data, MediaType.AVIF) == RejectionReason.CORRUPT

    def test_the_parent_never_loads_a_decoder(self, tmp_path: Path) -> None:
        for name, media_type in FORMATS:
            (tmp_path / media_type.name).write_bytes(draw_photo(64, 48, format=name))
        script = (
            "import sys, pathlib\n"
            "from datetime import timedelta\n"
            "from chalicelib.imaging.renderer import LadderRenderer\n"
            "from chalicelib.imaging.model import MediaType\n"
            "renderer = LadderRenderer()\n"
            "for media_type in MediaType:\n"
            "    with open(pathlib.Path(sys.argv[1]) / media_type.name, 'rb') as source:\n"
            "        renderer.render(source, media_type, within=timedelta(seconds=60))\n"
            "print([name for name in sys.modules if name.startswith(('PIL', 'pillow_heif'))])\n"
        )

        loaded = subprocess.run(
            [sys.executable, "-W", "error", "-c", script, str(tmp_path)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        )

        assert loaded.stdout == "[]\n"
        assert loaded.stderr == ""


class TestEnds:
    @pytest.mark.parametrize(
        ("work", "reason"),
        [
            (hang, RejectionReason.TOO_MUCH_TIME),
            (hog, RejectionReason.TOO_MUCH_MEMORY),
            (segfault, RejectionReason.CORRUPT),
        ],
    )
    def test_a_decoder_that_does_not_come_back_is_a_refusal_with_a_name(
        self, work: Work, reason: RejectionReason
    ) -> None:
        within = timedelta(seconds=0.3) if work is hang else LONG

        assert refusal(ApartRenderer(work), draw_photo(64, 48), MediaType.JPEG, within) == reason

    def test_a_bug_of_ours_is_none(self) -> None:
        with pytest.raises(WorkFailed):
            render(ApartRenderer(stumble), draw_photo(64, 48), MediaType.JPEG)

    @pytest.mark.parametrize(("work", "code"), [(hog, "too_much_memory"), (segfault, "corrupt")])
    def test_its_photo_is_rejected_at_once_and_its_original_deleted(
        self, work: Work, code: str
    ) -> None:
        with running_world(LadderRenderer(work)) as world:
            user_id = world.log_in()
            photo_id = world.upload(user_id, data=crafting.jpeg_claiming(64, 48))

            assert world.deliver(user_id, photo_id) == {"batchItemFailures": []}

            photo = world.library.get_photo(user_id, photo_id).photo
            assert (photo.state, photo.reason) == (PhotoState.REJECTED, code)
            assert photo.original_deleted_at is not None
            assert world.objects() == set()


class TestMemory:
    @pytest.mark.parametrize("media_type", MediaType)
    def test_the_most_that_may_pass_fits_into_the_worker(self, media_type: MediaType) -> None:
        side = 10_900 if media_type is MediaType.JPEG else 7_071
        header = ImageHeader(media_type, side, side)
        if media_type is MediaType.JPEG:
            assert header.pixel_count <= MAX_JPEG_PIXELS
            header = ImageHeader(media_type, side, side, coefficient_bytes=512 * 1024 * 1024)
        assert header.pixel_count <= max(MAX_PIXELS, MAX_JPEG_PIXELS)

        # 1769 MB, less what the function itself holds.
        assert memory_needed(header) < 1_500_000_000

    def test_a_small_picture_gets_little(self) -> None:
        assert memory_needed(ImageHeader(MediaType.AVIF, 64, 64)) < 200_000_000
