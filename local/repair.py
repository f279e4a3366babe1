"""Give the local cloud what the template asks for and ministack's CloudFormation leaves out.

ministack 1.5.33 creates tables without TTL, recovery and encryption, buckets without lifecycle and
encryption, and an API without answers of its own for unknown paths. The wanted values are read from
the packaged template, so they stand in one place: `infra/`. Every setting is read back from the
service's own API, before and after; one that still differs stops the start.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from local.cloud import Cloud
from local.machine import CannotStart
from local.resolve import Resolver
from local.template_settings import SETTINGS, Json, Setting


@dataclass(frozen=True, slots=True)
class Repair:
    """One setting that was missing and has been made."""

    logical_id: str
    setting: str


def repair(cloud: Cloud, template: Json, stack: str) -> list[Repair]:
    """Make and verify each setting of the template that the stack lacks; return those made.

    Repeating it is free of effects: what is right already is left alone.

    Raises:
        CannotStart: a setting is still different after it was made.
    """
    resolver = Resolver(cloud, stack)
    made: list[Repair] = []
    for logical_id, setting, value in _asked_for(template):
        client = cloud.client(setting.service)
        physical_id = resolver.physical_id(logical_id)
        wanted = setting.wanted(resolver.resolve(value))
        if _holds(wanted, setting.read(client, physical_id)):
            continue
        setting.make(client, physical_id, wanted)
        if not _holds(wanted, setting.read(client, physical_id)):
            raise CannotStart(f"The local cloud would not take {setting.property} of {logical_id}.")
        made.append(Repair(logical_id, setting.property))
    return made


def _asked_for(template: Json) -> Iterator[tuple[str, Setting, Json]]:
    for logical_id, resource in template["Resources"].items():
        for setting in SETTINGS:
            properties = resource.get("Properties", {})
            if resource["Type"] == setting.resource_type and setting.property in properties:
                yield logical_id, setting, properties[setting.property]


def _holds(wanted: Json, found: Json) -> bool:
    """Tell whether everything wanted is there; AWS adds fields of its own, which don't matter."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            name in found and _holds(value, found[name]) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(wanted) == len(found)
            and all(map(_holds, wanted, found))
        )
    return bool(wanted == found)
