"""The parts become one merge file, and contradictions are found."""

from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.settings import NEEDS, NOT_IN_CHINA, SMS_VARIABLES, SmsSenderKind, is_production
from infra.template import TemplateError, assemble, get_stage, load_stages, merge, partition_of


class TestMerge:
    def test_parts_join(self) -> None:
        assert merge({"A": {"x": 1}}, {"A": {"y": 2}, "B": 3}) == {"A": {"x": 1, "y": 2}, "B": 3}

    def test_two_parts_may_not_disagree(self) -> None:
        with pytest.raises(TemplateError, match=r"A\.x"):
            merge({"A": {"x": 1}}, {"A": {"x": 2}}, where="part")

    def test_neither_side_is_changed(self) -> None:
        left: dict[str, dict[str, int]] = {"A": {}}

        merge(left, {"A": {"x": 1}})["A"]["x"] = 2

        assert left == {"A": {}}


class TestStages:
    def test_every_stage_is_assembled(self, root: Path) -> None:
        stages = load_stages(root / "infra")

        assert list(stages) == ["local", "dev", "prod", "prod-cn"]
        assert all(assemble(root / "infra", stage)["Resources"] for stage in stages.values())

    def test_a_stage_that_is_not_there_is_named(self, root: Path) -> None:
        with pytest.raises(TemplateError, match=r"no stage 'staging'.*local, dev, prod, prod-cn"):
            get_stage(root / "infra", "staging")

    def test_no_stage_is_in_two_partitions(self, root: Path) -> None:
        for stage in load_stages(root / "infra").values():
            assert len({partition_of(region) for region in stage.regions}) == 1

    @pytest.mark.parametrize("sender", SmsSenderKind)
    def test_every_sender_has_a_part_that_tells_what_settings_need(
        self, root: Path, sender: SmsSenderKind
    ) -> None:
        stage = replace(get_stage(root / "infra", "dev"), sms_sender=sender)
        template = assemble(root / "infra", stage)

        variables = template["Globals"]["Function"]["Environment"]["Variables"]
        assert NEEDS[sender] <= set(variables)
        assert {name for name in variables if name.startswith("SMS_")} - {"SMS_SENDER"} <= (
            SMS_VARIABLES
        )

    @pytest.mark.parametrize("sender", SmsSenderKind)
    def test_what_settings_refuse_in_china_is_not_even_packaged(
        self, root: Path, sender: SmsSenderKind
    ) -> None:
        stage = replace(get_stage(root / "infra", "prod-cn"), sms_sender=sender)
        if sender in NOT_IN_CHINA:
            with pytest.raises(TemplateError, match="AWS sends no texts from China"):
                assemble(root / "infra", stage)
        else:
            assert assemble(root / "infra", stage)["Resources"]["SmsPolicy"]


class TestTestNumbers:
    def test_only_stages_without_people_can_have_them(self, root: Path) -> None:
        for stage in load_stages(root / "infra").values():
            template = assemble(root / "infra", stage)

            assert stage.is_production == is_production(stage.name)
            assert ("TestNumbers" in template["Parameters"]) is not stage.is_production
            assert ("TEST_NUMBERS" in str(template)) is not stage.is_production

    @pytest.mark.parametrize("name", ["prod", "prod-cn"])
    def test_production_cannot_get_them_by_the_back_door(self, root: Path, name: str) -> None:
        variables = {"Environment": {"Variables": {"TEST_NUMBERS": "[]"}}}
        stage = get_stage(root / "infra", name)
        sneaky = replace(stage, overlay=stage.overlay | {"Globals": {"Function": variables}})

        with pytest.raises(TemplateError, match=f"{name} is production"):
            assemble(root / "infra", sneaky)


class TestLogins:
    PROVIDERS = ("wechat", "alipay")

    @pytest.mark.parametrize("provider", PROVIDERS)
    def test_one_that_is_offered_may_read_its_own_secret(self, root: Path, provider: str) -> None:
        stage = replace(get_stage(root / "infra", "prod"), logins=(provider,))
        template = assemble(root / "infra", stage)

        variables = template["Globals"]["Function"]["Environment"]["Variables"]
        assert {name for name in variables if name.startswith("LOGIN_")} == {
            f"LOGIN_{provider.upper()}"
        }
        policy = f"{provider.title()}LoginPolicy"
        assert template["Resources"][policy]["Properties"]["Roles"] == [{"Ref": "ApiHandlerRole"}]

    def test_only_stages_without_people_may_ask_elsewhere_who_somebody_is(self, root: Path) -> None:
        for stage in load_stages(root / "infra").values():
            template = assemble(root / "infra", stage)

            assert ("LOGIN_ADDRESSES" in str(template)) is not stage.is_production

    @pytest.mark.parametrize("name", ["prod", "prod-cn"])
    def test_production_cannot_by_the_back_door_either(self, root: Path, name: str) -> None:
        variables = {"Environment": {"Variables": {"LOGIN_ADDRESSES": "{}"}}}
        stage = get_stage(root / "infra", name)
        sneaky = replace(stage, overlay=stage.overlay | {"Globals": {"Function": variables}})

        with pytest.raises(TemplateError, match=f"{name} is production"):
            assemble(root / "infra", sneaky)


class TestTags:
    def test_an_unknown_tag_is_refused(self, root: Path, tmp_path: Path) -> None:
        for part in (root / "infra").glob("*.yaml"):
            (tmp_path / part.name).write_text(part.read_text())
        (tmp_path / "queues.yaml").write_text("Resources: {Queue: !ImportValue Elsewhere}")

        with pytest.raises(TemplateError, match="ImportValue"):
            assemble(tmp_path, get_stage(tmp_path, "local"))


class TestHumanCheck:
    def test_stage_that_asks_for_it_needs_the_secret_and_may_read_it(self, root: Path) -> None:
        stage = replace(get_stage(root / "infra", "prod"), human_check="turnstile")
        template = assemble(root / "infra", stage)

        variables = template["Globals"]["Function"]["Environment"]["Variables"]
        assert variables["HUMAN_CHECK"] == "turnstile"
        assert "Default" not in template["Parameters"]["TurnstileSecretArn"]
        assert template["Resources"]["HumanCheckPolicy"]["Properties"]["Roles"]

    def test_no_stage_asks_for_it_by_itself(self, root: Path) -> None:
        for stage in load_stages(root / "infra").values():
            assert stage.human_check == "none"


def test_texts_go_to_china_alone_from_china(root: Path) -> None:
    stages = load_stages(root / "infra")

    assert stages["prod-cn"].settings["ALLOWED_COUNTRIES"] == "86"
