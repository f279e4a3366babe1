"""What the page may consist of: own files only, nothing inline, short modules, readable colours."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
FILES = sorted(file for file in WEB.rglob("*") if file.is_file())
SCRIPTS = [file for file in FILES if file.suffix == ".js"]
MAX_LINES = 300

TEXT_PAIRS = [
    ("ink", "wall"),
    ("ink", "paper"),
    ("ink", "sunken"),
    ("ink-soft", "wall"),
    ("ink-soft", "paper"),
    ("ink-soft", "sunken"),
    ("accent", "paper"),
    ("accent", "wall"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("accent-strong", "accent-soft"),
    ("danger", "paper"),
    ("danger", "wall"),
    ("danger", "danger-soft"),
    ("on-danger", "danger"),
    ("on-danger", "danger-strong"),
]
"""Text and what it stands on: 4.5 to 1 (WCAG 2.2, 1.4.3)."""

SHAPE_PAIRS = [("edge", "wall"), ("edge", "paper"), ("accent", "wall"), ("accent", "sunken")]
"""Borders of fields, rings of focus and bars of progress: 3 to 1 (WCAG 2.2, 1.4.11)."""


def palettes() -> dict[str, dict[str, tuple[int, int, int]]]:
    style = (WEB / "css" / "base.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    found = {}
    for name, block in (("light", light), ("dark", dark)):
        colours = re.findall(r"--([\w-]+): #(\w\w)(\w\w)(\w\w);", block)
        found[name] = {key: (int(r, 16), int(g, 16), int(b, 16)) for key, r, g, b in colours}
    return found


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: tuple[int, int, int], second: tuple[int, int, int]) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_controls_stand_out_from_their_ground(scheme: str) -> None:
    colours = palettes()[scheme]

    weak = [
        (front, ground, round(ratio, 2))
        for pairs, least in ((TEXT_PAIRS, 4.5), (SHAPE_PAIRS, 3.0))
        for front, ground in pairs
        if (ratio := contrast(colours[front], colours[ground])) < least
    ]

    assert weak == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_is_fetched_from_another_host(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")

    assert not re.search(r"(https?:)?//[\w-]+\.\w+", text)


def test_the_document_holds_no_script_and_no_style_of_its_own() -> None:
    document = (WEB / "index.html").read_text(encoding="utf-8")

    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", document) == []
    assert not re.search(r"<style|\sstyle=|\son\w+=", document)


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_a_module_is_short_checked_and_makes_no_markup_from_text(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    # Words are data, a line each, and tests hold them.
    assert len(text.splitlines()) <= MAX_LINES or file.parent.name == "locales"
    assert file.parent.name == "locales" or text.startswith("// @ts-check\n/** ")
    assert not re.search(
        r"innerHTML =|insertAdjacentHTML|document\.write|\beval\(|new Function", text
    )


def test_every_module_that_is_imported_exists() -> None:
    missing = [
        (file.name, name)
        for file in SCRIPTS
        for name in re.findall(r'from "(\.[^"]+)"', file.read_text(encoding="utf-8"))
        if not (file.parent / name).is_file()
    ]

    assert missing == []
