"""Read a template the way a reviewer does: what refers to what, who may do what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.aws.s3 import BACKSTOP_TAG

Template = dict[str, Any]

WHERE_POLICIES_ARE = ("AWS::IAM::Role", "AWS::IAM::Policy")


@dataclass(frozen=True, slots=True)
class Statement:
    """A policy statement and the logical id of the resource that carries it."""

    owner: str
    owner_type: str
    body: dict[str, Any]

    @property
    def allows(self) -> bool:
        return bool(self.body["Effect"] == "Allow")

    @property
    def actions(self) -> list[str]:
        return as_list(self.body["Action"])

    @property
    def resources(self) -> list[Any]:
        return as_list(self.body.get("Resource", []))


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def walk(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value of a template with its path, containers included."""
    yield path, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from walk(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, (*path, str(index)))


def leaves(template: Template) -> dict[tuple[str, ...], Any]:
    """Every scalar of a template (and every empty container) by its path."""
    return {
        path: value
        for path, value in walk(template)
        if not isinstance(value, (dict, list)) or not value
    }


def references(template: Template) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every logical id that a template mentions, with the path of the mention."""
    for path, node in walk(template):
        if not isinstance(node, dict):
            continue
        if isinstance(node.get("Ref"), str):
            yield path, node["Ref"]
        if "Fn::GetAtt" in node:
            target = node["Fn::GetAtt"]
            yield path, target[0] if isinstance(target, list) else target.split(".")[0]
        if "Fn::Sub" in node:
            yield from ((path, name) for name in names_in_sub(node["Fn::Sub"]))
        if "DependsOn" in node:
            yield from ((path, name) for name in as_list(node["DependsOn"]))


def names_in_sub(sub: Any) -> Iterator[str]:
    text, own = (sub[0], sub[1]) if isinstance(sub, list) else (sub, {})
    for name in re.findall(r"\$\{([^!}]+)\}", text):
        if name not in own:
            yield name.split(".")[0]


def resources_of(template: Template, kind: str) -> dict[str, Any]:
    """The resources of one type, as logical id to properties."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def functions(template: Template) -> dict[str, Any]:
    return resources_of(template, "AWS::Serverless::Function")


def statements(template: Template) -> list[Statement]:
    """Every policy statement of a template: of roles, buckets, queues and keys."""
    return [
        Statement(path[1], template["Resources"][path[1]]["Type"], node)
        for path, node in walk({"Resources": template["Resources"]})
        if isinstance(node, dict) and "Effect" in node and "Action" in node
    ]


def may(template: Template, action: str, target: str) -> set[str]:
    """The roles that may do an action on a resource (or on what is inside it), as logical ids."""
    return {
        statement.owner
        for statement in statements(template)
        if statement.allows and statement.owner_type in WHERE_POLICIES_ARE
        if action in statement.actions
        and any(target == name for _, name in references({"at": statement.resources}))
    }


def expiration_days(template: Template, bucket: str) -> dict[str, int]:
    """Return the days of each `backstop` tag; of "", where a rule is for every object."""
    rules = template["Resources"][bucket]["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {}
    for rule in rules:
        if "ExpirationInDays" in rule:
            [tag] = rule.get("TagFilters", [{"Key": BACKSTOP_TAG, "Value": ""}])
            assert tag["Key"] == BACKSTOP_TAG
            days[tag["Value"]] = rule["ExpirationInDays"]
    return days
