"""What edits may expect of the darkroom, the real one and its stand-in alike."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from tempfile import TemporaryFile
from typing import BinaryIO

import pytest

from bench.drawing import draw_photo
from chalicelib.imaging.darkroom import PillowDarkroom
from chalicelib.photos.edits.model import EXTENSIONS
from chalicelib.photos.ports import Darkroom, Edited, ImageRefused, Output, RecipeRefused
from tests.fakes import FakeDarkroom

RECIPE = b'{"version": 1, "tone": {"contrast": 20}}'
OTHER = "01a2068f-8a00-76d2-896e-760e819b24c3"
COLLAGE = json.dumps({"version": 1, "decoration": {"collage": {"photos": [OTHER]}}}).encode()


@contextmanager
def stored(data: bytes) -> Iterator[BinaryIO]:
    with TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        yield file


@pytest.mark.parametrize("darkroom", [PillowDarkroom(), FakeDarkroom()], ids=["real", "fake"])
class TestDarkroom:
    def edit(self, darkroom: Darkroom, document: bytes, output: Output) -> Edited:
        read = darkroom.read(document)
        with ExitStack() as files:
            source = files.enter_context(stored(draw_photo(640, 480)))
            others = {
                name: files.enter_context(stored(draw_photo(320, 240))) for name in read.photo_ids
            }
            within = timedelta(seconds=15)
            return darkroom.edit(source, read.text, output, others, within=within)

    @pytest.mark.parametrize("media_type", EXTENSIONS)
    def test_edit_is_three_pictures_the_same_each_time(
        self, darkroom: Darkroom, media_type: str
    ) -> None:
        output = Output(media_type=media_type)
        first = self.edit(darkroom, RECIPE, output)

        assert [one.name for one in first.renditions] == ["full", "preview", "thumb"]
        assert first.media_type == media_type
        assert self.edit(darkroom, RECIPE, output).renditions == first.renditions

    def test_what_it_took_is_said(self, darkroom: Darkroom) -> None:
        edited = self.edit(darkroom, RECIPE, Output(media_type="image/jpeg"))

        assert 0 < edited.cpu_ms < 15_000
        assert 10 < edited.peak_mb < 1769

    def test_other_photos_can_be_part_of_it(self, darkroom: Darkroom) -> None:
        assert darkroom.read(COLLAGE).photo_ids
        output = Output(media_type="image/jpeg")

        alone = self.edit(darkroom, RECIPE, output)
        assert self.edit(darkroom, COLLAGE, output).renditions != alone.renditions

    def test_what_cannot_be_small_enough_is_refused(self, darkroom: Darkroom) -> None:
        with pytest.raises(ImageRefused) as refusal:
            self.edit(darkroom, RECIPE, Output(media_type="image/png", max_bytes=1024))
        assert refusal.value.code == "cannot_fit"

    def test_no_recipe_is_refused_at_its_place(self, darkroom: Darkroom) -> None:
        with pytest.raises(RecipeRefused) as refusal:
            darkroom.read(b'{"version": 1, "tone": {"contrast": 101}}')
        assert refusal.value.path == "/tone/contrast"
