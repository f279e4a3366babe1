"""Noise, local contrast, sharpness, blur, hiding and grain.

Detail is what light differs by from a softer copy of itself. Denoising, clarity and sharpening are
three curves over such differences, added up and given to all channels at once: a third of the work
of filtering colours, and no coloured edges.
"""

import hashlib
from collections.abc import Callable

from PIL import Image, ImageChops, ImageFilter

from chalicelib.imaging.editing.work import Work
from chalicelib.imaging.plan.steps import Blur, Grain, Pixelate, Refine

_NOISE_PX = 1.5
_CLARITY_SHARE = 0.015
"""Of the longer side: 30 px at 2048."""

_SOFT_3X3 = ImageFilter.Kernel((3, 3), (1, 2, 1, 2, 4, 2, 1, 2, 1))
_LARGEST_NOISE = 14
_LARGEST_SHARPENING = 2.5
_LARGEST_CLARITY = 0.8
_ENOUGH_PX = 4
"""A blur of this radius is smooth; a wider one is made of a smaller picture."""

_TILE_PX = 512
_LARGEST_GRAIN = 0.9


def refine(work: Work, step: Refine) -> None:
    """Denoise, clarify and sharpen, all as seen in the same picture."""
    if step.denoise and work.pixels.mode == "RGB":
        work.pixels = _calm_colours(work.pixels, step.denoise)
    seen = _seen(work)
    light = seen if seen.mode == "L" else seen.convert("L")
    noise = _LARGEST_NOISE * step.denoise / 100
    changes = []
    if step.denoise:
        soft = light.filter(ImageFilter.GaussianBlur(_NOISE_PX))
        changes.append(_change(light, soft, lambda d: -d if abs(d) <= noise else _away(d, noise)))
    if step.clarity:
        soft = _blurred(light, max(light.size) * _CLARITY_SHARE)
        share = _LARGEST_CLARITY * step.clarity / 100
        # Large differences are edges already; more would be a halo.
        changes.append(_change(light, soft, lambda d: share * d * max(0.0, 1 - abs(d) / 128)))
    if step.sharpen:
        soft = light.filter(_SOFT_3X3)
        share = _LARGEST_SHARPENING * step.sharpen / 100
        # What denoising takes for noise is not sharpened again.
        changes.append(_change(light, soft, lambda d: share * d if abs(d) > noise / 2 else 0.0))
    total = changes[0]
    for change in changes[1:]:
        total = ImageChops.add(total, change, 1, -128)
    work.pixels = _added(work.pixels, total)


def blur(work: Work, step: Blur) -> None:
    """Blur the colours; what is transparent counts as white."""
    work.pixels = _blurred(_seen(work), step.radius_px)


def pixelate(work: Work, step: Pixelate) -> None:
    """Average whole squares: nothing finer than a square is left in the box."""
    width, height = work.pixels.size
    left, top, right, bottom = step.box
    edges = (
        int(left * width), int(top * height),
        max(int(left * width) + 1, round(right * width)),
        max(int(top * height) + 1, round(bottom * height)),
    )  # fmt: skip
    part = work.pixels.crop(edges)
    cells = (-(-part.width // step.cell_px), -(-part.height // step.cell_px))
    coarse = part.resize(cells, Image.Resampling.BOX)
    work.pixels = work.pixels.copy()
    work.pixels.paste(coarse.resize(part.size, Image.Resampling.NEAREST), edges[:2])


def grain(work: Work, step: Grain) -> None:
    """Add grain, strongest in the middle tones, the same for the same recipe."""
    light = work.pixels if work.pixels.mode == "L" else work.pixels.convert("L")
    share = _LARGEST_GRAIN * step.amount / 100
    tile = _noise(work.seed).point([_stored(share * (value - 127)) for value in range(256)])
    # Sized for 2048 px, so that a preview looks like the full size.
    tile_px = max(64, round(_TILE_PX * step.size * max(light.size) / 2048))
    if tile_px != _TILE_PX:
        tile = tile.resize((tile_px, tile_px), Image.Resampling.BICUBIC)
    sheet = Image.new("L", light.size)
    for top in range(0, light.height, tile_px):
        for left in range(0, light.width, tile_px):
            sheet.paste(tile, (left, top))
    where = light.point([round(255 - 190 * abs(value / 127.5 - 1) ** 2) for value in range(256)])
    sheet = Image.composite(sheet, Image.new("L", light.size, 128), where)
    work.pixels = _added(work.pixels, sheet)


def _seen(work: Work) -> Image.Image:
    """Return the colours with white where nothing is: hidden ones must not show around edges."""
    if work.alpha is None:
        return work.pixels
    paper = Image.new(work.pixels.mode, work.pixels.size, "white")
    paper.paste(work.pixels, mask=work.alpha)
    return paper


def _calm_colours(image: Image.Image, strength: int) -> Image.Image:
    light, *colours = image.convert("YCbCr").split()
    calm = [_blurred(one, _ENOUGH_PX * strength / 50) for one in colours]
    return Image.merge("YCbCr", (light, *calm)).convert("RGB")


def _change(light: Image.Image, soft: Image.Image, curve: Callable[[int], float]) -> Image.Image:
    """Return what a curve makes of the difference; 128 is none."""
    difference = ImageChops.subtract(light, soft, 1, 128)
    return difference.point([_stored(curve(value - 128)) for value in range(256)])


def _stored(change: float) -> int:
    return min(255, max(0, 128 + round(change)))


def _away(difference: int, noise: float) -> float:
    """Take less off, the further a difference is above the noise; nothing from thrice on."""
    size = abs(difference)
    left = max(0.0, noise * (1 - (size - noise) / (2 * noise)))
    return -left if difference > 0 else left


def _added(image: Image.Image, change: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        change = Image.merge("RGB", (change, change, change))
    return ImageChops.add(image, change, 1, -128)


def _blurred(image: Image.Image, radius_px: float) -> Image.Image:
    """Blur; a wide one by blurring a smaller copy, whose loss cannot be seen."""
    scale = int(radius_px / _ENOUGH_PX)
    if scale < 2:
        return image.filter(ImageFilter.GaussianBlur(radius_px))
    small = image.reduce(scale).filter(ImageFilter.GaussianBlur(radius_px / scale))
    return small.resize(image.size, Image.Resampling.BILINEAR)


def _noise(seed: bytes) -> Image.Image:
    """Return a tile of noise around 127, bell-shaped, out of a seed alone."""
    count = _TILE_PX * _TILE_PX
    data = hashlib.shake_256(seed).digest(4 * count)
    one, two, three, four = (
        Image.frombytes("L", (_TILE_PX, _TILE_PX), data[at * count : (at + 1) * count])
        for at in range(4)
    )
    return ImageChops.add(ImageChops.add(one, two, 2), ImageChops.add(three, four, 2), 2)
