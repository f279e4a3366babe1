"""Write words with the font that is bundled. Text is data: nothing in it is interpreted."""

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from chalicelib.imaging.editing.decorating import lay, turned
from chalicelib.imaging.editing.work import Work
from chalicelib.imaging.plan.steps import Text

FONT = Path(__file__).resolve().parents[1] / "fonts" / "ifotor-sans-sc.otf"

_LEAST_PX = 6
_SMALLER = 0.85
_LINE_HEIGHT = 1.45
"""From the highest accent to the lowest tail of this font, in its size."""

_CLOSING = frozenset("，。、；：？！…）》〉」』】〕％")
"""Never at the start of a line (GB/T 15834-2011, 5.1.1)."""


def text(work: Work, step: Text) -> None:
    """Write within the picture: break lines, then make them smaller, until it fits."""
    shorter = min(work.pixels.size)
    free = (
        max(1, round(work.pixels.width - 2 * step.distance * shorter)),
        max(1, round(work.pixels.height - 2 * step.distance * shorter)),
    )
    size_px = max(_LEAST_PX, round(step.size * shorter))
    lines = broken(step.text, size_px, free[0])
    while size_px > _LEAST_PX and not _fits(lines, size_px, free):
        size_px = max(_LEAST_PX, int(size_px * _SMALLER))
        lines = broken(step.text, size_px, free[0])
    drawn = _drawn(work, step, lines, size_px)
    lay(work, turned(drawn, step.degrees), step.anchor, step.distance)


def broken(written: str, size_px: int, free_px: int) -> list[str]:
    """Break lines between words, and anywhere between ideographs."""
    lines = []
    for line in written.split("\n"):
        current = ""
        for piece in _pieces(line):
            if current and _width((current + piece).rstrip(), size_px) > free_px:
                lines.append(current.rstrip())
                current = piece.lstrip()
            else:
                current += piece
        lines.append(current.rstrip())
    return lines


@lru_cache(maxsize=16)
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    # Not Raqm, which is not in every build and shapes nothing that this font has.
    return ImageFont.truetype(str(FONT), size_px, layout_engine=ImageFont.Layout.BASIC)


def _drawn(work: Work, step: Text, lines: list[str], size_px: int) -> Image.Image:
    """Return the words on nothing, "RGBA", no larger than the picture."""
    stroke = round(step.outline * size_px)
    line_px = round(size_px * _LINE_HEIGHT)
    width = round(max(_width(line, size_px) for line in lines)) + 2 * stroke + 2
    height = line_px * len(lines) + 2 * stroke
    size = (min(width, work.pixels.width), min(height, work.pixels.height))
    inner, outer = Image.new("L", size, 0), Image.new("L", size, 0)
    for at, line in enumerate(lines):
        x = {"left": 0.0, "right": 1.0}.get(step.anchor.rpartition("_")[2], 0.5) * (
            size[0] - 2 - 2 * stroke - _width(line, size_px)
        )
        place = (1 + stroke + x, stroke + at * line_px)
        ImageDraw.Draw(inner).text(place, line, 255, _font(size_px), anchor="la")
        ImageDraw.Draw(outer).text(
            place, line, 255, _font(size_px), anchor="la", stroke_width=stroke
        )
    image = Image.new("RGBA", size, (*work.rgb(step.outline_colour), 0))
    image.paste(work.rgb(step.outline_colour), mask=outer)
    image.paste(work.rgb(step.colour), mask=inner)
    image.putalpha(outer.point([round(at * step.opacity / 100) for at in range(256)]))
    return image


def _fits(lines: list[str], size_px: int, free: tuple[int, int]) -> bool:
    is_low = len(lines) * round(size_px * _LINE_HEIGHT) <= free[1]
    return is_low and all(_width(line, size_px) <= free[0] for line in lines)


def _width(line: str, size_px: int) -> float:
    return _font(size_px).getlength(line)


def _pieces(line: str) -> list[str]:
    """Split where a line may end: behind a space, and between wide characters."""
    pieces: list[str] = []
    for character in line:
        last = pieces[-1][-1] if pieces else " "
        is_within_word = last != " " and not _is_wide(last) and not _is_wide(character)
        if pieces and (is_within_word or character == " " or character in _CLOSING):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _is_wide(character: str) -> bool:
    return character >= "\u2e80"
