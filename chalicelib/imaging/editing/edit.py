"""From a file and a recipe to finished pixels: decoding no more than the recipe can show."""

import warnings
from collections.abc import Mapping
from typing import BinaryIO

from chalicelib.imaging.colour import ColouredImage, standardise
from chalicelib.imaging.decode import DecodedImage, decode
from chalicelib.imaging.editing.run import run
from chalicelib.imaging.model import ImageHeader
from chalicelib.imaging.plan.compiling import compile_plan
from chalicelib.imaging.plan.layout import Output, Source
from chalicelib.imaging.recipe.document import Recipe

_UPRIGHT, _ON_ITS_SIDE = 1, 6


def edit(
    source: BinaryIO,
    header: ImageHeader,
    recipe: Recipe,
    output: Output,
    pictures: Mapping[str, ColouredImage] | None = None,
) -> ColouredImage:
    """Edit a file that `probe` let pass: an upload, or a rendition of ours.

    Deterministic, and never larger than `output.long_side_px`. Display-P3 stays, all else is sRGB.

    Args:
        source: seekable.
        header: what `probe` said about this same file.
        pictures: upright, for what `compile_plan(…).pictures` names.
    Raises:
        ImageRejected: corrupt, when the pixels turn out truncated or undecodable.
    """
    sources = [Source(header.width_px, header.height_px, one) for one in (_UPRIGHT, _ON_ITS_SIDE)]
    with warnings.catch_warnings():
        # As in the ladder: Pillow warns about odd metadata, which goes nowhere.
        warnings.simplefilter("ignore")
        decoded = decode(
            source,
            header,
            # Which way up it is will be known once it is open; that must not cost a second decode.
            long_side_px=max(compile_plan(recipe, one, output).decode_px for one in sources),
        )
    picture = standardise(
        decoded.image, icc_profile=decoded.icc_profile, has_p3_code=header.has_p3_code
    )
    return run(compile_plan(recipe, _as_decoded(header, decoded), output), picture, pictures)


def _as_decoded(header: ImageHeader, decoded: DecodedImage) -> Source:
    """Return the picture at its full size, as the decoder laid it down."""
    width, height = header.width_px, header.height_px
    # A HEIC is turned by its decoder, and its header tells the size before.
    if (width > height) != (decoded.image.width > decoded.image.height):
        width, height = height, width
    return Source(width, height, decoded.orientation)
