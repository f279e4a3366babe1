"""Which characters can be written: those of the font that is bundled, and line ends.

Known without the font, so that the API can refuse a text that would come out as boxes.
"""

_MORE = frozenset("–—‘’“”•…€™")
LINE_END = "\n"


def is_drawable(character: str) -> bool:
    """Tell whether fonts/ifotor-sans-sc.otf has a glyph: ASCII, Latin-1, GB 2312, some marks."""
    if " " <= character <= "~" or "\xa0" <= character <= "\xff" or character in _MORE:
        return True
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def find_undrawable(text: str) -> int | None:
    """Return where the first character is that cannot be written."""
    letters = enumerate(text)
    return next((at for at, one in letters if one != LINE_END and not is_drawable(one)), None)
