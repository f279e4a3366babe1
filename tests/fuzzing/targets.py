"""What is promised of any bytes, any recipe, any photo and any edit: four checks, and what to feed.

Each check returns what became of its example, in a word, or fails.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from tempfile import TemporaryFile
from typing import Any

import msgspec
from hypothesis import strategies as st
from PIL import Image

from chalicelib.imaging.apart import ApartRenderer
from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.editing.edit import edit
from chalicelib.imaging.editing.run import LISTED
from chalicelib.imaging.encode import EncodedImage, encode
from chalicelib.imaging.memory import memory_needed
from chalicelib.imaging.model import (
    FULL_PX,
    MAX_JPEG_PIXELS,
    ImageRejected,
    MediaType,
    RejectionReason,
)
from chalicelib.imaging.output import CannotFit, OutputType, OutputWish
from chalicelib.imaging.plan.compiling import compile_plan, price
from chalicelib.imaging.plan.decoration import pictures as pictures_of
from chalicelib.imaging.plan.layout import Output, Source
from chalicelib.imaging.probe import probe
from chalicelib.imaging.recipe.document import canonical_json, parse_recipe, recipe_hash
from tests.fuzzing.damage import damaged
from tests.imaging import crafting
from tests.imaging.edits.any_recipe import RECIPES, pictures, read
from tests.imaging.scanning import assert_only_picture

LIMIT_PX = 96
MARKER = b"GPS 30.2489 N, 120.1482 E"
WORKER_BYTES = 1_500_000_000
FILE_BYTES_READ = 65_536
"""Beyond each of a file's own, for a header that is looked at more than once."""


@dataclass(frozen=True, slots=True)
class Target:
    examples: st.SearchStrategy[Any]
    check: Callable[[Any], str]
    share: float
    """Of the runs that were asked for: decoders are slower than headers."""


def check_header(example: tuple[bytes, MediaType]) -> str:
    """A header is within every limit, or refused; its file is not read over and over."""
    data, declared = example
    source = crafting.CountingFile(data)
    try:
        header = probe(source, declared=declared)
    except ImageRejected as rejected:
        return _reason(rejected.reason)
    finally:
        assert source.bytes_read <= 4 * len(data) + FILE_BYTES_READ
    assert 0 < header.pixel_count <= MAX_JPEG_PIXELS
    assert memory_needed(header) < WORKER_BYTES
    return "accepted"


def check_recipe(document: Any) -> str:
    """A recipe has one form, and a bounded plan and price of listed steps; or is refused."""
    recipe = read(document)
    if recipe is None:
        return "refused"
    text = canonical_json(recipe)
    again = parse_recipe(text)
    assert (canonical_json(again), recipe_hash(again)) == (text, recipe_hash(recipe))
    for source in (Source(4032, 3024, 6), Source(1, 12_000)):
        plan = compile_plan(recipe, source, Output(FULL_PX))
        assert {type(step) for step in plan.steps} <= LISTED
        assert 1 <= min(plan.size) <= max(plan.size) <= FULL_PX
        assert plan.decode_px <= 4096
        assert 0 <= price(recipe, source, Output(FULL_PX)).cpu_ms <= 6_000
        assert str(compile_plan(again, source, Output(FULL_PX))) == str(plan)
    return "accepted"


def check_photo(example: tuple[bytes, MediaType]) -> str:
    """A photo is rendered into bare, bounded pictures, or refused by a listed reason, in time."""
    data, declared = example
    with TemporaryFile() as source:
        source.write(data)
        try:
            photo = _child().render(source, declared, within=timedelta(seconds=60))
        except ImageRejected as rejected:
            return _reason(rejected.reason)
    for rendition in photo.renditions:
        opened = crafting.opened(rendition)
        assert opened.size == (rendition.width_px, rendition.height_px)
        assert_only_picture(rendition.data)
    return "accepted"


@dataclass(frozen=True, slots=True)
class AnyEdit:
    document: Any
    image: Image.Image
    orientation: int
    type_in: MediaType
    wish: OutputWish


def check_edit(example: AnyEdit) -> str:
    """An edit is what its plan promised, decodable, bare, and the same bytes again; or refused."""
    if read(example.document) is None:
        return "refused"
    try:
        written, again = _edited(example), _edited(example)
    except CannotFit:
        return "cannot_fit"
    assert written.data == again.data
    assert example.wish.max_bytes is None or len(written.data) <= example.wish.max_bytes
    with Image.open(io.BytesIO(written.data), formats=[written.media_type.name]) as opened:
        opened.load()
        assert opened.size == (written.width_px, written.height_px)
    assert 1 <= min(opened.size) <= max(opened.size) <= LIMIT_PX
    assert_only_picture(written.data, written.media_type)
    assert MARKER not in written.data
    return "accepted"


def _edited(example: AnyEdit) -> EncodedImage:
    recipe, source = parse_recipe(example.document), io.BytesIO(_file_of(example))
    header = probe(source, declared=example.type_in)
    output = Output(LIMIT_PX, keeps_alpha=example.wish.media_type.keeps_alpha)
    other = ColouredImage(example.image, is_display_p3=False)
    others = dict.fromkeys(pictures_of(recipe.decoration), other)
    coloured = edit(source, header, recipe, output, others)
    upright = Source(header.width_px, header.height_px, example.orientation)
    plan = compile_plan(recipe, upright, output)
    if not plan.measures:
        for own, promised in zip(coloured.image.size, plan.size, strict=True):
            assert 0.94 * promised - 1 <= own <= promised
    return encode(coloured, example.wish)


def _file_of(example: AnyEdit) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = example.orientation
    exif[0x010E] = MARKER.decode()
    name = example.type_in.name
    image = example.image.convert("L" if name == "JPEG" else "RGBA")
    return crafting.saved(image, name, exif=exif.tobytes(), comment=MARKER)


def _reason(reason: RejectionReason) -> str:
    assert reason in set(RejectionReason)
    assert reason is not RejectionReason.TOO_MUCH_TIME
    return reason.value


@cache
def _child() -> ApartRenderer:
    return ApartRenderer()


@st.composite
def _documents(draw: st.DrawFn) -> Any:
    """Draw what the schema allows, or that with some bytes of its text replaced."""
    document = draw(RECIPES)
    if draw(st.booleans()):
        return document
    text = bytearray(msgspec.json.encode(document))
    for place, value in draw(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=3)):
        text[min(int(place * len(text)), len(text) - 1)] = value
    return bytes(text)


_WISHES = st.builds(
    OutputWish,
    media_type=st.sampled_from(OutputType),
    quality=st.none() | st.integers(1, 100),
    max_bytes=st.none() | st.integers(1_024, 20_000),
)
_EDITS = st.builds(
    AnyEdit,
    document=RECIPES,
    image=pictures(),
    orientation=st.integers(1, 8),
    type_in=st.sampled_from([MediaType.JPEG, MediaType.PNG, MediaType.WEBP]),
    wish=_WISHES,
)

TARGETS: Mapping[str, Target] = {
    "header": Target(damaged(), check_header, share=1.0),
    "recipe": Target(_documents(), check_recipe, share=0.2),
    "photo": Target(damaged(), check_photo, share=0.1),
    "edit": Target(_EDITS, check_edit, share=0.1),
}
