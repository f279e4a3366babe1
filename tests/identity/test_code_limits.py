"""The windows, shares and names that codes are counted by; no I/O."""

from collections import Counter as Tally
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.identity.code_limits import (
    Budget,
    CodeLimits,
    Counter,
    Limit,
    Window,
    budgets_of,
    draw_shard,
    share_of,
)
from chalicelib.identity.ports import Secret
from chalicelib.identity.subjects import UNKNOWN_NETWORK, Asker, network_of, subjects_of
from chalicelib.keys import limit_key
from chalicelib.phone import Phone
from tests.fakes import START, FakeEntropy
from tests.identity.ledger import Ledger

PHONE = Phone("+8613800138000")
SECRET = Secret(id=b"abcd", key=b"key")
AN_HOUR, A_DAY = 3, 7
NUMBER = Budget(
    "phone/x",
    (
        Limit("an_hour", Counter.SENT, Window.HOUR, AN_HOUR),
        Limit("a_day", Counter.SENT, Window.DAY, A_DAY),
    ),
)
GAPS_S = st.lists(st.integers(0, 7200), max_size=80)


class TestWindows:
    @given(GAPS_S)
    def test_no_window_lets_more_through_than_its_limit(self, gaps_s: list[int]) -> None:
        ledger, now, sent = Ledger(), START, []
        for gap_s in gaps_s:
            now += timedelta(seconds=gap_s)
            if ledger.take((NUMBER,), now) is None:
                sent.append(now)

        assert all(count <= AN_HOUR for count in Tally(f"{one:%d%H}" for one in sent).values())
        assert all(count <= A_DAY for count in Tally(one.date() for one in sent).values())
        for window, most in ((timedelta(hours=1), AN_HOUR), (timedelta(days=1), A_DAY)):
            for first in sent:
                assert sum(first <= one < first + window for one in sent) <= 2 * most

    @given(GAPS_S)
    def test_whoever_waits_as_long_as_told_is_not_refused_for_it_again(
        self, gaps_s: list[int]
    ) -> None:
        ledger, now = Ledger(), START
        for gap_s in gaps_s:
            now += timedelta(seconds=gap_s)
            reached = ledger.take((NUMBER,), now)
            if reached is None:
                continue
            until = reached.ends_at(now)
            assert now < until <= now + timedelta(days=1)
            assert not reached.is_reached(ledger.row(NUMBER, until), until)

    def test_the_longer_wait_is_told(self) -> None:
        row = {"sent_04": AN_HOUR, "sent": A_DAY}

        reached = NUMBER.find_reached(row, START)

        assert reached
        assert reached.name == "a_day"


class TestShards:
    @given(st.integers(0, 100_000), st.integers(1, 64))
    def test_shares_add_up_to_the_budget(self, most: int, shards: int) -> None:
        assert sum(share_of(most, shard, shards) for shard in range(shards)) == most

    @pytest.mark.parametrize(("most", "refused_from"), [(20_000, 0.9), (480, 0.5)])
    def test_first_refusal_comes_near_the_budget_and_none_passes_it(
        self, most: int, refused_from: float
    ) -> None:
        limits, entropy = CodeLimits(), FakeEntropy()
        taken, first_refusal = Tally[int](), 0
        for number in range(2 * most):
            shard = draw_shard(limits, entropy)
            if taken[shard] < share_of(most, shard, limits.shards):
                taken[shard] += 1
            elif not first_refusal:
                first_refusal = number

        assert taken.total() == most
        assert refused_from * most < first_refusal < most


class TestSubjects:
    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("", UNKNOWN_NETWORK),
            ("203.0.113.7, 10.0.0.1", UNKNOWN_NETWORK),
            ("２０３.0.113.7", UNKNOWN_NETWORK),
        ],
    )
    def test_a_customer_of_a_network_is_one_whatever_the_spelling(
        self, address: str, network: str
    ) -> None:
        assert network_of(address) == network

    def test_rows_are_named_without_number_or_address(self) -> None:
        subjects = subjects_of(SECRET, PHONE, 3, Asker(source_ip="203.0.113.7"))
        names = [limit_key(one.subject, START.date()).pk for one in budgets_of(subjects, LIMITS)]

        assert len(set(names)) == 5
        assert names[-2:] == ["LIMIT#country/86/03", "LIMIT#all/03"]
        assert not any(part in "".join(names) for part in (PHONE[1:], PHONE[3:-4], "203.0.113.7"))

    def test_neighbours_share_a_block_and_nothing_else(self) -> None:
        one = subjects_of(SECRET, PHONE, 0)
        other = subjects_of(SECRET, Phone("+8613800148000"), 0)

        assert one.block != other.block
        neighbour = subjects_of(SECRET, Phone("+8613800138999"), 0)
        assert one.block == neighbour.block
        assert one.phone != neighbour.phone


LIMITS = CodeLimits()
