"""Package the application for a stage: one template and one bundle.

    package("local", root) -> build/local/template.json and build/local/bundle-<hash>.zip

The template is what `chalice package` makes of app.py with the parts merged over it; the `CodeUri`
of every function names the bundle beside it. Nothing is done twice: with unchanged inputs the call
returns what is there (milliseconds), and the dependencies are installed once per requirements.txt
(`build/vendor`). Needs no AWS account and no credentials; needs the network for the wheels, once.
"""

import fcntl
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from infra.bundle import digest_of, unzipped_bytes, write_bundle
from infra.template import Stage, assemble, get_stage
from infra.wheels import Platform, install, lambda_platform, local_platform, needed_glibc, run

TEMPLATE_FILE, MERGE_FILE, RECORD_FILE = "template.json", "merge.json", "package.json"
HASH_DIGITS = 12
"""Hex digits of a bundle's SHA-256 in its name: enough to tell bundles apart at a glance."""

_RUN_CHALICE = "import sys; from chalice.cli import main; sys.exit(main())"
_FOREIGN_SETTINGS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "PYTHONPATH", "PYTHONHOME")
"""Of the caller's shell, and no business of a package that is the same for everybody."""


@dataclass(frozen=True, slots=True)
class Package:
    """What a deployment needs, as files that stay.

    `template` is SAM as JSON; `bundle` is the zip that the functions' `CodeUri` names, relative to
    the template. `glibc` is the oldest C library that can load the bundle, as (2, 27); None when
    the wheels are this machine's own, or hold no native code.
    """

    stage: str
    template: Path
    bundle: Path
    unzipped_bytes: int
    glibc: tuple[int, int] | None


def package(stage: str, root: Path) -> Package:
    """Make the package of a stage, or return the one that is there when nothing has changed.

    Several processes may call this at once; they take turns.

    Args:
        stage: a name in infra/stages.yaml.
        root: the project, with app.py, chalicelib, .chalice, infra and requirements.txt; `build`
            is made in it.
    Raises:
        TemplateError: there is no such stage, or its parts contradict each other.
        PackageError: a wheel, Chalice or the size of the bundle stood in the way.
    """
    row = get_stage(root / "infra", stage)
    wanted = _platform_of(row, root)
    build = root / "build"
    with _turn(build):
        inputs = _digest_of_inputs(root, row, wanted)
        found = _read_record(build / stage, inputs)
        return found or _make(row, root, wanted, inputs)


def _make(stage: Stage, root: Path, wanted: Platform, inputs: str) -> Package:
    build = root / "build"
    vendor = install(root / "requirements.txt", wanted, build / "vendor")
    with tempfile.TemporaryDirectory(dir=build, prefix="new-") as fresh:
        out = Path(fresh) / stage.name
        _stage_source(root, out / "source")
        _write(out / MERGE_FILE, assemble(root / "infra", stage))
        _run_chalice(stage, out / "source", out)
        bundle = _keep_bundle(out / "chalice" / "deployment.zip", vendor, build / "bundles")
        name = f"bundle-{digest_of(bundle)[:HASH_DIGITS]}.zip"
        shutil.copyfile(bundle, out / name)
        template = json.loads((out / "chalice" / "sam.json").read_text(encoding="utf-8"))
        _write(out / TEMPLATE_FILE, _point_code_at(template, name))
        record = {
            "inputs": inputs,
            "bundle": name,
            "unzipped_bytes": unzipped_bytes(bundle),
            "glibc": needed_glibc(vendor) if wanted.tags else None,
        }
        _write(out / RECORD_FILE, record)
        shutil.rmtree(out / "chalice")
        shutil.rmtree(build / stage.name, ignore_errors=True)
        out.rename(build / stage.name)
    return _as_package(build / stage.name, record)


def _platform_of(stage: Stage, root: Path) -> Platform:
    config = json.loads((root / ".chalice" / "config.json").read_text(encoding="utf-8"))
    choose = local_platform if stage.is_local else lambda_platform
    return choose(config["lambda_architecture"])


def _stage_source(root: Path, source: Path) -> None:
    """Copy what Chalice may see. It gets no requirements: they are installed by hash here."""
    leave_out = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    shutil.copytree(root / "chalicelib", source / "chalicelib", ignore=leave_out)
    shutil.copyfile(root / "app.py", source / "app.py")
    shutil.copytree(root / ".chalice" / "policies", source / ".chalice" / "policies")
    shutil.copyfile(root / ".chalice" / "config.json", source / ".chalice" / "config.json")
    (source / "requirements.txt").touch()


def _run_chalice(stage: Stage, source: Path, out: Path) -> None:
    """Run `chalice package` in a process of its own, because it imports app.py."""
    command = [sys.executable, "-c", _RUN_CHALICE, "package", "--stage", stage.name]
    command += ["--merge-template", str(out / MERGE_FILE), str(out / "chalice")]
    run(
        command,
        step="chalice package",
        cwd=source,
        environment={"AWS_DEFAULT_REGION": stage.regions[0], "PYTHONDONTWRITEBYTECODE": "1"},
        without=_FOREIGN_SETTINGS,
    )


def _keep_bundle(chalice_zip: Path, vendor: Path, bundles: Path) -> Path:
    """Make the bundle, or find the one another stage has made: stages share their code."""
    bundles.mkdir(exist_ok=True)
    key = hashlib.sha256(vendor.name.encode())
    key.update(Path(__file__).with_name("bundle.py").read_bytes())
    key.update(_digest_of_zip(chalice_zip))
    bundle = bundles / f"{key.hexdigest()[:16]}.zip"
    if not bundle.exists():
        for old in bundles.glob("*.zip"):
            old.unlink()
        write_bundle(chalice_zip, vendor, bundle)
    return bundle


def _point_code_at(template: dict[str, Any], bundle: str) -> dict[str, Any]:
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = bundle
    return template


def _digest_of_inputs(root: Path, stage: Stage, wanted: Platform) -> str:
    digest = hashlib.sha256()
    versions = [sys.version, version("chalice"), stage.name, wanted.name, *wanted.tags]
    digest.update("\n".join(versions).encode())
    for path in _inputs(root):
        digest.update(f"\n{path.relative_to(root).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _inputs(root: Path) -> list[Path]:
    files = [root / "app.py", root / "requirements.txt", root / ".chalice" / "config.json"]
    files += (root / ".chalice" / "policies").glob("*.json")
    files += (path for path in (root / "infra").iterdir() if path.suffix in (".yaml", ".py"))
    files += (
        path
        for path in (root / "chalicelib").rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")
    )
    return sorted(files)


def _digest_of_zip(path: Path) -> bytes:
    """Hash names and content: the zips that Chalice writes differ by their time stamps alone."""
    with ZipFile(path) as archive:
        content = sorted(
            (entry.filename, entry.CRC, entry.file_size) for entry in archive.infolist()
        )
    return hashlib.sha256(repr(content).encode()).digest()


def _read_record(folder: Path, inputs: str) -> Package | None:
    """Find what was made of these very inputs, if it is all still there."""
    try:
        record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    made = _as_package(folder, record)
    is_there = made.template.exists() and made.bundle.exists()
    return made if is_there and record["inputs"] == inputs else None


def _as_package(folder: Path, record: dict[str, Any]) -> Package:
    glibc = record["glibc"]
    return Package(
        stage=folder.name,
        template=folder / TEMPLATE_FILE,
        bundle=folder / record["bundle"],
        unzipped_bytes=record["unzipped_bytes"],
        glibc=(glibc[0], glibc[1]) if glibc else None,
    )


@contextmanager
def _turn(build: Path) -> Iterator[None]:
    build.mkdir(exist_ok=True)
    descriptor = os.open(build / ".lock", os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(path: Path, value: object) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
