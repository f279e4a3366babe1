"""The schedule and everything that keeps data say the same: a drift on either side fails here."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib import keys
from chalicelib.clock import to_epoch_s
from chalicelib.credentials import NUMBER_KEPT
from chalicelib.identity.login_store import NEVER_S
from chalicelib.identity.tokens import SESSION_LIFETIME
from chalicelib.photos.model import GRANT_REMEMBERED, UPLOAD_LIFETIME
from chalicelib.retention import schedule
from chalicelib.retention.model import photo_expires_at
from chalicelib.retention.page import in_words, retention_page
from chalicelib.retention.rules import EndedBy, Months, Rule
from chalicelib.retention.schedule import DAY, HOUR, LIFECYCLE_DAYS, MINUTE, SCHEDULE
from chalicelib.storage import Key
from infra.template import TemplateError, assemble, get_stage
from tests.guests import come, upload
from tests.retention.half_years import all_starts, s3_expiry, six_months_after
from tests.retention.places import KEYS, place_of
from tests.world import BOB_PHONE, World

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_RESOURCE = {"Logs", "Backups", "Browser"}


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    """The resources of our own parts of the template, by logical id."""
    infra = ROOT / "infra"
    found: dict[str, Any] = assemble(infra, get_stage(infra, "prod"))["Resources"]
    return found


def named(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {n: one["Properties"] for n, one in resources.items() if one.get("Type") == kind}


def places() -> set[str]:
    return {place for rule in SCHEDULE for place in rule.places}


def rows_of_the_data_model() -> set[str]:
    text = (ROOT / "docs" / "data-model.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)
    return {
        f"{section.split()[0]}/{kind}"
        for section in sections
        if section.split()[0].endswith("Table")
        for kind in re.findall(r"^\| ([a-z][a-z ]*) \| `[A-Z]", section, re.MULTILINE)
    }


class TestNothingIsWithoutAClass:
    def test_every_kind_of_key_has_one(self) -> None:
        made = {
            name
            for name, value in vars(keys).items()
            if getattr(value, "__annotations__", {}).get("return") is Key
        }

        assert made == KEYS.keys()
        assert set(KEYS.values()) == {place for place in places() if "/" in place}

    def test_every_row_of_the_data_model_has_one(self) -> None:
        assert rows_of_the_data_model() == set(KEYS.values())

    def test_every_bucket_and_queue_has_one(self, resources: dict[str, Any]) -> None:
        kept = {*named(resources, "AWS::S3::Bucket"), *named(resources, "AWS::SQS::Queue")}

        assert kept == {place for place in places() if "/" not in place} - WITHOUT_RESOURCE

    def test_every_class_says_why_and_who(self) -> None:
        for rule in SCHEDULE:
            assert rule.data, rule
            assert rule.places, rule
            assert bool(rule.clause) is (rule.ended_by is not EndedBy.NOBODY), rule
        assert len({rule.data for rule in SCHEDULE}) == len(SCHEDULE)

    def test_every_class_is_about_a_clause_of_the_policy(self) -> None:
        clauses = {clause for rule in SCHEDULE for clause in rule.clause.split(", ")} - {""}

        assert clauses <= {
            *("FD.1", "FD.3", "FD.4", "ST.0", "ST.1", "ST.2", "ST.3", "2.1.1", "2.1.2", "2.3"),
            *("I.2", "CK.1", "CK.7", "SE.1", "SE.2", "SE.7"),
        }


class TestTemplate:
    def test_lifecycles_are_those_of_the_schedule(self, resources: dict[str, Any]) -> None:
        days: dict[str, list[int]] = {}
        for name, bucket in named(resources, "AWS::S3::Bucket").items():
            for rule in bucket["LifecycleConfiguration"]["Rules"]:
                opened = rule.get("AbortIncompleteMultipartUpload", {})
                days.setdefault(name, []).append(
                    rule.get("ExpirationInDays") or opened["DaysAfterInitiation"]
                )

        opened = LIFECYCLE_DAYS["open_uploads"]
        assert days == {
            "OriginalsBucket": [LIFECYCLE_DAYS["originals"], opened],
            "RenditionsBucket": [
                *(LIFECYCLE_DAYS["renditions"], LIFECYCLE_DAYS["chosen_renditions"]),
                LIFECYCLE_DAYS["tombstones"],
                opened,
            ],
        }

    def test_queues_keep_messages_as_long_as_the_schedule(self, resources: dict[str, Any]) -> None:
        for name, queue in named(resources, "AWS::SQS::Queue").items():
            [rule] = [rule for rule in SCHEDULE if name in rule.places]
            assert queue["MessageRetentionPeriod"] == rule.period.total_seconds(), name
            assert MINUTE <= rule.period <= 14 * DAY, "what SQS takes"

    def test_log_groups_keep_lines_as_long_as_the_schedule(self, resources: dict[str, Any]) -> None:
        groups = [one for name, one in resources.items() if name.endswith(("Logs", "LogGroup"))]
        config = json.loads((ROOT / ".chalice" / "config.json").read_text())

        assert len(groups) == len(config["lambda_functions"]) + 1, "the gateway's"
        days = {group["Properties"]["RetentionInDays"] for group in groups}
        assert days == {schedule.LOGS.period.days, config["log_retention_in_days"]}

    def test_tables_are_backed_up_for_the_days_of_the_schedule(
        self, resources: dict[str, Any]
    ) -> None:
        """35 is what DynamoDB takes where nothing is said (API reference, read 2026-11)."""
        for table in named(resources, "AWS::DynamoDB::Table").values():
            recovery = table["PointInTimeRecoverySpecification"]
            assert recovery.get("RecoveryPeriodInDays", 35) == schedule.BACKUPS.period.days

    @pytest.mark.parametrize("tag", ["!Days NOTHING", "!Seconds DAY", "!Days PHOTOS", "!No x"])
    def test_a_period_that_is_not_in_the_schedule_stops_the_packaging(
        self, tmp_path: Path, tag: str
    ) -> None:
        for part in (ROOT / "infra").glob("*.yaml"):
            (tmp_path / part.name).write_text(part.read_text(encoding="utf-8"), encoding="utf-8")
        (tmp_path / "logs.yaml").write_text(f"Resources: {{A: {tag}}}", encoding="utf-8")

        with pytest.raises((TemplateError, TypeError)):
            assemble(tmp_path, get_stage(tmp_path, "prod"))


class TestRows:
    """What is written ends when the schedule says, by the time to live in the row itself."""

    @pytest.fixture
    def lived_in(self, world: World) -> World:
        user_id = world.log_in()
        world.log_in()
        world.deliver(user_id, world.upload(user_id))
        world.challenges.send_code(BOB_PHONE)
        guest = come(world)
        upload(world, guest)
        return world

    def test_end_when_the_schedule_says(self, lived_in: World) -> None:
        now, seen = lived_in.clock.now(), set()
        for table in ("AccountsTable", "PhotosTable"):
            for row in lived_in.rows(table):
                place = place_of(table, row)
                seen.add(place)
                assert row.get("ttl") in ends_of(place, row, now), row

        assert {"PhotosTable/photo", "PhotosTable/grant", "AccountsTable/limit"} <= seen
        assert len(seen) >= 10

    def test_no_time_to_live_is_written_beside_the_schedule(self) -> None:
        sources = (ROOT / "chalicelib").rglob("*.py")
        ttl = re.compile(r'"ttl"[^\n]*timedelta\(')

        assert not [path for path in sources if ttl.search(path.read_text(encoding="utf-8"))]


def ends_of(place: str, row: dict[str, Any], now: Any) -> set[int | None]:
    """When a row that was just written may end, in epoch seconds; None where it never does."""
    rules = [rule for rule in SCHEDULE if place in rule.places]
    match place:
        case "PhotosTable/photo":
            by_state = now + schedule.AWAITED.period, photo_expires_at(now)
            return {to_epoch_s(end + schedule.TTL_SLACK) for end in by_state}
        case "PhotosTable/guest mark" | "PhotosTable/cursor":
            return {None}
        case "AccountsTable/number" if "user_id" in row:
            return {NEVER_S}
        case "AccountsTable/profile" if "guest_until" not in row:
            return {None}
        case "AccountsTable/profile":
            return {to_epoch_s(now + schedule.GUESTS.period + schedule.GUEST_MARGIN)}
        case "AccountsTable/session" if "guest_until" in row:
            return {to_epoch_s(now + schedule.GUESTS.period)}
    return {
        to_epoch_s(now + rule.period) if isinstance(rule.kept, timedelta) else None
        for rule in rules
    }


class TestPeriodsFitTogether:
    def test_a_form_is_over_before_its_photo_is_given_up(self) -> None:
        assert UPLOAD_LIFETIME < schedule.AWAITED.period <= schedule.UPLOAD_MESSAGES.period

    def test_a_repeat_is_known_while_its_photo_waits(self) -> None:
        assert GRANT_REMEMBERED == schedule.REQUESTS.period >= UPLOAD_LIFETIME

    def test_the_last_photo_of_a_locked_account_goes_first(self) -> None:
        assert schedule.LOCKED.period > schedule.LONGEST_SIX_MONTHS

    def test_a_session_is_kept_no_longer_than_it_works(self) -> None:
        assert schedule.SESSIONS.period < SESSION_LIFETIME == 90 * DAY
        assert "90 days" in schedule.SESSIONS.data

    def test_the_browser_forgets_with_the_schedule(self) -> None:
        assert schedule.REMEMBERED.period == NUMBER_KEPT

    def test_the_longest_half_year_is_the_longest_there_is(self) -> None:
        half_years = {six_months_after(start) - start for start in all_starts()}

        assert max(half_years) == schedule.LONGEST_SIX_MONTHS
        assert min(half_years) == 181 * DAY

    def test_the_backstop_of_renditions_is_never_early(self) -> None:
        days = LIFECYCLE_DAYS["renditions"]

        assert all(s3_expiry(start, days) >= six_months_after(start) for start in all_starts())
        assert any(s3_expiry(start, 183) < six_months_after(start) for start in all_starts())

    def test_the_calendar_has_a_second_opinion(self) -> None:
        assert all(photo_expires_at(start) == six_months_after(start) for start in all_starts())


class TestPage:
    def test_is_printed_from_the_schedule(self) -> None:
        written = (ROOT / "docs" / "retention.md").read_text(encoding="utf-8")

        assert written == retention_page(), "python -m chalicelib.retention > docs/retention.md"

    @pytest.mark.parametrize(
        ("kept", "words"),
        [
            (10 * MINUTE, "10 minutes"),
            (1 * HOUR, "1 hour"),
            (36 * HOUR, "36 hours"),
            (365 * DAY, "365 days"),
            (1096 * DAY, "3 years"),
            (Months(6), "6 calendar months"),
            ("as long as", "as long as"),
        ],
    )
    def test_says_periods_as_people_do(self, kept: timedelta | Months | str, words: str) -> None:
        assert in_words(kept) == words


def test_a_class_without_a_period_has_none_to_take() -> None:
    with pytest.raises(TypeError):
        Rule("x", "T/x", "y", Months(6)).period  # noqa: B018 - the question is what is tested
