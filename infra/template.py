"""Assemble the template's parts for one stage. Pure but for reading the YAML files beside this one.

What comes out is the merge file of `chalice package`: all that Chalice does not know how to write.
CloudFormation's short tags (`!Ref`, `!Sub`, `!GetAtt`) are read into their long form. Periods are
named, not written: `!Days LOGS`, `!Seconds DEAD_LETTERS`, `!Lifecycle renditions`.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from chalicelib.retention import schedule
from chalicelib.retention.rules import Rule

Template = dict[str, Any]
"""A CloudFormation template, or a part of one: JSON values only."""

PARTS = ("storage", "queues", "keys", "logs", "api", "functions", "alarms", "staff")
"""The parts every stage has, one file each; `sms-SENDER`, `human-check-KIND` and `login-PROVIDER`
join them, and where nobody lives test numbers and other addresses of providers.
"""
NOT_IN_CHINA = ("sns", "end_user_messaging")
"""Senders of AWS, which sends no texts from the China regions."""


class TemplateError(Exception):
    """The parts or the stages contradict each other; the message names the place."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A row of stages.yaml."""

    name: str
    regions: tuple[str, ...]
    sms_sender: str
    settings: Mapping[str, str]
    human_check: str
    logins: tuple[str, ...]
    overlay: Template

    @property
    def is_local(self) -> bool:
        """The stage of the local cloud, which is never deployed to an account."""
        return self.name == "local"

    @property
    def is_in_china(self) -> bool:
        return any(is_china_region(region) for region in self.regions)

    @property
    def is_production(self) -> bool:
        """Whether real people use it; chalicelib/settings.py goes by the same name."""
        return self.name.startswith("prod")

    @property
    def parts(self) -> tuple[str, ...]:
        for_tests = () if self.is_production else ("test-numbers", "login-addresses")
        chosen = f"sms-{self.sms_sender}", f"human-check-{self.human_check}"
        logins = (f"login-{provider}" for provider in self.logins)
        return (*PARTS, *chosen, *logins, *for_tests)


def is_china_region(region: str) -> bool:
    return region.startswith("cn-")


def partition_of(region: str) -> str:
    """Name the partition of a region, of the two that ifotor is made for."""
    return "aws-cn" if is_china_region(region) else "aws"


def load_stages(infra: Path) -> dict[str, Stage]:
    """Read stages.yaml of the folder `infra`, by name and in the file's order."""
    rows = _read(infra / "stages.yaml")
    return {
        name: Stage(
            name,
            tuple(row["regions"]),
            row["sms_sender"],
            row["settings"],
            row.get("human_check", "none"),
            tuple(row.get("logins", ())),
            row.get("template", {}),
        )
        for name, row in rows.items()
    }


def get_stage(infra: Path, name: str) -> Stage:
    """Find a stage by name.

    Raises:
        TemplateError: there is none of that name; the message lists those there are.
    """
    stages = load_stages(infra)
    if name not in stages:
        raise TemplateError(f"There is no stage {name!r}. There are: {', '.join(stages)}.")
    return stages[name]


def assemble(infra: Path, stage: Stage) -> Template:
    """Merge the parts, the stage's overlay and what the functions are told about the stage.

    Raises:
        TemplateError: two files set the same place to different things; a stage in China would
            send texts through AWS; a production stage would have test numbers, or ask others than
            the providers who somebody is.
    """
    if stage.is_in_china and stage.sms_sender in NOT_IN_CHINA:
        raise TemplateError(
            f"AWS sends no texts from China: {stage.name} cannot have {stage.sms_sender}."
        )
    template: Template = {}
    for part in stage.parts:
        template = merge(template, _read(infra / f"{part}.yaml"), where=part)
    variables = {"STAGE": stage.name, "SMS_SENDER": stage.sms_sender, **stage.settings}
    variables["HUMAN_CHECK"] = stage.human_check
    told: Template = {
        "Globals": {"Function": {"Environment": {"Variables": variables}}},
        "Parameters": {"Stage": _named_stage(stage)},
    }
    template = merge(template, told, where="stages")
    merged = merge(template, stage.overlay, where="stages")
    if stage.is_production and "TEST_NUMBERS" in str(merged):
        raise TemplateError(f"{stage.name} is production and has no test numbers.")
    if stage.is_production and "LOGIN_ADDRESSES" in str(merged):
        raise TemplateError(f"{stage.name} is production and asks the providers themselves.")
    return merged


def _named_stage(stage: Stage) -> Template:
    """Write a parameter with one possible value: what the parts mean by `!Ref Stage`."""
    description = "The stage that this template was packaged for; it cannot be changed"
    return {
        "Type": "String",
        "Default": stage.name,
        "AllowedValues": [stage.name],
        "Description": description,
    }


def merge(left: Mapping[str, Any], right: Mapping[str, Any], *, where: str = "") -> Template:
    """Merge two templates into a new one. Mappings join; anything else may be said only once."""
    merged = deepcopy(dict(left))
    for key, value in right.items():
        place = f"{where}.{key}"
        if key not in merged:
            merged[key] = deepcopy(value)
        elif isinstance(merged[key], dict) and isinstance(value, dict):
            merged[key] = merge(merged[key], value, where=place)
        elif merged[key] != value:
            raise TemplateError(f"{place} was already set by another part.")
    return merged


class _IntrinsicLoader(yaml.SafeLoader):
    """Plain YAML, the three short tags of CloudFormation that the parts use, and three of ours:
    periods of the retention schedule as numbers.
    """


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Template | int:
    if not isinstance(node, yaml.ScalarNode):
        raise TemplateError(f"!{suffix} takes one string.")
    value = str(loader.construct_scalar(node))
    match suffix:
        case "Lifecycle":
            return schedule.LIFECYCLE_DAYS[value]
        case "Days":
            return _rule(value).period.days
        case "Seconds":
            return int(_rule(value).period.total_seconds())
        case "Ref":
            return {"Ref": value}
        case "Sub":
            return {"Fn::Sub": value}
        case "GetAtt":
            return {"Fn::GetAtt": value.split(".", 1)}
    raise TemplateError(f"The tag !{suffix} is not one the parts use.")


def _rule(name: str) -> Rule:
    rule = vars(schedule).get(name)
    if not isinstance(rule, Rule):
        raise TemplateError(f"The retention schedule has no {name}.")
    return rule


_IntrinsicLoader.add_multi_constructor("!", _intrinsic)


def _read(path: Path) -> Template:
    loader = _IntrinsicLoader(path.read_text(encoding="utf-8"))
    try:
        part = loader.get_single_data()
    finally:
        loader.dispose()
    if not isinstance(part, dict):
        raise TemplateError(f"{path.name} is not a mapping.")
    return part
