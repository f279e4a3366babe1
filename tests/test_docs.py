"""The documents say what the code does: routes, errors, rows, links."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from app import app
from chalicelib.errors import PROBLEM_BASE
from chalicelib.imaging.model import RejectionReason
from chalicelib.photos.edits.model import EDIT_REASON_TITLES
from chalicelib.photos.model import REASON_TITLES
from tests.refusals import error_classes, error_modules, errors_of

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_every_route_is_listed_and_no_other() -> None:
    rows = re.findall(r"^\| `([A-Z]+) (/[^`]*)`", read("api.md"), re.MULTILINE)
    listed = set(rows)
    served = {
        (method, path.removeprefix("/v1")) for path, by in app.routes.items() for method in by
    }

    assert listed == served
    assert len(rows) == len(listed)


def test_every_error_is_listed_with_its_status_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d{3}) \|", read("errors.md"), re.MULTILINE)
    listed = set(rows)

    assert len(rows) == len(listed)
    assert listed == {(one.code, str(one.status)) for one in error_classes()}
    assert PROBLEM_BASE in read("errors.md")


@pytest.mark.parametrize("module", error_modules(), ids=lambda module: module.__name__)
def test_every_error_stands_in_the_tree_at_the_top_of_its_module(module: ModuleType) -> None:
    tree = set(re.findall(r"[├└]── (\w+)", module.__doc__ or ""))

    own = {one.__name__ for one in errors_of(module)}
    above = {base.__name__ for one in errors_of(module) for base in one.__mro__[1:]}
    assert own <= tree <= own | above


def test_every_reason_is_listed_with_its_words_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (?:rejected|failed) \| (.*) \|$", read("errors.md"), re.M)

    assert dict(rows) == dict(REASON_TITLES)
    assert {reason.value for reason in RejectionReason} <= REASON_TITLES.keys()


def test_every_reason_of_an_edit_is_listed_with_its_words_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| edit \w+ \| (.*) \|$", read("errors.md"), re.M)

    assert dict(rows) == dict(EDIT_REASON_TITLES)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
class TestLinks:
    def test_lead_somewhere(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        links = re.findall(r"\]\((?!https?:)([^)#]+)", text)

        assert not [link for link in links if not (path.parent / link).exists()]

    def test_files_that_are_named_exist(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        named = re.findall(
            r"`((?:app|chalicelib|infra|local|tests|web|docs|bench)/[\w/.-]+)`", text
        )

        assert not [name for name in named if not (ROOT / name).exists()]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.name
)
def test_decision_says_context_choice_cost_and_when_to_revisit(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert all(word in text for word in ("**Context.**", "**Choice.**", "**Cost.**", "**Revisit**"))
    assert len(text.splitlines()) <= 50
