"""Deploy a package as a stack: upload, change set shown, execute, outputs. One way for all clouds.

    outputs = deploy(package("local", root), client=cloud.client, stack_name="ifotor-local")

The local cloud calls it just so; `python -m infra deploy` calls it for an account, after everything
in `infra/guards.py` was checked. Repeating a deployment changes nothing and succeeds.
"""

import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.artifacts import Artifact, artifact_of, ensure_bucket, upload
from infra.package import Package

APPLICATION = "ifotor"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
"""The template makes roles (never with fixed names) and is SAM, which CloudFormation expands."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
"""Between two looks: the local cloud is done in a second, an account in minutes."""

_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")

ClientFactory = Callable[[str], Any]
"""Makes the boto3 client of a service: `boto3.Session(...).client`, or the local cloud's."""


class DeployFailed(Exception):
    """The cloud refused, failed or rolled back; the message holds its reasons."""


class Declined(Exception):
    """The person asked did not want the changes; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a change set; `replacement` is True, False, Conditional or empty (additions)."""

    action: str
    logical_id: str
    resource_type: str
    replacement: str


Review = Callable[[Sequence[Change]], bool]
"""Sees the changes before they are made; False stops the deployment."""


def deploy(
    package: Package,
    *,
    client: ClientFactory,
    stack_name: str,
    parameters: Mapping[str, str] | None = None,
    review: Review = lambda _changes: True,
    artifacts_bucket: str | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, str]:
    """Bring a stack to what the package says, and return the stack's outputs by name.

    Args:
        package: from `infra.package.package`.
        client: makes boto3 clients for s3, cloudformation and sts, all of one account and region.
        stack_name: made when there is none of that name.
        parameters: values by name; those left out keep what the stack has, or their default.
        review: called once with the changes, unless there are none.
        artifacts_bucket: where bundle and template go, made when missing: private and TLS only.
            By default one bucket per account and region.
        pause: waits that many seconds.
    Raises:
        Declined: `review` answered False.
        DeployFailed: a parameter has no value, or CloudFormation refused, failed or rolled back.
    """
    template, url = _upload(package, client, artifacts_bucket)
    cloudformation = client("cloudformation")
    stack = _Stack(cloudformation, stack_name, pause)
    kept = kept_parameters(cloudformation, stack_name)
    values = choose_parameters(template, parameters or {}, kept)
    change_set = stack.propose(url, values, package.stage)
    if change_set is not None:
        if not review(stack.changes(change_set)):
            stack.forget(change_set)
            raise Declined("Nothing was changed.")
        stack.execute(change_set)
    return stack.outputs()


def _upload(
    package: Package, client: ClientFactory, bucket: str | None
) -> tuple[dict[str, Any], str]:
    """Put bundle and template into the artifacts bucket; return the template and its address."""
    s3 = client("s3")
    account = str(client("sts").get_caller_identity()["Account"])
    region = str(s3.meta.region_name)
    bucket = bucket or f"{APPLICATION}-artifacts-{account}-{region}"
    ensure_bucket(s3, bucket, owner=account, region=region)
    bundle = artifact_of("bundles", package.bundle.read_bytes(), suffix=".zip")
    template = template_with_code(package, bucket, bundle)
    document = artifact_of("templates", json.dumps(template).encode(), suffix=".json")
    for artifact in (bundle, document):
        upload(s3, bucket, artifact, owner=account)
    return template, f"{s3.meta.endpoint_url}/{bucket}/{document.key}"


def template_with_code(package: Package, bucket: str, bundle: Artifact) -> dict[str, Any]:
    """Read the package's template with every function's code pointing at the uploaded bundle."""
    template: dict[str, Any] = json.loads(package.template.read_text(encoding="utf-8"))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": bundle.key}
    return template


def choose_parameters(
    template: Mapping[str, Any], given: Mapping[str, str], kept: frozenset[str]
) -> list[dict[str, Any]]:
    """Decide each parameter: the value given, else what the stack has (`kept`), else its default.

    Raises:
        DeployFailed: a parameter has none of the three, or one was given that the template has not.
    """
    declared: Mapping[str, Any] = template.get("Parameters", {})
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise DeployFailed(f"The template has no parameter {', '.join(unknown)}.")
    chosen: list[dict[str, Any]] = []
    for name, declaration in declared.items():
        if name in given:
            chosen.append({"ParameterKey": name, "ParameterValue": given[name]})
        elif name in kept:
            chosen.append({"ParameterKey": name, "UsePreviousValue": True})
        elif "Default" not in declaration:
            raise DeployFailed(f"The parameter {name} has no value: {declaration['Description']}.")
    return chosen


def kept_parameters(cloudformation: Any, stack_name: str) -> frozenset[str]:
    """Name the parameters whose values the stack can keep; none when there is no such stack yet."""
    stack = _find_stack(cloudformation, stack_name) or {}
    return frozenset(row["ParameterKey"] for row in stack.get("Parameters", []))


def _find_stack(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """Find a stack in which something was ever made."""
    try:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        # CloudFormation has no code of its own for this, only ValidationError and these words.
        if "does not exist" in error.response["Error"]["Message"]:
            return None
        raise
    return None if stack["StackStatus"] in ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE") else stack


class _Stack:
    """One stack and its change sets."""

    def __init__(self, cloudformation: Any, name: str, pause: Callable[[float], None]) -> None:
        self._cloudformation = cloudformation
        self._name = name
        self._pause = pause
        self._is_new = _find_stack(cloudformation, name) is None

    def propose(self, url: str, parameters: list[dict[str, Any]], stage: str) -> str | None:
        """Make a change set; return its name, or None when there is nothing to change."""
        name = f"{APPLICATION}-{secrets.token_hex(6)}"
        try:
            self._cloudformation.create_change_set(
                StackName=self._name,
                ChangeSetName=name,
                ChangeSetType="CREATE" if self._is_new else "UPDATE",
                TemplateURL=url,
                Parameters=parameters,
                Capabilities=CAPABILITIES,
                Tags=[
                    {"Key": "application", "Value": APPLICATION},
                    {"Key": "stage", "Value": stage},
                ],
            )
        except ClientError as error:
            # Such as a stack whose creation failed: it can only be deleted (ROLLBACK_COMPLETE).
            raise DeployFailed(error.response["Error"]["Message"]) from error
        seen = self._wait(lambda: self._describe(name), "Status", "CREATE_COMPLETE", "FAILED")
        if seen["Status"] == "CREATE_COMPLETE":
            return name
        reason = seen.get("StatusReason", "")
        self.forget(name)
        if any(words in reason for words in _NO_CHANGES):
            return None
        raise DeployFailed(f"CloudFormation refused the change set: {reason}")

    def changes(self, name: str) -> list[Change]:
        listed: list[Change] = []
        page: dict[str, Any] = self._describe(name)
        while True:
            for row in page.get("Changes", []):
                change = row["ResourceChange"]
                listed.append(
                    Change(
                        change["Action"],
                        change["LogicalResourceId"],
                        change["ResourceType"],
                        change.get("Replacement", ""),
                    )
                )
            if not page.get("NextToken"):
                return listed
            page = self._describe(name, NextToken=page["NextToken"])

    def forget(self, name: str) -> None:
        """Delete a change set, and the empty stack that proposing to a new one leaves behind."""
        self._cloudformation.delete_change_set(StackName=self._name, ChangeSetName=name)
        if self._is_new:
            self._cloudformation.delete_stack(StackName=self._name)

    def execute(self, name: str) -> None:
        self._cloudformation.execute_change_set(StackName=self._name, ChangeSetName=name)
        wanted = "CREATE_COMPLETE" if self._is_new else "UPDATE_COMPLETE"
        seen = self._wait(self._get, "StackStatus", wanted, "FAILED", "ROLLBACK_COMPLETE")
        if seen["StackStatus"] != wanted:
            reasons = "\n".join(self._reasons())
            raise DeployFailed(f"The stack ended as {seen['StackStatus']}.\n{reasons}".rstrip())

    def outputs(self) -> dict[str, str]:
        rows = self._get().get("Outputs", [])
        return {row["OutputKey"]: row["OutputValue"] for row in rows}

    def _wait(self, look: Callable[[], dict[str, Any]], field: str, *ends: str) -> dict[str, Any]:
        pause_s = FIRST_PAUSE_S
        while True:
            seen = look()
            if seen[field].endswith(ends) and not seen[field].endswith("IN_PROGRESS"):
                return seen
            self._pause(pause_s)
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)

    def _describe(self, name: str, **page: str) -> dict[str, Any]:
        described: dict[str, Any] = self._cloudformation.describe_change_set(
            StackName=self._name, ChangeSetName=name, **page
        )
        return described

    def _get(self) -> dict[str, Any]:
        rows = self._cloudformation.describe_stacks(StackName=self._name)["Stacks"]
        stack: dict[str, Any] = rows[0]
        return stack

    def _reasons(self) -> list[str]:
        events = self._cloudformation.describe_stack_events(StackName=self._name)["StackEvents"]
        return [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
            for event in reversed(events)
            if event["ResourceStatus"].endswith("FAILED")
        ]
