"""Both languages say everything: read from the locale modules, which hold one entry a line."""

import re
from pathlib import Path

import pytest

from chalicelib.errors import AppError
from chalicelib.imaging.model import RejectionReason
from chalicelib.imaging.recipe.presets import PRESETS
from chalicelib.photos.edits.model import EDIT_REASON_TITLES
from tests.refusals import error_classes

WEB = Path(__file__).parents[2] / "web"
LOCALES = ("en", "zh-CN")
ENTRY = re.compile(r'^  "([\w.]+)": "(.*)",$')
PLACE = re.compile(r"\{(\w+)\}")
USED_KEY = re.compile(r'\b(?:t|tn|sentence)\(\s*"([\w.]+)"|words: "([\w.]+)"')

DECIDED_ELSEWHERE = {"checksum_mismatch", "processing_failed"}
"""Reasons a photo ends with that are not found by looking at its bytes."""

UNANSWERED = {"offline", "network", "timeout", "upload_interrupted", "upload_refused", "unknown"}
"""What can go wrong without an answer from the API."""


def read_locale(name: str) -> dict[str, str]:
    lines = (WEB / "js" / "locales" / f"{name}.js").read_text(encoding="utf-8").splitlines()
    entries = [(found[1], found[2]) for line in lines if (found := ENTRY.match(line))]
    assert len(entries) == sum(line.startswith('  "') for line in lines)
    assert len(entries) == len(dict(entries))
    return dict(entries)


def problem_codes() -> set[str]:
    return {AppError.code, *(one.code for one in error_classes())}


def scripts() -> list[Path]:
    return [file for file in WEB.rglob("*.js") if file.parent.name != "locales"]


def test_both_languages_have_the_same_entries() -> None:
    english, chinese = map(read_locale, LOCALES)

    assert english.keys() == chinese.keys()
    assert all(text.strip() for text in (*english.values(), *chinese.values()))


def test_both_languages_fill_in_the_same_values() -> None:
    english, chinese = map(read_locale, LOCALES)

    # A Chinese or English sentence for exactly one may do without the number.
    different = {
        key
        for key in english
        if not key.endswith((".one", ".zero"))
        and set(PLACE.findall(english[key])) != set(PLACE.findall(chinese[key]))
    }
    assert different == set()


@pytest.mark.parametrize("locale", LOCALES)
def test_every_problem_has_words(locale: str) -> None:
    wanted = {f"problem.{code}" for code in problem_codes() | UNANSWERED}
    assert wanted == {key for key in read_locale(locale) if key.startswith("problem.")}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_reason_for_a_rejection_has_words(locale: str) -> None:
    reasons = {reason.value for reason in RejectionReason} | DECIDED_ELSEWHERE
    said = {key.removeprefix("rejection.") for key in read_locale(locale) if "rejection." in key}
    assert said == reasons | {"unknown", "original_gone"}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_reason_an_edit_ends_with_has_words(locale: str) -> None:
    said = {key.removeprefix("edit_ended.") for key in read_locale(locale) if "edit_ended." in key}
    assert said == EDIT_REASON_TITLES.keys()


@pytest.mark.parametrize("locale", LOCALES)
def test_every_preset_has_a_name(locale: str) -> None:
    names = {key for key in read_locale(locale) if key.startswith("editor.look_")}
    wanted = {name.partition("@")[0] for name in PRESETS} | {"none", "strength"}
    assert names == {f"editor.look_{name}" for name in wanted}


def test_every_key_the_page_uses_exists_and_every_entry_is_used() -> None:
    entries = read_locale("en").keys()
    source = "\n".join(file.read_text(encoding="utf-8") for file in scripts())
    used = {first or second for first, second in USED_KEY.findall(source)}
    plural = re.compile(r"\.(zero|one|other)$")
    known = entries | {plural.sub("", key) for key in entries}

    assert used <= known
    spelled = set(re.findall(r'"([\w.]+)"', source))
    # Families whose last part is a code, the name of a size, a step, a platform, a preset, a side
    # of a frame, or what is limited or not seen.
    families = re.compile(
        r"^(problem|rejection|edit_ended|editor\.(look|handle|unseen)|upload|empty\.step|detail\.version|device"
        r"|keep|limit|register\.(age|hint))[._]"
    )
    unused = {
        key
        for key in entries
        if key not in spelled and plural.sub("", key) not in spelled and not families.match(key)
    }
    assert unused == set()
