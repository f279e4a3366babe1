"""The parts become one merge file, and contradictions are found."""

from pathlib import Path

import pytest

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

    def test_stages_in_china_send_sms_through_a_gateway(self, root: Path) -> None:
        for stage in load_stages(root / "infra").values():
            assert stage.sms_sender == ("http" if stage.is_in_china else "sns")


class TestTags:
    def test_an_unknown_tag_is_refused(self, root: Path, tmp_path: Path) -> None:
        for part in (root / "infra").glob("*.yaml"):
            (tmp_path / part.name).write_text(part.read_text())
        (tmp_path / "queues.yaml").write_text("Resources: {Queue: !ImportValue Elsewhere}")

        with pytest.raises(TemplateError, match="ImportValue"):
            assemble(tmp_path, get_stage(tmp_path, "local"))
