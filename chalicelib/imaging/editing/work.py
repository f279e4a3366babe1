"""The picture while it is worked on, and how its colours are named."""

from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from chalicelib.imaging.colour import ColouredImage, to_srgb
from chalicelib.imaging.plan.compiling import Plan
from chalicelib.imaging.plan.curves import from_light, to_light

TRANSPARENT = "transparent"

# CSS Color 4, section 10.1: linear sRGB to linear Display-P3, the two conversions as one.
_TO_P3 = (
    (0.8224619687, 0.1775380313, 0.0),
    (0.0331941989, 0.9668058011, 0.0),
    (0.0170826307, 0.0723974407, 0.9105199286),
)


@dataclass(slots=True)
class Work:
    """Colours and transparency apart: light and colour must not see what nobody sees.

    Attributes:
        pixels: "L" or "RGB", uint8.
        alpha: "L", uint8, of the same size; None where all is opaque.
        keeps_alpha: the result may be transparent.
        seed: the recipe's hash, for what looks random.
        pictures: the other photos, joined, in the same space.
    """

    pixels: Image.Image
    alpha: Image.Image | None
    is_display_p3: bool
    keeps_alpha: bool
    seed: bytes
    pictures: Mapping[str, Image.Image]

    @classmethod
    def on(cls, picture: ColouredImage, others: Mapping[str, ColouredImage], plan: Plan) -> "Work":
        """Begin with a picture and those that will be laid beside or on it, in one space."""
        needed = {name: others[name] for name in plan.pictures}
        spaces = {one.is_display_p3 for one in (picture, *needed.values()) if _has_colour(one)}
        if len(spaces) > 1:
            picture = _in_srgb(picture)
            needed = {name: _in_srgb(one) for name, one in needed.items()}
        work = cls(
            pixels=picture.image,
            alpha=None,
            is_display_p3=picture.is_display_p3,
            keeps_alpha=plan.output.keeps_alpha,
            seed=bytes.fromhex(plan.recipe_hash),
            pictures={name: one.image for name, one in needed.items()},
        )
        work.put(picture.image)
        return work

    def joined(self) -> Image.Image:
        """Return one image with its alpha, so that resampling weighs colours by it."""
        if self.alpha is None:
            return self.pixels
        return Image.merge(f"{self.pixels.mode}A", (*self.pixels.split(), self.alpha))

    def put(self, image: Image.Image) -> None:
        """Take a joined image apart again."""
        if image.mode in ("LA", "RGBA"):
            self.alpha = image.getchannel("A")
            # Not convert("RGB"), which is slower; the bands are there already.
            bands = image.split()[:-1]
            self.pixels = bands[0] if len(bands) == 1 else Image.merge("RGB", bands)
        else:
            self.pixels, self.alpha = image, None

    def rgb(self, colour: str) -> tuple[int, int, int]:
        """Return an sRGB colour as it is encoded in this picture's space."""
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        if not self.is_display_p3:
            return (red, green, blue)
        light = [to_light(value / 255) for value in (red, green, blue)]
        red, green, blue = (
            round(255 * from_light(sum(a * b for a, b in zip(row, light, strict=True))))
            for row in _TO_P3
        )
        return (red, green, blue)

    def coloured(self) -> ColouredImage:
        """Return the result, on white unless it may be transparent.

        Grey is the same in both spaces, and takes no RGB profile.
        """
        if self.alpha is not None and not self.keeps_alpha:
            paper = Image.new(self.pixels.mode, self.pixels.size, "white")
            paper.paste(self.pixels, mask=self.alpha)
            self.pixels, self.alpha = paper, None
        return ColouredImage(
            self.joined(), is_display_p3=self.is_display_p3 and self.pixels.mode == "RGB"
        )


def _has_colour(picture: ColouredImage) -> bool:
    return picture.image.mode in ("RGB", "RGBA")


def _in_srgb(picture: ColouredImage) -> ColouredImage:
    if not picture.is_display_p3 or not _has_colour(picture):
        return ColouredImage(picture.image, is_display_p3=False)
    converted = to_srgb(ColouredImage(picture.image.convert("RGB"), is_display_p3=True))
    if picture.image.mode == "RGBA":
        converted.putalpha(picture.image.getchannel("A"))
    return ColouredImage(converted, is_display_p3=False)
