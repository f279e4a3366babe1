"""Lines of logs lead to a person while the account holds its key, and to nobody afterwards (ST.1
beside FD.3).
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from chalicelib.ids import UserId
from chalicelib.keys import phone_key, profile_key
from chalicelib.pseudonyms import LOG_KEY, draw_log_key, log_key_in, pseudonym_in, pseudonym_of
from chalicelib.storage import ALWAYS, Update
from tests.fakes import FakeEntropy
from tests.faults import Crash, Fault, counted_calls
from tests.world import ALICE_PHONE, BOB_PHONE, World

TABLES = ("AccountsTable", "PhotosTable")


@pytest.fixture
def two_people(world: World) -> World:
    """Alice and Bob have logged in twice each, and their lines are written."""
    for phone in (ALICE_PHONE, BOB_PHONE, ALICE_PHONE, BOB_PHONE):
        world.upload(world.log_in(phone), key=f"{len(world.log.lines)}")
    return world


def named_lines(world: World) -> set[str]:
    return {str(line["user"]) for line in world.log.lines if line.get("user")}


def everything_kept(world: World) -> Iterator[str | bytes]:
    """Every text and every run of bytes in any row."""

    def inside(value: Any) -> Iterator[str | bytes]:
        match value:
            case str() | bytes():
                yield value
            case dict():
                for inner in value.values():
                    yield from inside(inner)
            case list():
                for inner in value:
                    yield from inside(inner)

    for table in TABLES:
        for row in world.rows(table):
            yield from inside(row)


def whose_lines(world: World, *people: UserId) -> dict[str, UserId]:
    """Tie lines to people by whatever is kept, tried as a key and as a name."""
    kept = set(everything_kept(world))
    keys = {value if isinstance(value, bytes) else value.encode() for value in kept}
    found = {pseudonym_of(one, key): one for one in people for key in keys}
    return {
        name: found.get(name, UserId("named in a row"))
        for name in named_lines(world)
        if name in found or name in kept
    }


class TestWithTheKey:
    def test_every_line_leads_to_its_person(self, two_people: World) -> None:
        alice, bob = two_people.log_in(), two_people.log_in(BOB_PHONE)

        ties = whose_lines(two_people, alice, bob)

        assert ties.keys() == named_lines(two_people)
        assert set(ties.values()) == {alice, bob}

    def test_one_person_has_one_name_in_all_sessions(self, two_people: World) -> None:
        assert len(named_lines(two_people)) == 2

    def test_no_row_holds_the_name_itself(self, two_people: World) -> None:
        assert not named_lines(two_people) & set(everything_kept(two_people))

    def test_the_id_alone_leads_nowhere(self, two_people: World) -> None:
        alice = two_people.log_in()
        guesses = [b"", b"0" * 16, alice.encode(), draw_log_key(FakeEntropy(7))]

        assert not named_lines(two_people) & {pseudonym_of(alice, guess) for guess in guesses}


class TestWithoutTheKey:
    def test_no_line_of_the_erased_leads_anywhere_and_all_lines_stay(
        self, two_people: World
    ) -> None:
        alice, bob = two_people.log_in(), two_people.log_in(BOB_PHONE)
        before = list(two_people.log.lines)
        two_people.identity_data.erase(alice)

        ties = whose_lines(two_people, alice, bob)

        assert two_people.log.lines[: len(before)] == before
        assert len(named_lines(two_people)) == 2
        assert set(ties.values()) == {bob}

    def test_destroying_it_is_enough_whatever_else_is_still_there(self, two_people: World) -> None:
        alice, bob = two_people.log_in(), two_people.log_in(BOB_PHONE)
        two_people.accounts_of_people.destroy_log_key(alice)

        assert two_people.accounts.get(profile_key(alice))
        assert set(whose_lines(two_people, alice, bob).values()) == {bob}
        assert two_people.accounts_of_people.destroy_log_key(alice) == 0

    def test_an_erasure_that_died_left_the_key_nowhere_or_everywhere(
        self, two_people: World
    ) -> None:
        alice = two_people.log_in()
        own = set(whose_lines(two_people, alice))
        for nth in count(1):
            with counted_calls(Fault.AFTER, nth) as counter, suppress(Crash):
                two_people.accounts_of_people.destroy_log_key(alice)
            assert set(whose_lines(two_people, alice)) in (own, set())
            if not counter.fired:
                break

        assert nth > 3
        two_people.identity_data.erase(alice)
        assert alice not in {row["pk"] for row in two_people.rows("AccountsTable")}

    def test_whoever_comes_back_has_another_name(self, two_people: World) -> None:
        alice = two_people.log_in()
        former = pseudonym_in(two_people.accounts.get(profile_key(alice)) or {})
        two_people.identity_data.erase(alice)

        again = two_people.log_in()
        profile = two_people.accounts.get(profile_key(again)) or {}
        assert again != alice
        assert pseudonym_in(profile) != former


class TestEarlierReleases:
    def test_a_row_with_a_name_in_place_of_a_key_still_logs_in(self, world: World) -> None:
        alice = world.log_in()
        index = (world.accounts.get(profile_key(alice)) or {})["phone_index"]
        for key in (profile_key(alice), phone_key(index)):
            former = {"pseudonym": "0011223344556677"}
            world.accounts.write(Update(key=key, set=former, remove=(LOG_KEY,), when=ALWAYS))

        login = world.open_session()

        assert login.account.id == alice
        assert login.account.log_key == b"0011223344556677"
        assert log_key_in(world.accounts.get(phone_key(index)) or {}) == login.account.log_key
        assert world.identity_data.erase(alice)["AccountsTable"] > 0
        assert "0011223344556677" not in world.dump()
