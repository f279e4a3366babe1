"""A deployment shows what it changes, changes nothing unasked, and says why it failed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from infra.deploy import Change, Declined, DeployFailed, deploy
from infra.package import Package
from tests.infra.fakes import ACCOUNT, REGION, FakeBucket, FakeCloud
from tests.infra.reading import Template

BUCKET = f"ifotor-artifacts-{ACCOUNT}-{REGION}"
STACK = "ifotor-dev"


@pytest.fixture
def cloud() -> FakeCloud:
    return FakeCloud()


@pytest.fixture
def small_package(tmp_path: Path) -> Package:
    """Two resources and a parameter without a default."""
    template: Template = {
        "Parameters": {"WebOrigin": {"Type": "String", "Description": "Origin of the page"}},
        "Resources": {
            "APIHandler": {
                "Type": "AWS::Serverless::Function",
                "Properties": {"CodeUri": "bundle-0.zip"},
            },
            "Queue": {"Type": "AWS::SQS::Queue"},
        },
    }
    (tmp_path / "template.json").write_text(json.dumps(template))
    (tmp_path / "bundle-0.zip").write_bytes(b"code")
    return Package("dev", tmp_path / "template.json", tmp_path / "bundle-0.zip", 4, None)


def run(
    cloud: FakeCloud, package: Package, origin: str | None = "https://a.example", **more: bool
) -> list[Change]:
    """Deploy, and return the changes that were shown."""
    seen: list[Change] = []

    def review(changes: Sequence[Change]) -> bool:
        seen.extend(changes)
        return more.get("agree", True)

    outputs = deploy(
        package,
        client=cloud.client,
        stack_name=STACK,
        parameters={"WebOrigin": origin} if origin else {},
        review=review,
        pause=cloud.pause,
    )
    assert outputs == {"Name": STACK}
    return seen


class TestDeploying:
    def test_the_first_time_makes_the_stack(self, cloud: FakeCloud, small_package: Package) -> None:
        changes = run(cloud, small_package)

        assert [(change.action, change.logical_id) for change in changes] == [
            ("Add", "APIHandler"),
            ("Add", "Queue"),
        ]
        assert cloud.cloudformation.stacks[STACK].status == "CREATE_COMPLETE"

    def test_the_functions_run_the_bundle_that_was_uploaded(
        self, cloud: FakeCloud, small_package: Package
    ) -> None:
        run(cloud, small_package)

        resources = cloud.cloudformation.stacks[STACK].template["Resources"]
        code = resources["APIHandler"]["Properties"]["CodeUri"]
        assert cloud.s3.buckets[code["Bucket"]].objects[code["Key"]] == b"code"

    def test_a_repeat_changes_nothing_and_succeeds(
        self, cloud: FakeCloud, small_package: Package
    ) -> None:
        run(cloud, small_package)
        writes = cloud.s3.buckets[BUCKET].writes

        assert run(cloud, small_package) == []
        assert cloud.s3.buckets[BUCKET].writes == writes
        assert cloud.cloudformation.stacks[STACK].change_sets == {}

    def test_a_change_updates_the_stack(self, cloud: FakeCloud, small_package: Package) -> None:
        run(cloud, small_package)
        small_package.bundle.write_bytes(b"other code")

        changes = run(cloud, small_package)

        assert {change.action for change in changes} == {"Modify"}
        assert cloud.cloudformation.stacks[STACK].status == "UPDATE_COMPLETE"

    def test_waiting_gets_slower(self, cloud: FakeCloud, small_package: Package) -> None:
        run(cloud, small_package)

        assert 0 < cloud.waited_s < 1


class TestParameters:
    def test_one_without_a_value_is_named(self, cloud: FakeCloud, small_package: Package) -> None:
        with pytest.raises(DeployFailed, match="WebOrigin has no value: Origin of the page"):
            run(cloud, small_package, origin=None)

        assert cloud.cloudformation.stacks == {}

    def test_the_stack_keeps_what_is_not_given(
        self, cloud: FakeCloud, small_package: Package
    ) -> None:
        run(cloud, small_package, origin="https://a.example")
        small_package.bundle.write_bytes(b"other code")

        run(cloud, small_package, origin=None)

        assert cloud.cloudformation.stacks[STACK].parameters == {"WebOrigin": "https://a.example"}

    def test_one_that_is_not_there_is_refused(
        self, cloud: FakeCloud, small_package: Package
    ) -> None:
        with pytest.raises(DeployFailed, match="no parameter Typo"):
            deploy(
                small_package,
                client=cloud.client,
                stack_name=STACK,
                parameters={"Typo": "x"},
                pause=cloud.pause,
            )


class TestDeclining:
    def test_nothing_is_left_of_a_new_stack(self, cloud: FakeCloud, small_package: Package) -> None:
        with pytest.raises(Declined):
            run(cloud, small_package, agree=False)

        assert cloud.cloudformation.stacks == {}

    def test_a_stack_stays_as_it_was(self, cloud: FakeCloud, small_package: Package) -> None:
        run(cloud, small_package)
        before = replace(cloud.cloudformation.stacks[STACK])
        small_package.bundle.write_bytes(b"other code")

        with pytest.raises(Declined):
            run(cloud, small_package, agree=False)

        assert cloud.cloudformation.stacks[STACK] == before


class TestFailing:
    def test_a_rollback_names_its_reasons(self, cloud: FakeCloud, small_package: Package) -> None:
        cloud.cloudformation.fails_with = "Bucket already exists"

        with pytest.raises(DeployFailed) as failed:
            run(cloud, small_package)

        assert str(failed.value) == (
            "The stack ended as ROLLBACK_COMPLETE.\nBucket: Bucket already exists"
        )

    def test_a_rolled_back_update_is_a_failure(
        self, cloud: FakeCloud, small_package: Package
    ) -> None:
        run(cloud, small_package)
        small_package.bundle.write_bytes(b"other code")
        cloud.cloudformation.fails_with = "no such permission"

        with pytest.raises(DeployFailed, match="UPDATE_ROLLBACK_COMPLETE"):
            run(cloud, small_package)

    def test_a_refused_change_set_leaves_nothing(
        self, cloud: FakeCloud, small_package: Package
    ) -> None:
        cloud.cloudformation.refuses_with = "Template format error"

        with pytest.raises(DeployFailed, match="Template format error"):
            run(cloud, small_package)

        assert cloud.cloudformation.stacks == {}

    def test_a_stack_that_was_never_made_must_be_deleted_first(
        self, cloud: FakeCloud, small_package: Package
    ) -> None:
        cloud.cloudformation.fails_with = "Bucket already exists"
        with pytest.raises(DeployFailed):
            run(cloud, small_package)

        with pytest.raises(DeployFailed, match="can not be updated"):
            run(cloud, small_package)


class TestArtifacts:
    def test_the_bucket_is_private_and_speaks_tls_alone(
        self, cloud: FakeCloud, small_package: Package
    ) -> None:
        run(cloud, small_package)

        bucket = cloud.s3.buckets[BUCKET]
        [statement] = bucket.policy["Statement"]
        assert bucket.is_private
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert f"arn:aws:s3:::{BUCKET}/*" in statement["Resource"]

    def test_a_bucket_of_somebody_else_gets_nothing(
        self, cloud: FakeCloud, small_package: Package
    ) -> None:
        cloud.s3.buckets[BUCKET] = FakeBucket(owner="999999999999")

        with pytest.raises(ClientError, match="403"):
            run(cloud, small_package)

        assert cloud.s3.buckets[BUCKET].objects == {}
