"""What is checked before an account is touched. Every answer is a sentence for the person there.

The local cloud needs none of this: nothing in it is worth guarding, and it has its own stage.
"""

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.check import lint
from infra.package import Package
from infra.template import Stage, is_china_region, partition_of

RUNTIME_GLIBC = {"python3.10": (2, 26), "python3.11": (2, 26)}
"""Runtimes on Amazon Linux 2 (Lambda runtimes page); later ones are on Amazon Linux 2023."""
AMAZON_LINUX_2023_GLIBC = (2, 34)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a deployment is meant to go, as it was asked for on the command line."""

    stage: Stage
    account: str
    region: str


def refuse_target(target: Target) -> list[str]:
    """Judge what was asked for; needs neither the network nor a package."""
    stage = target.stage
    if stage.is_local:
        return ["The stage local belongs to the local cloud: `make run` deploys it."]
    refusals = []
    if not re.fullmatch(r"\d{12}", target.account):
        refusals.append("Name the account to deploy to: ACCOUNT= and its twelve digits.")
    if target.region not in stage.regions:
        allowed = " or ".join(stage.regions)
        refusals.append(f"The stage {stage.name} is for {allowed}: name one of them with REGION=.")
    return refusals


def refuse_caller(target: Target, sts: Any) -> list[str]:
    """Compare whose credentials these are with the account and partition that were asked for."""
    try:
        caller = sts.get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        return [f"AWS does not say whose credentials these are: {error}"]
    refusals = []
    if caller["Account"] != target.account:
        refusals.append(
            f"The credentials are of account {caller['Account']}, not of {target.account}."
        )
    partition, wanted = caller["Arn"].split(":")[1], partition_of(target.region)
    if partition != wanted:
        refusals.append(
            f"The credentials are of the partition {partition}; {target.region} is in {wanted}."
        )
    return refusals


def refuse_tree(root: Path, *, git: Callable[[Path], str] | None = None) -> list[str]:
    """Ask for a deployment that a commit names: refuse what is changed or not in git at all.

    `git` answers `git status --porcelain` of a folder, and raises when it cannot.
    """
    try:
        changed = (git or _git_status)(root).splitlines()
    except (OSError, subprocess.CalledProcessError):
        return ["This folder is not a git checkout, so nothing would say later what was deployed."]
    if not changed:
        return []
    shown = ", ".join(line[3:] for line in changed[:5]) + (", …" if len(changed) > 5 else "")
    return [
        f"Commit your changes first; {len(changed)} files differ from the last commit: {shown}."
    ]


def refuse_package(
    package: Package,
    target: Target,
    parameters: Mapping[str, str],
    *,
    kept: frozenset[str] = frozenset(),
    findings: Callable[[Path, str], list[str]] | None = None,
) -> list[str]:
    """Judge what would be deployed.

    Args:
        parameters: values given for the template's parameters.
        kept: names of those that the stack already has a value for.
        findings: lints a template for a region; cfn-lint when not given.
    """
    template = json.loads(package.template.read_text(encoding="utf-8"))
    refusals = _refuse_parameters(template, parameters, kept)
    refusals += _refuse_runtime(template, package.glibc)
    rights = json.dumps(template)
    if is_china_region(target.region) and ('"sns:' in rights or '"sms-voice:' in rights):
        refusals.append(
            "AWS sends no SMS from the China regions: the stage's sms_sender must be tencent or "
            "http."
        )
    lint_one = findings or (lambda path, region: lint([path], [region]))
    return refusals + [f"cfn-lint: {line}" for line in lint_one(package.template, target.region)]


def _refuse_parameters(
    template: Mapping[str, Any], given: Mapping[str, str], kept: frozenset[str]
) -> list[str]:
    refusals = []
    for name, declaration in template["Parameters"].items():
        if name not in given and name not in kept and "Default" not in declaration:
            refusals.append(f"The parameter {name} has no value: {declaration['Description']}.")
        pattern = declaration.get("AllowedPattern")
        if name in given and pattern and not re.fullmatch(pattern, given[name]):
            refusals.append(f"The parameter {name} does not look like {pattern}.")
    refusals += [
        f"There is no parameter {name}." for name in given if name not in template["Parameters"]
    ]
    return refusals


def _refuse_runtime(template: Mapping[str, Any], glibc: tuple[int, int] | None) -> list[str]:
    resources = template["Resources"].values()
    functions = [row for row in resources if row["Type"] == "AWS::Serverless::Function"]
    for runtime in sorted({row["Properties"]["Runtime"] for row in functions}):
        offered = RUNTIME_GLIBC.get(runtime, AMAZON_LINUX_2023_GLIBC)
        if glibc and offered < glibc:
            needed, has = (".".join(map(str, version)) for version in (glibc, offered))
            return [
                f"The wheels need glibc {needed} and Lambda's {runtime} has {has}: "
                "package with Python 3.12 or newer."
            ]
    return []


def _git_status(root: Path) -> str:
    command = ["git", "-C", str(root), "status", "--porcelain"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
