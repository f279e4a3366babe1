"""An evaluator of POST policies, written from S3's rules and from nothing of ours.

moto accepts any form, so unit tests judge a form with this; the live tests hold the same cases
against an emulator that enforces them. Rules: Amazon S3 API reference, "POST Policy" (condition
matching: every form field except file, policy, x-amz-signature and x-ignore-* needs a condition).
"""

from collections.abc import Mapping
from typing import Any

EXEMPT = {"file", "policy", "x-amz-signature"}


def refusals(policy: Mapping[str, Any], fields: Mapping[str, str], *, size_bytes: int) -> list[str]:
    """Return why S3 would refuse a form; empty if it would not."""
    found = []
    covered = set()
    for condition in policy["conditions"]:
        if isinstance(condition, dict):
            name, wanted = next(iter(condition.items()))
            operator = "eq"
        elif condition[0] == "content-length-range":
            if not condition[1] <= size_bytes <= condition[2]:
                found.append("EntityTooSmall or EntityTooLarge")
            continue
        else:
            operator, name, wanted = condition[0], condition[1].removeprefix("$"), condition[2]
        name = name.lower()
        covered.add(name)
        actual = {key.lower(): value for key, value in fields.items()}.get(name)
        if name == "bucket":
            continue
        matches = actual is not None and (
            actual == wanted if operator == "eq" else actual.startswith(wanted)
        )
        if not matches:
            found.append(f"condition on {name} fails")
    extra = {name.lower() for name in fields if not name.lower().startswith("x-ignore-")}
    found += [f"{name} has no condition" for name in extra - covered - EXEMPT]
    return found
