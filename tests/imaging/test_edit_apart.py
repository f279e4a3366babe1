"""An edit that hangs, hogs or crashes its decoder ends `rejected`, and its photo stays."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import pytest
from PIL import Image

from bench.drawing import draw_photo
from chalicelib.imaging.darkroom import PillowDarkroom
from chalicelib.imaging.edit_apart import CANNOT_FIT, ApartEditor, EditedApart, EditRefused
from chalicelib.imaging.edit_ladder import render_edit
from chalicelib.imaging.isolation import Work, WorkFailed
from chalicelib.imaging.memory import memory_for_edit
from chalicelib.imaging.output import OutputType, OutputWish
from chalicelib.imaging.recipe.document import parse_recipe
from chalicelib.keys import rendition_object
from chalicelib.photos.edits.model import EDIT_REASON_TITLES, EditState
from tests.imaging import crafting
from tests.imaging.misbehaving import hang, hog, segfault, stumble
from tests.photos.edits.editing import DONE, ask, deliver, objects_of, ready_photo, shown
from tests.world import running_world

LONG = timedelta(seconds=60)
JPEG = OutputWish(media_type=OutputType.JPEG)
TONE = json.dumps({"version": 1, "tone": {"contrast": 20, "auto": 30}})
OTHERS = [f"00000000-0000-7000-8000-0000000000{number:02}" for number in range(12)]
CROWDED = json.dumps(
    {
        "version": 1,
        "geometry": {"resize": {"width_px": 2048, "height_px": 2048, "enlarge": True}},
        "decoration": {
            "collage": {"photos": OTHERS[:8]},
            "watermarks": [{"photo": one, "width_percent": 100} for one in OTHERS[8:]],
        },
    }
)
"""The most pictures that a recipe can have."""


@contextmanager
def stored(*files: bytes) -> Iterator[list[BinaryIO]]:
    with ExitStack() as stack:
        opened: list[BinaryIO] = [stack.enter_context(TemporaryFile()) for _ in files]
        for one, data in zip(opened, files, strict=True):
            one.write(data)
        yield opened


def edit(
    editor: ApartEditor,
    source: bytes,
    recipe: str = TONE,
    wish: OutputWish = JPEG,
    within: timedelta = LONG,
) -> EditedApart:
    with stored(source) as files:
        return editor.edit(files[0], recipe, wish, {}, within=within)


def refusal(editor: ApartEditor, source: bytes, within: timedelta = LONG) -> str:
    with pytest.raises(EditRefused) as caught:
        edit(editor, source, within=within)
    return caught.value.code


@pytest.fixture(scope="module")
def editor() -> ApartEditor:
    return ApartEditor()


class TestApart:
    @pytest.mark.parametrize("media_type", OutputType)
    def test_gives_the_same_bytes_as_here(
        self, editor: ApartEditor, media_type: OutputType
    ) -> None:
        photo, wish = draw_photo(400, 300, display_p3=True), OutputWish(media_type=media_type)

        edited = edit(editor, photo, wish=wish)

        here = render_edit(io.BytesIO(photo), parse_recipe(TONE.encode()), wish, {})
        assert [one.data for one in edited.renditions] == [one.data for one in here]
        assert [one.name for one in edited.renditions] == ["full", "preview", "thumb"]
        assert edited.quality == here[0].quality

    def test_the_most_pictures_there_can_be_fit_into_its_memory(self, editor: ApartEditor) -> None:
        photo = crafting.saved(Image.new("RGB", (2048, 2048), "teal"), "JPEG")

        with stored(photo, *[photo] * len(OTHERS)) as files:
            others = dict(zip(OTHERS, files[1:], strict=True))
            edited = editor.edit(files[0], CROWDED, JPEG, others, within=LONG)

        assert edited.renditions[0].width_px == 2048
        assert memory_for_edit(1 + len(OTHERS)) < 800_000_000

    def test_a_photo_that_was_damaged_since_is_refused(self, editor: ApartEditor) -> None:
        assert refusal(editor, draw_photo(400, 300)[:9_000]) == "corrupt"
        assert refusal(editor, b"") == "corrupt"
        assert refusal(editor, draw_photo(40, 30, format="PNG")) == "corrupt"
        assert edit(editor, draw_photo(40, 30)).renditions

    def test_what_is_larger_than_any_rendition_is_not_opened(self) -> None:
        untouched = ApartEditor(segfault)

        with pytest.raises(EditRefused) as caught:
            edit(untouched, crafting.jpeg_claiming(2049, 10))

        assert caught.value.code == "corrupt"
        assert caught.value.usage is None

    def test_the_parent_never_loads_a_decoder(self, tmp_path: Path) -> None:
        (tmp_path / "full").write_bytes(draw_photo(64, 48))
        script = (
            "import sys, pathlib\n"
            "from datetime import timedelta\n"
            "from chalicelib.imaging.darkroom import PillowDarkroom\n"
            "from chalicelib.photos.ports import Output\n"
            "darkroom, within = PillowDarkroom(), timedelta(seconds=60)\n"
            "recipe = darkroom.read(sys.argv[2].encode()).text\n"
            "for media_type in ('image/jpeg', 'image/avif'):\n"
            "    with open(pathlib.Path(sys.argv[1]) / 'full', 'rb') as source:\n"
            "        output = Output(media_type=media_type)\n"
            "        darkroom.edit(source, recipe, output, {}, within=within)\n"
            "print([name for name in sys.modules if name.startswith(('PIL', 'pillow_heif'))])\n"
        )

        loaded = subprocess.run(
            [sys.executable, "-W", "error", "-c", script, str(tmp_path), TONE],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        )

        assert loaded.stdout == "[]\n"
        assert loaded.stderr == ""


class TestEnds:
    def test_people_are_told_each_in_words(self) -> None:
        codes = {"corrupt", "too_much_memory", "too_much_time", CANNOT_FIT}

        assert codes < EDIT_REASON_TITLES.keys()

    @pytest.mark.parametrize(
        ("work", "code"),
        [(hang, "too_much_time"), (hog, "too_much_memory"), (segfault, "corrupt")],
    )
    def test_an_edit_that_does_not_come_back_is_a_refusal_with_a_name(
        self, work: Work, code: str
    ) -> None:
        within = timedelta(seconds=0.3) if work is hang else LONG

        assert refusal(ApartEditor(work), draw_photo(64, 48), within=within) == code

    def test_a_bug_of_ours_is_none(self) -> None:
        with pytest.raises(WorkFailed):
            edit(ApartEditor(stumble), draw_photo(64, 48))

    def test_it_is_rejected_at_once_and_its_photo_stays(self) -> None:
        with running_world() as world:
            photo = ready_photo(world)
            full = rendition_object(photo.user_id, photo.photo_id, "full")
            world.renditions.put(full, draw_photo(64, 48), content_type="image/jpeg", backstop="x")
            world.edits = world.edits_in(PillowDarkroom(segfault))
            asked = ask(world, photo)

            assert deliver(world, asked) == DONE

            answer = shown(world, asked)
            assert (answer.state, answer.reason) == (EditState.REJECTED, "corrupt")
            assert world.objects() == objects_of(photo)
