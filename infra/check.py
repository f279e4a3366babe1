"""Package every stage and lint what comes out, for every kind of region ifotor is made for."""

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.package import Package, package
from infra.template import load_stages

LINTED_REGIONS = ("us-east-1", "cn-north-1", "cn-northwest-1")
"""Each stage is linted for all: a template that only works in its own partition is a mistake."""

_RUN_CFN_LINT = "import sys; from cfnlint.runner import main; sys.exit(main())"


def check(root: Path) -> list[str]:
    """Package all stages and return what cfn-lint finds, warnings included.

    Raises:
        TemplateError, PackageError: a stage cannot even be packaged.
    """
    return lint([made.template for made in packages(root)], LINTED_REGIONS)


def packages(root: Path) -> list[Package]:
    return [package(stage, root) for stage in load_stages(root / "infra")]


def lint(templates: Sequence[Path], regions: Sequence[str]) -> list[str]:
    """Run cfn-lint; each finding is one line that names file, line, rule and what is wrong."""
    if importlib.util.find_spec("cfnlint") is None:
        return ["is not installed, and nothing is deployed unchecked: `make check` installs it."]
    command = [sys.executable, "-c", _RUN_CFN_LINT, "--format", "parseable", "--regions", *regions]
    command += ["--", *map(str, templates)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines or ([f"ended with status {done.returncode}"] if done.returncode else [])
