"""What a recipe costs: computing, by an estimate and up to a ceiling; and credits, by a table."""

from collections.abc import Mapping

from chalicelib.photos.errors import RecipeTooCostly
from chalicelib.photos.ports import Darkroom, ReadRecipe, RecipePrice

LARGEST_PX = 2048
"""The longest side that a photo has here."""
MAX_CPU_MS = 2_000
"""Of the edits alone, as estimated. Every operation there is, once, on the largest photo takes
1,100; only large marks, boxes and words by the dozen come to 5,000, and others wait meanwhile.
"""

CREDITS: Mapping[str, int] = {"decoration/collage": 2, "detail/denoise": 1}
"""What each operation costs whoever is no member; all others are free. Adjusting a photo is what
the service is for. These two are extras, and the dearest there are: a collage reads up to nine
photos, and noise costs as much computing as all of a preset.
"""


def credits_of(recipe: ReadRecipe) -> int:
    return sum(CREDITS.get(operation, 0) for operation in recipe.operations)


def price_of(
    darkroom: Darkroom, recipe: ReadRecipe, width_px: int, height_px: int, *, at: str = "/recipe"
) -> RecipePrice:
    """Price a recipe for a photo of that size.

    Args:
        at: points to the recipe in the request.
    Raises:
        RecipeTooCostly: it would take more than MAX_CPU_MS.
    """
    price = darkroom.price(recipe, width_px, height_px)
    if price.cpu_ms > MAX_CPU_MS:
        raise RecipeTooCostly.of(at, cpu_ms=price.cpu_ms, max_cpu_ms=MAX_CPU_MS)
    return price
