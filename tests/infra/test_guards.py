"""A deployment to an account is refused when something about it cannot be checked or is wrong."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import NoCredentialsError

from infra.__main__ import REFUSED, main
from infra.guards import Target, refuse_caller, refuse_package, refuse_target, refuse_tree
from infra.package import Package
from infra.template import get_stage
from tests.infra.fakes import FakeSts

ACCOUNT = "123456789012"
ORIGIN = {"WebOrigin": "https://photos.example"}
MESSAGING = f"arn:aws:sms-voice:us-east-1:{ACCOUNT}"
END_USER_MESSAGING = {
    "SmsOriginationIdentityArn": f"{MESSAGING}:pool/pool-0123456789abcdef",
    "SmsConfigurationSetArn": f"{MESSAGING}:configuration-set/codes",
    "SmsProtectConfigurationArn": f"{MESSAGING}:protect-configuration/protect-0123",
}


@pytest.fixture
def target(root: Path) -> Target:
    return Target(stage=get_stage(root / "infra", "dev"), account=ACCOUNT, region="us-east-1")


@pytest.fixture
def china(root: Path) -> Target:
    stage = get_stage(root / "infra", "prod-cn")
    return Target(stage=stage, account=ACCOUNT, region="cn-north-1")


@pytest.fixture
def package(packaged: dict[str, Package]) -> Package:
    """Dev's package, loadable by any runtime."""
    return replace(packaged["dev"], glibc=None)


def clean(_path: Path, _region: str) -> list[str]:
    return []


class TestTarget:
    def test_a_complete_one_is_taken(self, target: Target) -> None:
        assert refuse_target(target) == []

    @pytest.mark.parametrize("account", ["", "12345", "1234567890123", "production"])
    def test_the_account_must_be_named(self, target: Target, account: str) -> None:
        [sentence] = refuse_target(replace(target, account=account))

        assert "twelve digits" in sentence

    @pytest.mark.parametrize("region", ["", "eu-west-1", "cn-north-1"])
    def test_the_region_must_be_one_of_the_stages(self, target: Target, region: str) -> None:
        [sentence] = refuse_target(replace(target, region=region))

        assert sentence == "The stage dev is for us-east-1 or ap-southeast-1: name one of them " + (
            "with REGION=."
        )

    def test_the_local_stage_never_goes_to_an_account(self, root: Path, target: Target) -> None:
        [sentence] = refuse_target(replace(target, stage=get_stage(root / "infra", "local")))

        assert "make run" in sentence


class TestCaller:
    def test_credentials_of_the_account_are_taken(self, target: Target) -> None:
        assert refuse_caller(target, FakeSts(ACCOUNT)) == []

    def test_credentials_of_another_account_are_refused(self, target: Target) -> None:
        [sentence] = refuse_caller(target, FakeSts("999999999999"))

        assert sentence == f"The credentials are of account 999999999999, not of {ACCOUNT}."

    def test_credentials_of_another_partition_are_refused(self, china: Target) -> None:
        [sentence] = refuse_caller(china, FakeSts(ACCOUNT, partition="aws"))

        assert sentence == "The credentials are of the partition aws; cn-north-1 is in aws-cn."
        assert refuse_caller(china, FakeSts(ACCOUNT, partition="aws-cn")) == []

    def test_without_credentials_nothing_is_tried(self, target: Target) -> None:
        class Nobody:
            def get_caller_identity(self) -> dict[str, str]:
                raise NoCredentialsError

        [sentence] = refuse_caller(target, Nobody())

        assert sentence.endswith("Unable to locate credentials")


class TestTree:
    def test_a_committed_tree_is_taken(self, tmp_path: Path) -> None:
        assert refuse_tree(tmp_path, git=lambda _root: "") == []

    def test_changes_are_named(self, tmp_path: Path) -> None:
        [sentence] = refuse_tree(tmp_path, git=lambda _root: " M app.py\n?? new.py\n")

        assert "2 files differ" in sentence
        assert "app.py, new.py" in sentence

    def test_a_folder_that_git_does_not_know_is_refused(self, tmp_path: Path) -> None:
        [sentence] = refuse_tree(tmp_path)

        assert "not a git checkout" in sentence

    def test_git_itself_is_asked(self, tmp_path: Path) -> None:
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        assert refuse_tree(tmp_path) == []

        (tmp_path / "new.py").touch()

        assert "new.py" in refuse_tree(tmp_path)[0]


class TestPackage:
    def test_a_good_one_is_taken(self, package: Package, target: Target) -> None:
        assert refuse_package(package, target, ORIGIN, findings=clean) == []

    def test_the_origin_of_the_page_must_be_given_once(
        self, package: Package, target: Target
    ) -> None:
        [sentence] = refuse_package(package, target, {}, findings=clean)

        assert sentence.startswith("The parameter WebOrigin has no value")
        kept = frozenset({"WebOrigin"})
        assert refuse_package(package, target, {}, kept=kept, findings=clean) == []

    @pytest.mark.parametrize("origin", ["http://photos.example", "https://a.example/page", "*"])
    def test_only_an_https_origin_is_one(
        self, package: Package, target: Target, origin: str
    ) -> None:
        [sentence] = refuse_package(package, target, {"WebOrigin": origin}, findings=clean)

        assert "WebOrigin does not look like" in sentence

    def test_a_misspelt_parameter_is_refused(self, package: Package, target: Target) -> None:
        given = ORIGIN | {"SmsGateway": "x"}

        [sentence] = refuse_package(package, target, given, findings=clean)

        assert sentence == "There is no parameter SmsGateway."

    def test_sns_is_refused_in_china(self, package: Package, target: Target) -> None:
        in_china = replace(target, region="cn-north-1")

        [sentence] = refuse_package(package, in_china, ORIGIN, findings=clean)

        assert sentence.startswith("AWS sends no SMS from the China regions")

    def test_end_user_messaging_is_refused_in_china(
        self, packaged: dict[str, Package], target: Target
    ) -> None:
        package = replace(packaged["prod"], glibc=None)
        given = ORIGIN | END_USER_MESSAGING

        [sentence] = refuse_package(
            package, replace(target, region="cn-north-1"), given, findings=clean
        )

        assert sentence.startswith("AWS sends no SMS from the China regions")

    def test_prod_needs_what_it_sends_from_and_under_which_rules(
        self, packaged: dict[str, Package], target: Target
    ) -> None:
        package = replace(packaged["prod"], glibc=None)

        sentences = refuse_package(package, target, ORIGIN, findings=clean)

        assert {sentence.split()[2] for sentence in sentences} == set(END_USER_MESSAGING)
        given = ORIGIN | END_USER_MESSAGING
        assert refuse_package(package, target, given, findings=clean) == []
        for wrong in ({"SmsOriginationIdentityArn": "*"}, {"SmsMaxPriceUsd": "cheap"}):
            [sentence] = refuse_package(package, target, given | wrong, findings=clean)
            assert "does not look like" in sentence

    @pytest.mark.parametrize("stage", ["prod", "prod-cn"])
    def test_production_takes_no_test_numbers(
        self, packaged: dict[str, Package], target: Target, stage: str
    ) -> None:
        given = ORIGIN | {"TestNumbers": "[]"}

        sentences = refuse_package(packaged[stage], target, given, findings=clean)

        assert "There is no parameter TestNumbers." in sentences

    def test_china_needs_its_template_its_logins_and_their_keys(
        self, packaged: dict[str, Package], china: Target
    ) -> None:
        package = replace(packaged["prod-cn"], glibc=None)

        sentences = refuse_package(package, china, ORIGIN, findings=clean)

        assert [sentence.split()[2] for sentence in sentences] == [
            *("SmsTencentAppId", "SmsTencentSignName", "SmsTencentTemplateId"),
            *("SmsTencentGuardianTemplateId", "SmsTencentChangeTemplateId"),
            "SmsTencentWarningTemplateId",
            "SmsTencentSecretArn",
            *("WechatLoginAppId", "WechatLoginSecretArn"),
            *("AlipayLoginAppId", "AlipayLoginSecretArn"),
        ]

    def test_what_cfn_lint_finds_is_shown(self, package: Package, target: Target) -> None:
        def finding(path: Path, region: str) -> list[str]:
            return [f"E0000 {path.name} {region}"]

        assert refuse_package(package, target, ORIGIN, findings=finding) == [
            "cfn-lint: E0000 template.json us-east-1"
        ]

    @pytest.mark.parametrize(
        ("runtime", "glibc", "is_refused"),
        [
            ("python3.11", (2, 27), True),
            ("python3.11", (2, 17), False),
            ("python3.13", (2, 27), False),
            ("python3.13", (2, 38), True),
            ("python3.11", None, False),
        ],
    )
    def test_wheels_that_the_runtime_cannot_load_are_refused(
        self,
        package: Package,
        target: Target,
        tmp_path: Path,
        runtime: str,
        glibc: tuple[int, int] | None,
        is_refused: bool,
    ) -> None:
        template = json.loads(package.template.read_text())
        for resource in template["Resources"].values():
            if "Runtime" in resource.get("Properties", {}):
                resource["Properties"]["Runtime"] = runtime
        (tmp_path / "template.json").write_text(json.dumps(template))
        with_wheels = replace(package, template=tmp_path / "template.json", glibc=glibc)

        sentences = refuse_package(with_wheels, target, ORIGIN, findings=clean)

        assert bool(sentences) is is_refused
        assert all("glibc" in sentence for sentence in sentences)


class TestCommandLine:
    def test_a_refusal_is_said_and_is_status_2(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["deploy", "--stage", "prod", "--region", "cn-north-1"]) == REFUSED == 2

        said = " ".join(capsys.readouterr().out.split())
        assert "twelve digits" in said
        assert "The stage prod is for us-east-1 or ap-southeast-1" in said

    def test_a_parameter_is_written_name_and_value(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            main(["deploy", "--stage", "prod", "--parameter", "WebOrigin"])

        assert "NAME=VALUE" in capsys.readouterr().err
