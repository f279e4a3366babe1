"""The arrows and rules of docs/architecture.md, enforced by reading the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "chalicelib"
SOURCES = sorted([ROOT / "app.py", *LIBRARY.rglob("*.py")])
FOLDERS = ("chalicelib", "infra", "local", "bench", "tests")
ALL_CODE = [
    ROOT / "app.py",
    *sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")),
]

CAPABILITIES = {
    path.name
    for path in LIBRARY.iterdir()
    if (path / "__init__.py").exists() and path.name not in ("aws", "container", "remote")
}
PURE_KERNEL = {
    "errors",
    "clock",
    "credentials",
    "ids",
    "keys",
    "metrics",
    "money",
    "phone",
    "pseudonyms",
    "storage",
}
KERNEL = PURE_KERNEL | {"observability", "settings"}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    """Yield every module a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "chalicelib":
                yield from (f"chalicelib.{alias.name}" for alias in node.names)


def allowed(importer: str, imported: str) -> bool:
    """Whether one module of chalicelib may import another: the arrows, one line each."""
    source, target = importer.split(".")[1:], imported.split(".")[1:]
    if not target:
        return True
    layer = source[-1]
    if source[0] == "container":
        return not target[-1].endswith("routes")
    if source[0] in ("aws", "remote"):
        return target[0] in KERNEL or target[0] == source[0] or target[-1] in ("ports", "errors")
    if source[0] in KERNEL:
        return target[0] in (PURE_KERNEL if source[0] in PURE_KERNEL else KERNEL)
    if source in (["http"], ["problems"]):
        return target[0] in KERNEL | {"problems"}
    if layer.endswith("routes"):
        own_or_shared = target[0] in KERNEL | {"http", "container", source[0]}
        return own_or_shared or target == ["staff", "serving"]
    if source == ["staff", "serving"] and target == ["http"]:
        return True
    own = target[0] == source[0] and not target[-1].endswith("routes")
    between = target[-1] == "ports" or target in (["retention", "model"], ["retention", "schedule"])
    return own or between or target[0] in KERNEL - {"settings"}


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
class TestArrows:
    def test_only_listed_arrows_exist(self, path: Path) -> None:
        if path.name == "app.py":
            return
        wrong = [
            name
            for name in imports_of(path)
            if name.startswith("chalicelib") and not allowed(module_of(path), name)
        ]
        assert not wrong, "docs/architecture.md has no such arrow"
        assert "app" not in set(imports_of(path)), "nothing imports the table of contents"

    def test_boto3_stays_in_aws(self, path: Path) -> None:
        if path.is_relative_to(LIBRARY / "aws"):
            return
        assert not {name.split(".")[0] for name in imports_of(path)} & {"boto3", "botocore"}

    def test_rules_and_use_cases_know_no_io(self, path: Path) -> None:
        """Models are pure; services get time, randomness and the outside as arguments."""
        capability = path.relative_to(ROOT).parts[1:2] if path.is_relative_to(LIBRARY) else ()
        if not CAPABILITIES - {"imaging"} & set(capability):
            return
        if path.name.endswith("routes.py"):
            return
        found = {name.split(".")[0] for name in imports_of(path)}
        banned = {"os", "time", "random", "secrets", "chalice", "boto3", "requests", "urllib3"}
        assert not found & banned

    def test_clock_and_environment_are_read_in_one_place_each(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        if path != LIBRARY / "clock.py":
            assert "datetime.now(" not in text
            assert "datetime.utcnow(" not in text
        if path != LIBRARY / "settings.py":
            assert "os.environ" not in text
            assert "getenv" not in text

    def test_imaging_remembers_a_bounded_number_of_what_strangers_choose(self, path: Path) -> None:
        """A child lives on from photo to photo; what a recipe names could else fill it."""
        if not path.is_relative_to(LIBRARY / "imaging"):
            return
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.args.args:
                assert "cache" not in [ast.unparse(one) for one in node.decorator_list], node.name


class TestAppPy:
    TEXT = (ROOT / "app.py").read_text(encoding="utf-8")

    def test_reads_as_a_table_of_contents(self) -> None:
        assert len(self.TEXT.splitlines()) <= 120

    def test_has_no_helpers(self) -> None:
        functions = [
            node for node in ast.walk(ast.parse(self.TEXT)) if isinstance(node, ast.FunctionDef)
        ]
        assert functions
        for function in functions:
            assert function.decorator_list, f"{function.name} is no entry point"
            assert len(function.body) <= 3, f"{function.name} must delegate"

    def test_events_are_declared_here_and_nowhere_else(self) -> None:
        """Lambda imports a Blueprint's event function without app.py, and so without middleware."""
        event = re.compile(r"\.(on_\w+|schedule|lambda_function|authorizer)\(")
        for path in SOURCES:
            if path.name != "app.py":
                assert not event.search(path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("path", ALL_CODE, ids=lambda path: str(path.relative_to(ROOT)))
class TestFiles:
    def test_name_says_what_is_inside(self, path: Path) -> None:
        assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc", "manager"}

    def test_is_short_enough_to_be_one_idea(self, path: Path) -> None:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300

    def test_functions_are_short(self, path: Path) -> None:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                docstring = ast.get_docstring(node) or ""
                assert lines - len(docstring.splitlines()) <= 40, node.name

    def test_patches_nothing(self, path: Path) -> None:
        """What a test needs to replace is passed in; a patched name is a dependency kept secret."""
        assert not [name for name in imports_of(path) if name.startswith("unittest.mock")]

    def test_leaves_nothing_open(self, path: Path) -> None:
        marks = ("TO" + "DO", "FIX" + "ME", "X" * 3, "NotImplemented" + "Error")
        text = path.read_text(encoding="utf-8")
        assert not [mark for mark in marks if re.search(rf"\b{mark}\b", text)]


def test_faces_are_known_to_nobody() -> None:
    """FD.5: no library, operation or permission that could recognise a person."""
    places = [
        *ROOT.glob("requirements*.txt"),
        *(ROOT / "requirements").glob("*.txt"),
        *(ROOT / ".chalice").rglob("*.json"),
        *(ROOT / "infra").glob("*.yaml"),
    ]
    banned = ("face", "facial", "opencv", "dlib", "mediapipe", "insightface", "rekognition")
    assert len(places) > 10
    for path in places:
        # Digests may spell anything, and an interface is none.
        text = re.sub(r"[0-9a-f]{64}|interface", "", path.read_text(encoding="utf-8").lower())
        found = [word for word in banned if word in text]
        assert not found, path
    imported = {name.split(".")[0] for path in SOURCES for name in imports_of(path)}
    assert not imported & {"cv2", "dlib", "mediapipe", "torch", "onnxruntime", "tensorflow"}
