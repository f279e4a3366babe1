"""A cloud in memory: as much of S3, STS and CloudFormation as a deployment speaks to."""

import json
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

ACCOUNT, REGION = "123456789012", "us-east-1"
NO_CHANGES = "The submitted information didn't contain changes. Submit different information."


@dataclass
class FakeMeta:
    region_name: str = REGION
    endpoint_url: str = "https://s3.invalid"


@dataclass
class FakeBucket:
    owner: str = ACCOUNT
    objects: dict[str, bytes] = field(default_factory=dict)
    writes: int = 0
    is_private: bool = False
    policy: dict[str, Any] = field(default_factory=dict)


@dataclass
class FakeS3:
    meta: FakeMeta = field(default_factory=FakeMeta)
    buckets: dict[str, FakeBucket] = field(default_factory=dict)

    def head_bucket(self, *, Bucket: str, ExpectedBucketOwner: str) -> None:
        self._bucket(Bucket, ExpectedBucketOwner)

    def create_bucket(self, *, Bucket: str, **_configuration: Any) -> None:
        self.buckets[Bucket] = FakeBucket()

    def put_public_access_block(
        self,
        *,
        Bucket: str,
        ExpectedBucketOwner: str,
        PublicAccessBlockConfiguration: dict[str, bool],
    ) -> None:
        bucket = self._bucket(Bucket, ExpectedBucketOwner)
        bucket.is_private = len(PublicAccessBlockConfiguration) == 4 and all(
            PublicAccessBlockConfiguration.values()
        )

    def put_bucket_policy(self, *, Bucket: str, ExpectedBucketOwner: str, Policy: str) -> None:
        self._bucket(Bucket, ExpectedBucketOwner).policy = json.loads(Policy)

    def head_object(self, *, Bucket: str, Key: str, ExpectedBucketOwner: str) -> None:
        if Key not in self._bucket(Bucket, ExpectedBucketOwner).objects:
            raise client_error("404", "Not Found")

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ExpectedBucketOwner: str) -> None:
        bucket = self._bucket(Bucket, ExpectedBucketOwner)
        bucket.objects[Key] = Body
        bucket.writes += 1

    def _bucket(self, name: str, expected_owner: str) -> FakeBucket:
        if name not in self.buckets:
            raise client_error("404", "Not Found")
        if self.buckets[name].owner != expected_owner:
            raise client_error("403", "Forbidden")
        return self.buckets[name]


@dataclass
class FakeSts:
    account: str = ACCOUNT
    partition: str = "aws"

    def get_caller_identity(self) -> dict[str, str]:
        arn = f"arn:{self.partition}:sts::{self.account}:assumed-role/deployer/session"
        return {"Account": self.account, "Arn": arn}


@dataclass
class FakeStack:
    status: str = "REVIEW_IN_PROGRESS"
    template: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    change_sets: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class FakeCloudFormation:
    """Takes two looks to finish anything, as the real one takes minutes."""

    s3: FakeS3
    stacks: dict[str, FakeStack] = field(default_factory=dict)
    fails_with: str = ""
    refuses_with: str = ""
    _unfinished: int = 0

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:
        if StackName not in self.stacks:
            raise client_error("ValidationError", f"Stack with id {StackName} does not exist")
        stack = self.stacks[StackName]
        if stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
            self._finish(stack)
        outputs = [{"OutputKey": "Name", "OutputValue": StackName}]
        parameters = [{"ParameterKey": key} for key in stack.parameters]
        row = {"StackStatus": stack.status, "Outputs": outputs, "Parameters": parameters}
        return {"Stacks": [row]}

    def create_change_set(
        self,
        *,
        StackName: str,
        ChangeSetName: str,
        ChangeSetType: str,
        TemplateURL: str,
        Parameters: list[dict[str, Any]],
        Capabilities: list[str],
        Tags: list[dict[str, str]],
    ) -> None:
        stack = self.stacks.setdefault(StackName, FakeStack())
        if stack.status == "ROLLBACK_COMPLETE":
            raise client_error("ValidationError", "ROLLBACK_COMPLETE state and can not be updated.")
        assert (ChangeSetType == "CREATE") is (stack.status == "REVIEW_IN_PROGRESS")
        bucket, _, key = TemplateURL.removeprefix(self.s3.meta.endpoint_url + "/").partition("/")
        template = json.loads(self.s3.buckets[bucket].objects[key])
        values = dict(stack.parameters)
        for row in Parameters:
            if not row.get("UsePreviousValue"):
                values[row["ParameterKey"]] = row["ParameterValue"]
        stack.change_sets[ChangeSetName] = {
            "template": template,
            "parameters": values,
            "reason": self.refuses_with
            or (NO_CHANGES if (template, values) == (stack.template, stack.parameters) else ""),
        }
        self._unfinished = 1

    def describe_change_set(
        self, *, StackName: str, ChangeSetName: str, NextToken: str = ""
    ) -> dict[str, Any]:
        stack = self.stacks[StackName]
        change_set = stack.change_sets[ChangeSetName]
        if self._unfinished:
            self._unfinished -= 1
            return {"Status": "CREATE_IN_PROGRESS"}
        if change_set["reason"]:
            return {"Status": "FAILED", "StatusReason": change_set["reason"]}
        names = sorted(change_set["template"]["Resources"])
        first, rest = names[:1], names[1:]
        shown = rest if NextToken else first
        page: dict[str, Any] = {
            "Status": "CREATE_COMPLETE",
            "Changes": [
                {
                    "ResourceChange": {
                        "Action": "Modify"
                        if name in stack.template.get("Resources", {})
                        else "Add",
                        "LogicalResourceId": name,
                        "ResourceType": change_set["template"]["Resources"][name]["Type"],
                    }
                }
                for name in shown
            ],
        }
        return page if NextToken or not rest else page | {"NextToken": "more"}

    def delete_change_set(self, *, StackName: str, ChangeSetName: str) -> None:
        del self.stacks[StackName].change_sets[ChangeSetName]

    def delete_stack(self, *, StackName: str) -> None:
        del self.stacks[StackName]

    def execute_change_set(self, *, StackName: str, ChangeSetName: str) -> None:
        stack = self.stacks[StackName]
        change_set = stack.change_sets.pop(ChangeSetName)
        is_new = stack.status == "REVIEW_IN_PROGRESS"
        stack.status = f"{'CREATE' if is_new else 'UPDATE'}_IN_PROGRESS"
        if not self.fails_with:
            stack.template = change_set["template"]
            stack.parameters = change_set["parameters"]
        self._unfinished = 1

    def describe_stack_events(self, *, StackName: str) -> dict[str, Any]:
        assert StackName in self.stacks
        failed = {"LogicalResourceId": "Bucket", "ResourceStatus": "CREATE_FAILED"}
        done = {"LogicalResourceId": "Queue", "ResourceStatus": "CREATE_COMPLETE"}
        return {"StackEvents": [failed | {"ResourceStatusReason": self.fails_with}, done]}

    def _finish(self, stack: FakeStack) -> None:
        if self._unfinished:
            self._unfinished -= 1
            return
        begun = stack.status.removesuffix("_IN_PROGRESS")
        if not self.fails_with:
            stack.status = f"{begun}_COMPLETE"
        else:
            rolled_back = "ROLLBACK_COMPLETE"
            stack.status = rolled_back if begun == "CREATE" else f"UPDATE_{rolled_back}"


class FakeCloud:
    def __init__(self) -> None:
        self.s3 = FakeS3()
        self.sts = FakeSts()
        self.cloudformation = FakeCloudFormation(self.s3)
        self.waited_s = 0.0

    def client(self, service: str) -> Any:
        return {"s3": self.s3, "sts": self.sts, "cloudformation": self.cloudformation}[service]

    def pause(self, seconds: float) -> None:
        self.waited_s += seconds


def client_error(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")
