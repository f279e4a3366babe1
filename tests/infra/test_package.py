"""What is in the bundle, and that the same input gives the same bytes."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.bundle import UNZIPPED_LIMIT_BYTES, digest_of, write_bundle
from infra.package import Package, package
from infra.template import TemplateError
from infra.wheels import (
    PackageError,
    Platform,
    compile_tree,
    install,
    lambda_platform,
    local_platform,
    needed_glibc,
    run,
)
from tests.infra.reading import Template

UNCHECKED_HASH = 0b01
"""Flags of a .pyc that Python trusts without looking at its source (PEP 552)."""

ROUTE = '''"""A stand-in for app.py."""
from chalice import Chalice, Rate

app = Chalice(app_name="ifotor", configure_logs=False)


@app.route("/v1/health")
def health():
    return {"status": "ok"}
'''
QUEUES = {
    "process_upload": "uploads",
    "fail_upload": "uploads-dead-letter",
    "process_edit": "edits",
    "fail_edit": "edits-dead-letter",
    "expire_shards": "shards",
}
SCHEDULES = (
    *("expire_photos", "clear_originals", "tell_owners", "audit_logs"),
    *("check_payments", "reconcile_bills"),
)
APP = ROUTE + "".join(
    f"\n\n@app.{trigger}\ndef {name}(event):\n    return None\n"
    for name, trigger in [
        *(
            (name, f'on_sqs_message(queue="{queue}", batch_size=1)')
            for name, queue in QUEUES.items()
        ),
        *((name, "schedule(Rate(5, unit=Rate.MINUTES))") for name in SCHEDULES),
    ]
)


@pytest.fixture
def bundle(packaged: dict[str, Package]) -> zipfile.ZipFile:
    return zipfile.ZipFile(packaged["local"].bundle)


@pytest.fixture
def small_project(tmp_path: Path, root: Path) -> Path:
    """A project with the real parts and policies, an app.py of its own, and nothing to install."""
    project = tmp_path / "project"
    shutil.copytree(root / "infra", project / "infra", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(root / ".chalice" / "policies", project / ".chalice" / "policies")
    shutil.copyfile(root / ".chalice" / "config.json", project / ".chalice" / "config.json")
    (project / "chalicelib").mkdir()
    (project / "chalicelib" / "__init__.py").write_text('"""Nothing yet."""\n')
    (project / "app.py").write_text(APP)
    (project / "requirements.txt").touch()
    return project


class TestBundle:
    def test_font_comes_with_its_licence(self, bundle: zipfile.ZipFile) -> None:
        folder = "chalicelib/imaging/fonts"

        assert {f"{folder}/ifotor-sans-sc.otf", f"{folder}/OFL.txt"} <= set(bundle.namelist())

    def test_holds_the_application_and_its_run_time(self, bundle: zipfile.ZipFile) -> None:
        names = set(bundle.namelist())

        assert {"app.py", "chalicelib/__init__.py", "chalice/app.py"} <= names
        assert any(name.startswith("PIL/") for name in names)

    def test_holds_nothing_else(self, bundle: zipfile.ZipFile) -> None:
        """boto3 comes with Lambda; the rest has no business there."""
        top = {name.split("/")[0] for name in bundle.namelist()}

        assert not top & {"boto3", "botocore", "s3transfer", "urllib3", "tests", "infra", "local"}
        assert not top & {"web", "bench", "bin", "pip", ".chalice", "requirements.txt"}
        assert not [name for name in bundle.namelist() if "/tests/" in name]

    def test_every_module_comes_with_byte_code_that_is_trusted(
        self, bundle: zipfile.ZipFile
    ) -> None:
        names = set(bundle.namelist())
        tag = sys.implementation.cache_tag

        for name in sorted(names):
            if name.endswith(".py"):
                folder, _, module = name.rpartition("/")
                compiled = f"{folder}/__pycache__/{module[:-3]}.{tag}.pyc".lstrip("/")
                assert compiled in names, name
                assert int.from_bytes(bundle.read(compiled)[4:8], "little") == UNCHECKED_HASH

    def test_is_far_from_what_lambda_refuses(self, packaged: dict[str, Package]) -> None:
        for made in packaged.values():
            assert made.unzipped_bytes < UNZIPPED_LIMIT_BYTES / 2

    def test_starts_without_boto3_and_without_this_machine(
        self, bundle: zipfile.ZipFile, tmp_path: Path
    ) -> None:
        """All it needs is in it, and no client is made while a function is only being loaded."""
        bundle.extractall(tmp_path)
        script = "import sys; sys.path.insert(0, sys.argv[1]); import app; print(app.app.app_name)"

        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", script, str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )

        assert (done.stdout.strip(), done.stderr) == ("ifotor", "")

    def test_is_named_by_its_content(self, packaged: dict[str, Package]) -> None:
        for made in packaged.values():
            assert made.bundle.name == f"bundle-{digest_of(made.bundle)[:12]}.zip"

    def test_every_function_runs_from_it(
        self, packaged: dict[str, Package], templates: dict[str, Template]
    ) -> None:
        for stage, template in templates.items():
            places = {
                resource["Properties"]["CodeUri"]
                for resource in template["Resources"].values()
                if resource["Type"] == "AWS::Serverless::Function"
            }
            assert places == {packaged[stage].bundle.name}

    def test_a_bundle_that_lambda_would_refuse_is_refused_here(self, tmp_path: Path) -> None:
        vendor = tmp_path / "vendor"
        vendor.mkdir()
        with (vendor / "huge.bin").open("wb") as huge:
            huge.truncate(UNZIPPED_LIMIT_BYTES)
        with zipfile.ZipFile(tmp_path / "chalice.zip", "w") as archive:
            archive.writestr("app.py", "x = 1\n")

        with pytest.raises(PackageError, match="250 MB"):
            write_bundle(tmp_path / "chalice.zip", vendor, tmp_path / "bundle.zip")


class TestRepeating:
    def test_the_same_project_elsewhere_gives_the_same_bytes(
        self, small_project: Path, tmp_path: Path
    ) -> None:
        elsewhere = tmp_path / "some" / "other" / "place"
        shutil.copytree(small_project, elsewhere)

        here, there = package("dev", small_project), package("dev", elsewhere)

        assert here.bundle.read_bytes() == there.bundle.read_bytes()
        assert here.template.read_bytes() == there.template.read_bytes()

    def test_nothing_is_done_when_nothing_changed(self, small_project: Path) -> None:
        first = package("local", small_project)
        made_at = first.template.stat().st_mtime_ns

        assert package("local", small_project) == first
        assert first.template.stat().st_mtime_ns == made_at

    @pytest.mark.parametrize(
        "changed", ["app.py", "chalicelib/__init__.py", "infra/api.yaml", ".chalice/config.json"]
    )
    def test_a_change_is_noticed(self, small_project: Path, changed: str) -> None:
        first = package("local", small_project)
        text = (small_project / changed).read_text()
        replaced = text.replace("ok", "fine").replace("Nothing", "Something")
        replaced = replaced.replace("RateLimit: 100", "RateLimit: 90").replace("512", "640")
        assert replaced != text
        before = first.template.read_bytes()

        (small_project / changed).write_text(replaced)

        assert package("local", small_project).template.read_bytes() != before

    def test_the_bundle_of_a_stage_is_the_only_one_left(self, small_project: Path) -> None:
        package("local", small_project)
        (small_project / "app.py").write_text(APP.replace("ok", "fine"))

        made = package("local", small_project)

        assert list(made.bundle.parent.glob("bundle-*.zip")) == [made.bundle]

    def test_byte_code_does_not_tell_where_it_was_made(self, tmp_path: Path) -> None:
        compiled = []
        for place in ("a", "b/c"):
            folder = tmp_path / place
            folder.mkdir(parents=True)
            (folder / "module.py").write_text("def answer() -> int:\n    return 42\n")
            compile_tree(folder)
            [pyc] = folder.glob("__pycache__/*.pyc")
            compiled.append(pyc.read_bytes())

        assert compiled[0] == compiled[1]
        assert b"/var/task" in compiled[0]


class TestRefusals:
    def test_a_stage_that_is_not_there(self, small_project: Path) -> None:
        with pytest.raises(TemplateError, match="staging"):
            package("staging", small_project)

    def test_an_app_that_does_not_load_says_why(self, small_project: Path) -> None:
        (small_project / "app.py").write_text("raise RuntimeError('the reason')\n")

        with pytest.raises(PackageError, match=r"chalice package failed:[\s\S]*the reason"):
            package("local", small_project)

    def test_a_failed_package_leaves_nothing_half_made(self, small_project: Path) -> None:
        (small_project / "app.py").write_text("raise RuntimeError('the reason')\n")

        with pytest.raises(PackageError):
            package("local", small_project)

        assert not (small_project / "build" / "local").exists()
        assert not list((small_project / "build").glob("new-*"))

    def test_a_requirement_without_a_hash(self, tmp_path: Path) -> None:
        (tmp_path / "requirements.txt").write_text("jmespath==1.1.0\n")

        with pytest.raises(PackageError, match=r"Installing requirements.txt.*failed:[\s\S]*hash"):
            install(tmp_path / "requirements.txt", lambda_platform("x86_64"), tmp_path / "vendor")

        assert list((tmp_path / "vendor").iterdir()) == []

    def test_a_tool_that_fails_is_named_with_its_last_words(self) -> None:
        with pytest.raises(PackageError, match="The step failed:\nlast words"):
            run([sys.executable, "-c", "import sys; sys.exit('last words')"], step="The step")


class TestWheels:
    def test_lambda_wheels_are_for_linux_of_the_architecture(self) -> None:
        assert all(tag.endswith("_x86_64") for tag in lambda_platform("x86_64").tags)
        assert all(tag.endswith("_aarch64") for tag in lambda_platform("arm64").tags)
        assert "manylinux2014_x86_64" in lambda_platform("x86_64").tags

    @pytest.mark.parametrize("host", ["Darwin-arm64-", "Linux-x86_64-", "Linux-aarch64-glibc"])
    def test_a_machine_unlike_lambda_runs_its_own_wheels_locally(self, host: str) -> None:
        assert local_platform("x86_64", host) == Platform(())

    def test_a_machine_like_lambda_runs_the_bundle_of_the_cloud(self) -> None:
        assert local_platform("x86_64", "Linux-x86_64-glibc") == lambda_platform("x86_64")

    def test_the_neediest_wheel_decides_the_c_library(self, tmp_path: Path) -> None:
        _wheel(tmp_path, "old", "Tag: cp311-cp311-manylinux_2_17_x86_64")
        _wheel(
            tmp_path,
            "new",
            "Tag: cp311-cp311-manylinux_2_27_x86_64\nTag: cp311-cp311-manylinux_2_28_x86_64",
        )
        _wheel(tmp_path, "pure", "Tag: py3-none-any")

        assert needed_glibc(tmp_path) == (2, 27)

    def test_pure_python_needs_no_c_library(self, tmp_path: Path) -> None:
        _wheel(tmp_path, "pure", "Tag: py3-none-any")

        assert needed_glibc(tmp_path) is None


def _wheel(site: Path, name: str, tags: str) -> None:
    folder = site / f"{name}-1.0.dist-info"
    folder.mkdir()
    (folder / "WHEEL").write_text(f"Wheel-Version: 1.0\n{tags}\n")


def test_the_record_holds_what_it_was_made_from(packaged: dict[str, Package]) -> None:
    for made in packaged.values():
        record = json.loads((made.template.parent / "package.json").read_text())
        assert record["bundle"] == made.bundle.name
