"""The line of a counted event is its metric: what is declared is emitted, and names nobody."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.metrics import DIMENSIONS, METRICS, STAGE, Metric
from chalicelib.observability import LOG_FIELDS, JsonLog, counted

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "chalicelib"
WRITTEN = re.compile(r'(?:\.record\(\s*|\bfailed=)"(\w+)"')


def written_in(folder: Path) -> set[str]:
    """Return the events that the code of a folder records by name."""
    return {
        event
        for path in folder.rglob("*.py")
        for event in WRITTEN.findall(path.read_text(encoding="utf-8"))
    }


@pytest.fixture
def write(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: Any
) -> Callable[..., dict[str, Any]]:
    """Record an event through Powertools and read its line back."""
    # A logger keeps the output it was made with, and there is one for each service.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", request.node.name)

    def record(event: str, **fields: Any) -> dict[str, Any]:
        JsonLog("dev").record(event, **fields)
        line: dict[str, Any] = json.loads(capsys.readouterr().out)
        return line

    return record


class TestTable:
    def test_every_metric_has_code_that_emits_it(self) -> None:
        assert METRICS.keys() <= written_in(LIBRARY)

    def test_every_event_of_identity_is_counted(self) -> None:
        assert written_in(LIBRARY / "identity") <= METRICS.keys()

    def test_no_two_events_are_counted_as_one(self) -> None:
        names = [name for metric in METRICS.values() for name in metric.units]

        assert len(set(names)) == len(names)

    def test_a_value_is_that_of_a_listed_field(self) -> None:
        further = {one.of for metric in METRICS.values() for one in metric.also}

        assert {metric.of for metric in METRICS.values() if metric.of} | further <= LOG_FIELDS

    def test_a_metric_is_split_by_names_of_ours_only(self) -> None:
        splits = {metric.by for metric in METRICS.values() if metric.by}

        assert splits <= DIMENSIONS <= LOG_FIELDS
        assert not DIMENSIONS & {"user", "photo_id", "request_id", "route", "location"}


class TestLine:
    @pytest.mark.parametrize("event", METRICS)
    def test_is_in_the_form_that_cloudwatch_reads(
        self, event: str, write: Callable[..., dict[str, Any]]
    ) -> None:
        """Amazon CloudWatch user guide, embedded metric format specification, read 2026-11."""
        metric = METRICS[event]
        fields: dict[str, str | int] = {metric.by: "codes_per_day"} if metric.by else {}
        for field in [metric.of, *(one.of for one in metric.also)]:
            if field:
                fields[field] = 17

        line = write(event, user="0011223344556677", **fields)

        [directive] = line["_aws"]["CloudWatchMetrics"]
        assert isinstance(line["_aws"]["Timestamp"], int)
        assert directive["Namespace"] == "ifotor"
        assert directive["Metrics"] == [
            {"Name": name, "Unit": unit} for name, unit in metric.units.items()
        ]
        assert line[metric.name] == (17 if metric.of else 1)
        assert all(line[one.name] == 17 for one in metric.also)
        assert (line["message"], line["user"]) == (event, "0011223344556677")

    def test_of_a_value_that_is_missing_is_nothing(self) -> None:
        line = counted(Metric("Ages", of="duration_ms", unit="Seconds"), {}, "dev")

        assert line["Ages"] == 0

    def test_of_a_job_that_decoded_nothing_has_no_peak(
        self, write: Callable[..., dict[str, Any]]
    ) -> None:
        line = write("job_ended", kind="upload", duration_ms=40, peak_mb=None)

        [directive] = line["_aws"]["CloudWatchMetrics"]
        assert directive["Dimensions"] == [[STAGE], [STAGE, "kind"]]
        assert [one["Name"] for one in directive["Metrics"]] == ["JobsEnded", "JobDuration"]

    def test_is_counted_for_the_stage_and_again_for_what_splits_it(
        self, write: Callable[..., dict[str, Any]]
    ) -> None:
        line = write("code_limited", limit="codes_per_day")

        [directive] = line["_aws"]["CloudWatchMetrics"]
        assert directive["Dimensions"] == [[STAGE], [STAGE, "limit"]]
        assert (line[STAGE], line["limit"]) == ("dev", "codes_per_day")

    def test_of_any_other_event_is_no_metric(self, write: Callable[..., dict[str, Any]]) -> None:
        line = write("uploads_granted")

        assert "_aws" not in line
        assert STAGE not in line
