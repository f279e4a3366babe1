"""The Python dependencies of the bundle: pinned wheels with byte-code, installed once and kept.

Lambda's file system is read-only, so what has no byte-code is compiled again at every cold start:
shipping it halves the time to import (docs/decisions/0006-dependencies.md). Byte-code is
`unchecked-hash`: Python then trusts it without looking at the source's time stamp.
"""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

TASK_ROOT = "/var/task"
"""Where Lambda unpacks the bundle (Lambda developer guide); the paths that tracebacks show."""

OLDEST_GLIBC, NEWEST_GLIBC = 17, 34
"""Minor versions of glibc: 2.17 is manylinux2014 (PEP 599), 2.34 is Amazon Linux 2023."""

MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
"""Lambda's name of an architecture, and that of wheels."""

_NOT_SHIPPED = ("bin", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "tests", "test")
"""What pip leaves behind that no function reads."""


class PackageError(Exception):
    """The package could not be made; the message names the step and ends with its last words."""


@dataclass(frozen=True, slots=True)
class Platform:
    """What wheels are chosen for: tags in order of preference; none means "this machine"."""

    tags: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.tags[0] if self.tags else f"{platform.system()}-{platform.machine()}".lower()


def lambda_platform(architecture: str) -> Platform:
    """Choose manylinux wheels for an architecture as Lambda names it (x86_64, arm64)."""
    machine = MACHINES[architecture]
    glibcs = range(NEWEST_GLIBC, OLDEST_GLIBC - 1, -1)
    tags = [f"manylinux_2_{minor}_{machine}" for minor in glibcs]
    return Platform((*tags, f"manylinux2014_{machine}"))


def local_platform(architecture: str, host: str | None = None) -> Platform:
    """Choose wheels for the local cloud, whose functions run on this machine's own Python.

    On x86-64 Linux with glibc that is the very bundle of the cloud. Anywhere else (macOS, Alpine,
    arm64) Lambda's wheels could not be imported, so the machine's own are taken. `host` is system,
    machine and C library, as in Linux-x86_64-glibc; this machine when not given.
    """
    this_machine = (platform.system(), platform.machine(), platform.libc_ver()[0])
    if (host or "-".join(this_machine)) == f"Linux-{MACHINES[architecture]}-glibc":
        return lambda_platform(architecture)
    return Platform(())


def install(requirements: Path, wanted: Platform, cache: Path) -> Path:
    """Install the pinned requirements, compiled, into a folder of `cache` that is then kept.

    A second call with the same requirements, platform and Python returns the same folder at once,
    without the network.

    Args:
        requirements: every package pinned with its hashes.
        wanted: what the wheels are chosen for.
        cache: parent of such folders; made when missing.
    Raises:
        PackageError: a wheel is missing, does not match its hash, or cannot be had.
    """
    target = cache / _key(requirements, wanted)
    if target.is_dir():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="new-") as fresh:
        site = Path(fresh) / "site"
        site.mkdir()
        _run_pip(requirements, wanted, site)
        for unwanted in [path for path in site.rglob("*") if path.name in _NOT_SHIPPED]:
            _remove(unwanted)
        compile_tree(site)
        site.rename(target)
    return target


def compile_tree(folder: Path) -> None:
    """Write byte-code beside every module under `folder`, the same bytes wherever that is."""
    command = [sys.executable, "-m", "compileall", "-q", "-f"]
    command += [
        "--invalidation-mode",
        "unchecked-hash",
        "-s",
        str(folder),
        "-p",
        TASK_ROOT,
        str(folder),
    ]
    run(command, step="Compiling Python to byte-code", environment={"PYTHONHASHSEED": "0"})


def needed_glibc(site: Path) -> tuple[int, int] | None:
    """Read the oldest glibc that can load all the wheels installed; None without native code."""
    needs = []
    for wheel in site.glob("*.dist-info/WHEEL"):
        found = re.findall(r"manylinux_(\d+)_(\d+)_", wheel.read_text(encoding="utf-8"))
        if found:
            needs.append(min((int(major), int(minor)) for major, minor in found))
    return max(needs, default=None)


def run(
    command: Sequence[str],
    *,
    step: str,
    cwd: Path | None = None,
    environment: dict[str, str] | None = None,
    without: Iterable[str] = (),
) -> None:
    """Run a tool quietly; its words are shown only when it fails.

    Raises:
        PackageError: it ended with another status than 0.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in without}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=inherited | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last_words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise PackageError(f"{step} failed:\n{last_words}")


def _run_pip(requirements: Path, wanted: Platform, site: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--no-compile", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--target", str(site), "-r", str(requirements)]
    if wanted.tags:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        command += ["--implementation", "cp", "--python-version", version]
        command += [argument for tag in wanted.tags for argument in ("--platform", tag)]
    run(command, step=f"Installing requirements.txt for {wanted.name}")


def _key(requirements: Path, wanted: Platform) -> str:
    digest = hashlib.sha256(requirements.read_bytes())
    digest.update(Path(__file__).read_bytes())
    tag = sys.implementation.cache_tag
    digest.update("\n".join([tag, wanted.name, *wanted.tags]).encode())
    return f"{tag}-{digest.hexdigest()[:16]}"


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
