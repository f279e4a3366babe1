"""From a `full` rendition of ours and a recipe to the edit's own full, preview and thumb."""

from collections.abc import Mapping
from dataclasses import replace
from typing import BinaryIO

from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.editing.edit import edit
from chalicelib.imaging.encode import EncodedImage, encode
from chalicelib.imaging.ladder import PREVIEW_PX, THUMB_PX, fitted
from chalicelib.imaging.model import FULL_PX, MediaType
from chalicelib.imaging.output import OutputWish
from chalicelib.imaging.plan.layout import Output
from chalicelib.imaging.probe import probe
from chalicelib.imaging.recipe.document import VERSION, Recipe


def render_edit(
    source: BinaryIO, recipe: Recipe, wish: OutputWish, others: Mapping[str, BinaryIO]
) -> tuple[EncodedImage, ...]:
    """Render full, preview and thumb of an edit, in this order, all of the wished type.

    `max_bytes` holds for full; the others are written at the quality that full then has.

    Raises:
        ImageRejected: the source cannot be read.
        CannotFit: full does not fit into `max_bytes`.
    """
    header = probe(source, declared=MediaType.JPEG)
    output = Output(FULL_PX, keeps_alpha=wish.media_type.keeps_alpha)
    pictures = {name: _whole(file) for name, file in others.items()}
    full = edit(source, header, recipe, output, pictures)
    preview = _smaller(full, PREVIEW_PX)
    written = encode(full, wish)
    rest = OutputWish(media_type=wish.media_type, quality=written.quality)
    return written, encode(preview, rest), encode(_smaller(preview, THUMB_PX), rest)


def _whole(source: BinaryIO) -> ColouredImage:
    header = probe(source, declared=MediaType.JPEG)
    return edit(source, header, Recipe(version=VERSION), Output(FULL_PX))


def _smaller(coloured: ColouredImage, long_side_px: int) -> ColouredImage:
    return replace(coloured, image=fitted(coloured.image, long_side_px))
