"""Whoever acts as staff has a role, a name and a reason, and is in the register before acting."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.clock import to_epoch_s
from chalicelib.errors import AppError, InvalidRequest, NotFound
from chalicelib.retention.model import STAFF_REGISTER_KEPT
from chalicelib.staff.errors import NotStaff, ReferenceRequired
from chalicelib.staff.ports import Act
from chalicelib.staff.register_store import RegisterStore
from chalicelib.staff.registering import StaffRegister
from chalicelib.storage import ConditionFailed
from tests.fakes import START, FakeClock, FakeEntropy, FakeLog
from tests.memory import MemoryTable

ROLE = "arn:aws:sts::123456789012:assumed-role/ifotor-prod-FinanceStaffRole-1X/person-7"
CHINA_ROLE = ROLE.replace("arn:aws:", "arn:aws-cn:")
ORDER = "v0" * 16


@dataclass
class Desk:
    table: MemoryTable = field(default_factory=MemoryTable)
    clock: FakeClock = field(default_factory=FakeClock)
    log: FakeLog = field(default_factory=FakeLog)

    def __post_init__(self) -> None:
        self.store = RegisterStore(self.table)
        self.register = StaffRegister(
            store=self.store, clock=self.clock, entropy=FakeEntropy(), log=self.log
        )

    def enter(self, signer: str = ROLE, reference: str = "CASE-17", *subjects: str) -> Act:
        return self.register.enter(
            signer_arn=signer,
            action="refund_order",
            subjects=list(subjects) or [ORDER],
            reference=reference,
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestEntering:
    def test_says_who_did_what_on_what_when_and_why(self, desk: Desk) -> None:
        act = desk.enter()

        [row] = desk.table.rows.values()
        assert act.staff == row["staff"] == ROLE
        assert (row["action"], row["subject"], row["reference"]) == (
            "refund_order",
            ORDER,
            "CASE-17",
        )
        assert row["id"] == act.id
        assert row["at"] == "2026-11-23T04:00:00.000000Z"
        assert row["ttl"] == to_epoch_s(START + STAFF_REGISTER_KEPT)

    @pytest.mark.parametrize("signer", [ROLE, CHINA_ROLE])
    def test_a_roles_session_may(self, desk: Desk, signer: str) -> None:
        assert desk.enter(signer).staff == signer

    @pytest.mark.parametrize(
        "signer",
        [
            "",
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:user/person-7",
            "arn:aws:sts::123456789012:federated-user/person-7",
            "arn:aws:iam::123456789012:role/FinanceStaffRole",
            f"{ROLE}\n",
            f" {ROLE}",
            f"{ROLE}/more",
            ROLE.replace("123456789012", "１２３４５６７８９０１２"),
        ],
    )
    def test_nobody_else_may_and_nothing_is_written(self, desk: Desk, signer: str) -> None:
        with pytest.raises(NotStaff):
            desk.enter(signer)

        assert not desk.table.rows

    @pytest.mark.parametrize(
        "reference",
        ["", "x", "a" * 65, "two words", "CASE-1\n", "李", "+8613800138000", "a@b.example"],
    )
    def test_without_a_reason_in_form_nothing_is_done(self, desk: Desk, reference: str) -> None:
        with pytest.raises(ReferenceRequired):
            desk.enter(ROLE, reference)

        assert not desk.table.rows

    @pytest.mark.parametrize("subject", ["../x", "+8613800138000", "a b", "", "é", "x" * 65])
    def test_a_path_that_names_no_id_of_ours_is_not_repeated(
        self, desk: Desk, subject: str
    ) -> None:
        with pytest.raises(NotFound):
            desk.enter(ROLE, "CASE-17", subject)

        assert not desk.table.rows

    def test_the_same_again_is_another_row(self, desk: Desk) -> None:
        desk.enter()
        desk.enter()

        assert len(desk.table.rows) == 2

    def test_a_row_is_never_written_over(self, desk: Desk) -> None:
        act = desk.enter()

        with pytest.raises(ConditionFailed):
            desk.store.add(replace(act, staff=CHINA_ROLE))

        [row] = desk.table.rows.values()
        assert row["staff"] == ROLE

    def test_no_line_says_who_or_about_what(self, desk: Desk) -> None:
        desk.enter()

        assert "staff_acted" in str(desk.log.lines)
        assert "person-7" not in str(desk.log.lines)
        assert ORDER not in str(desk.log.lines)


class TestReading:
    def test_is_by_month_newest_first_and_page_by_page(self, desk: Desk) -> None:
        made = []
        for _ in range(5):
            made.append(desk.enter().id)
            desk.clock.advance(seconds=1)
        desk.clock.advance(days=30)
        desk.enter()

        first = desk.register.list_acts("2026-11", limit=3, after=None)
        rest = desk.register.list_acts("2026-11", limit=3, after=first.next_after)

        assert [act.id for act in first.acts + rest.acts] == made[::-1]
        assert rest.next_after is None

    @pytest.mark.parametrize(
        ("month", "after"),
        [("", None), ("2026-13", None), ("2026-11\n", None), ("2026-11", ""), ("2026-11", "x#y")],
    )
    def test_what_is_no_month_and_no_place_is_refused(
        self, desk: Desk, month: str, after: str | None
    ) -> None:
        with pytest.raises(InvalidRequest):
            desk.register.list_acts(month, limit=1, after=after)


def test_a_register_lasts_as_long_as_the_records_it_is_about() -> None:
    assert timedelta(days=3 * 365) <= STAFF_REGISTER_KEPT <= timedelta(days=3 * 366)


def test_refusals_say_nothing_of_the_caller() -> None:
    refusals: list[AppError] = [NotStaff(), ReferenceRequired()]

    assert all(refusal.facts == {} for refusal in refusals)
