"""What is added to the finished picture: other photos, round corners, edges, marks."""

from PIL import Image, ImageChops, ImageDraw

from chalicelib.imaging.editing.work import TRANSPARENT, Work
from chalicelib.imaging.plan.layout import Cell, Size
from chalicelib.imaging.plan.steps import Collage, Frame, Rounded, Watermark

_FINE = 4
"""Curves are drawn this much larger and made smaller, which smooths them."""

_LEAST_PX = 4
"""A narrower edge stays plain."""

_HOLES = 12
_HOLE_COLOUR = "#f2f2f2"
_LINE_COLOUR = "#2b2b2b"


def collage(work: Work, step: Collage) -> None:
    """Fill each cell; a transparent photo shows the background."""
    for photo, cell in zip(step.photos, step.cells, strict=True):
        left, top, right, bottom = cell.pixels(work.pixels.size)
        filled = _filling(work.pictures[photo], (right - left, bottom - top))
        lay(work, filled, (left, top))


def rounded(work: Work, step: Rounded) -> None:
    """Cut the corners off, smoothly, or fill them with a colour."""
    mask = _round_mask(work.pixels.size, round(step.radius * min(work.pixels.size)))
    if step.background == TRANSPARENT and work.keeps_alpha:
        work.alpha = mask if work.alpha is None else ImageChops.multiply(work.alpha, mask)
        return
    colour = "#ffffff" if step.background == TRANSPARENT else step.background
    ground = Image.new("RGB", work.pixels.size, work.rgb(colour))
    ground.paste(work.pixels.convert("RGB"), mask=mask)
    work.pixels = ground
    if work.alpha is not None:
        work.alpha = ImageChops.lighter(work.alpha, ImageChops.invert(mask))


def frame(work: Work, step: Frame) -> None:
    """Add an edge of paper or film."""
    left, top, right, bottom = step.edge.pixels(work.pixels.size)
    width, height = work.pixels.size
    paper = Image.new("RGB", (left + width + right, top + height + bottom), work.rgb(step.colour))
    alpha, work.alpha = work.alpha, None
    paper.paste(work.pixels.convert("RGB"), (left, top), None if work.keeps_alpha else alpha)
    work.pixels = paper
    if alpha is not None and work.keeps_alpha:
        work.alpha = Image.new("L", paper.size, 255)
        work.alpha.paste(alpha, (left, top))
    if step.style == "mount" and left >= _LEAST_PX:
        _draw_line(work, (left, top, left + width, top + height))
    elif step.style == "film" and top >= _LEAST_PX:
        _draw_holes(work, top, bottom)


def watermark(work: Work, step: Watermark) -> None:
    """Lay a small picture on top."""
    mark = work.pictures[step.photo]
    scale = min(step.width * work.pixels.width / mark.width, work.pixels.height / mark.height)
    size = (max(1, round(mark.width * scale)), max(1, round(mark.height * scale)))
    mark = mark.resize(size, Image.Resampling.LANCZOS)
    lay(work, turned(_faded(mark, step.opacity), step.degrees), step.anchor, step.distance)


def lay(
    work: Work, image: Image.Image, where: tuple[int, int] | str, distance: float = 0.0
) -> None:
    """Lay an image, "L", "RGB" or with "A", at a place or by an anchor; what juts out is lost."""
    place = _anchored(work, image.size, where, distance) if isinstance(where, str) else where
    if work.pixels.mode == "L" and not image.mode.startswith("L"):
        work.pixels = work.pixels.convert("RGB")
    mask = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    if work.alpha is None:
        pixels = work.pixels.copy()
        pixels.paste(image.convert(pixels.mode), place, mask)
        work.pixels = pixels
        return
    layer = Image.new("RGBA", work.pixels.size)
    layer.paste(image.convert("RGBA"), place)
    mode = f"{work.pixels.mode}A"
    work.put(Image.alpha_composite(work.joined().convert("RGBA"), layer).convert(mode))


def turned(image: Image.Image, degrees: float) -> Image.Image:
    """Turn clockwise, with smooth edges; the image grows."""
    if degrees == 0:
        return image
    framed = Image.new("RGBA", (image.width + 2, image.height + 2))
    framed.paste(image.convert("RGBA"), (1, 1))
    return framed.rotate(-degrees, Image.Resampling.BILINEAR, expand=True)


def _anchored(work: Work, size: Size, anchor: str, distance: float) -> tuple[int, int]:
    away = round(distance * min(work.pixels.size))
    free = (work.pixels.width - size[0], work.pixels.height - size[1])
    x = away if "left" in anchor else free[0] - away if "right" in anchor else free[0] // 2
    y = away if "top" in anchor else free[1] - away if "bottom" in anchor else free[1] // 2
    return (x, y)


def _filling(image: Image.Image, size: Size) -> Image.Image:
    """Cut to a shape around the middle, and resize."""
    ratio = size[0] / size[1]
    width, height = min(image.width, image.height * ratio), min(image.height, image.width / ratio)
    left, top = (image.width - width) / 2, (image.height - height) / 2
    box = (left, top, left + width, top + height)
    return image.resize(size, Image.Resampling.LANCZOS, box=box)


def _faded(image: Image.Image, opacity: int) -> Image.Image:
    if opacity == 100:
        return image
    image = image.convert("RGBA")
    image.putalpha(image.getchannel("A").point([round(at * opacity / 100) for at in range(256)]))
    return image


def _round_mask(size: Size, radius: int) -> Image.Image:
    mask = Image.new("L", size, 255)
    if radius == 0:
        return mask
    fine = radius * _FINE
    quarter = Image.new("L", (fine, fine), 0)
    ImageDraw.Draw(quarter).ellipse((0, 0, 2 * fine - 1, 2 * fine - 1), fill=255)
    corner = quarter.reduce(_FINE)
    for x, turn_x in ((0, False), (size[0] - radius, True)):
        for y, turn_y in ((0, False), (size[1] - radius, True)):
            piece = corner.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if turn_x else corner
            piece = piece.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if turn_y else piece
            mask.paste(piece, (x, y))
    return mask


def _draw_line(work: Work, inner: tuple[int, int, int, int]) -> None:
    """Draw a thin line around the picture, on the mount."""
    left, top, right, bottom = inner
    away = left // 4
    thick = max(1, left // 24)
    box = (left - away, top - away, right + away - 1, bottom + away - 1)
    ImageDraw.Draw(work.pixels).rectangle(box, outline=work.rgb(_LINE_COLOUR), width=thick)


def _draw_holes(work: Work, top: int, bottom: int) -> None:
    """Punch the holes of a film strip along both long edges."""
    draw = ImageDraw.Draw(work.pixels)
    pitch = work.pixels.width / _HOLES
    for band_top, band in ((0, top), (work.pixels.height - bottom, bottom)):
        for at in range(_HOLES):
            cell = Cell(0.22, 0.25, 0.56, 0.5).pixels((round(pitch), max(2, band)))
            x = round(at * pitch)
            box = (x + cell[0], band_top + cell[1], x + cell[2] - 1, band_top + cell[3] - 1)
            radius = max(1, band // 12)
            draw.rounded_rectangle(box, radius=radius, fill=work.rgb(_HOLE_COLOUR))
