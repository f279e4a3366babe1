"""Changing the number of an account (A25): with both numbers in hand, or by a week of waiting in
which the owner is warned everywhere. A stolen session alone takes nothing over.
"""

from contextlib import suppress

import pytest
from msgspec.structs import replace

from chalicelib.errors import Conflict, InvalidRequest, NotFound, TooManyRequests, Unavailable
from chalicelib.identity.codes import Challenge, CodeClaim
from chalicelib.identity.errors import (
    CodeRejected,
    NumberChangeNotReady,
    NumberTaken,
    OldNumberWrong,
    SmsUnavailable,
)
from chalicelib.identity.new_sessions import Login
from chalicelib.ids import Caller
from chalicelib.keys import number_change_key, phone_key, profile_key
from chalicelib.phone import Phone
from tests.fakes import code_in
from tests.faults import Crash, Fault, counted_calls
from tests.world import ALICE_PHONE, BOB_PHONE, World

NEW = Phone("+8613700137000")
OTHER = Phone("+8613600136000")


def caller_of(world: World, login: Login) -> Caller:
    return world.sessions.authenticate(login.tokens.access_token)


def texted(world: World, phone: Phone, challenge: Challenge | None) -> CodeClaim:
    assert challenge
    text = next(text for to, text in reversed(world.sms.sent) if to == phone)
    return CodeClaim(challenge_id=challenge.id, phone=phone, code=code_in(text))


def both(world: World, caller: Caller, new: Phone = NEW) -> tuple[CodeClaim, CodeClaim]:
    coming, leaving = world.numbers.send_codes(caller, new, ALICE_PHONE)
    return texted(world, new, coming), texted(world, ALICE_PHONE, leaving)


def new_only(world: World, caller: Caller, new: Phone = NEW) -> CodeClaim:
    coming, leaving = world.numbers.send_codes(caller, new, None)
    assert leaving is None
    return texted(world, new, coming)


@pytest.fixture
def owner(world: World) -> Login:
    return world.open_session()


@pytest.fixture
def caller(world: World, owner: Login) -> Caller:
    return caller_of(world, owner)


class TestBothNumbers:
    def test_moves_the_account_and_frees_the_old_number(
        self, world: World, owner: Login, caller: Caller
    ) -> None:
        world.numbers.change(caller, *both(world, caller))

        assert world.log_in(NEW) == owner.account.id
        assert world.log_in(ALICE_PHONE) != owner.account.id

    def test_old_number_is_told_by_text_and_other_sessions_by_notice(
        self, world: World, owner: Login, caller: Caller
    ) -> None:
        other = world.open_session()
        world.numbers.change(caller, *both(world, caller))

        phone, text = world.sms.sent[-1]
        assert phone == ALICE_PHONE
        assert "冻结" in text
        notices = world.account.get_overview(caller_of(world, other)).notices
        assert notices[0].kind == "number_changed"

    def test_neither_code_is_enough(self, world: World, caller: Caller) -> None:
        new, old = both(world, caller)
        wrong = f"{(int(new.code) + 1) % 10**6:06}"

        for claims in ((replace(new, code=wrong), old), (new, replace(old, code="x"))):
            with pytest.raises(CodeRejected):
                world.numbers.change(caller, *claims)
        with pytest.raises(NumberChangeNotReady):
            world.numbers.complete(caller, new)
        world.numbers.change(caller, new, old)

    def test_repeat_after_a_lost_answer_finds_it_done(self, world: World, caller: Caller) -> None:
        claims = both(world, caller)
        world.numbers.change(caller, *claims)
        rows = world.dump()
        world.numbers.change(caller, *claims)

        assert world.log.events().count("number_changed") == 1
        assert rows.count("PROFILE") == world.dump().count("PROFILE")

    def test_codes_serve_this_change_and_nothing_else(self, world: World, caller: Caller) -> None:
        new, old = both(world, caller)
        thief = caller_of(world, world.open_session(BOB_PHONE))
        for claim in (new, old):
            with pytest.raises(CodeRejected):
                world.login.verify_code(claim.challenge_id, claim.phone, claim.code)
        with pytest.raises(OldNumberWrong):
            world.numbers.change(thief, new, old)
        elsewhere = new_only(world, caller, OTHER)
        with pytest.raises(CodeRejected):
            world.numbers.change(caller, elsewhere, old)

        world.numbers.change(caller, new, old)

    def test_number_of_another_account_is_never_taken(self, world: World, caller: Caller) -> None:
        bob = world.log_in(BOB_PHONE)
        new, old = both(world, caller, BOB_PHONE)
        with pytest.raises(NumberTaken):
            world.numbers.change(caller, new, old)

        assert world.log_in(BOB_PHONE) == bob
        assert world.log_in(ALICE_PHONE) == caller.user_id

    def test_same_number_is_no_change(self, world: World, caller: Caller) -> None:
        with pytest.raises(InvalidRequest):
            world.numbers.send_codes(caller, ALICE_PHONE, ALICE_PHONE)

    def test_account_that_was_frozen_meanwhile_keeps_its_number(
        self, world: World, caller: Caller
    ) -> None:
        claims = both(world, caller)
        world.account.freeze(caller)
        with pytest.raises(Conflict):
            world.numbers.change(caller, *claims)

        world.clock.advance(seconds=1)
        assert world.log_in(ALICE_PHONE) == caller.user_id

    def test_nothing_is_readable_in_any_row_or_line(self, world: World, caller: Caller) -> None:
        claims = both(world, caller)
        world.numbers.change(caller, *claims)
        seen = world.dump() + repr(world.log.lines) + repr(claims)

        assert not [one for one in (NEW[3:], ALICE_PHONE[3:]) if one in seen]

    @pytest.mark.parametrize("call", range(1, 6))
    @pytest.mark.parametrize("fault", Fault)
    def test_crash_leaves_the_account_with_exactly_one_number(
        self, world: World, caller: Caller, call: int, fault: Fault
    ) -> None:
        claims = both(world, caller)
        with suppress(Crash, Unavailable), counted_calls(fault, call):
            world.numbers.change(caller, *claims)
        index = (world.accounts.get(profile_key(caller.user_id)) or {})["phone_index"]
        rows = world.dynamodb.scan(TableName="AccountsTable")["Items"]
        owned = [row["pk"]["S"] for row in rows if row.get("user_id") == {"S": caller.user_id}]

        assert owned == [phone_key(index).pk]


class TestTries:
    def test_number_is_not_found_out_by_trying(self, world: World, caller: Caller) -> None:
        for _ in range(10):
            with pytest.raises(OldNumberWrong):
                world.numbers.send_codes(caller, NEW, OTHER)

        with pytest.raises(TooManyRequests) as refusal:
            world.numbers.send_codes(caller, NEW, ALICE_PHONE)
        assert refusal.value.facts["limit"] == "number_changes_per_day"
        assert not [phone for phone, _ in world.sms.sent if phone in (NEW, OTHER)]
        world.clock.advance(days=1)
        renewed = caller_of(world, world.open_session())
        assert world.numbers.send_codes(renewed, NEW, ALICE_PHONE)


class TestWaiting:
    def test_after_a_week_the_new_number_is_proven_again_and_the_account_moves(
        self, world: World, owner: Login, caller: Caller
    ) -> None:
        ready_at = world.numbers.begin_waiting(caller, new_only(world, caller), ALICE_PHONE)
        tokens = world.sessions.refresh(owner.tokens.refresh_token)
        world.clock.sleep(ready_at - world.clock.now())
        tokens = world.sessions.refresh(tokens.refresh_token)
        caller = world.sessions.authenticate(tokens.access_token)
        world.numbers.complete(caller, new_only(world, caller))

        assert world.log_in(NEW) == owner.account.id
        assert world.log_in(ALICE_PHONE) != owner.account.id
        assert world.accounts.get(number_change_key(owner.account.id)) is None

    def test_owner_is_warned_by_text_and_in_every_session_at_once(
        self, world: World, caller: Caller
    ) -> None:
        other = caller_of(world, world.open_session())
        ready_at = world.numbers.begin_waiting(caller, new_only(world, caller), ALICE_PHONE)

        assert world.sms.sent[-1][0] == ALICE_PHONE
        overview = world.account.get_overview(other)
        assert overview.notices[0].kind == "number_change_asked"
        assert overview.number_ready_at == ready_at

    def test_nothing_begins_unwarned(self, world: World, caller: Caller) -> None:
        claim = new_only(world, caller)
        world.sms.is_down = True
        with pytest.raises(SmsUnavailable):
            world.numbers.begin_waiting(caller, claim, ALICE_PHONE)

        assert world.account.get_overview(caller).number_ready_at is None
        world.sms.is_down = False
        assert world.numbers.begin_waiting(caller, claim, ALICE_PHONE)

    def test_is_not_over_a_second_early_nor_for_another_number(
        self, world: World, caller: Caller
    ) -> None:
        ready_at = world.numbers.begin_waiting(caller, new_only(world, caller), ALICE_PHONE)
        with pytest.raises(NumberChangeNotReady) as refusal:
            world.numbers.complete(caller, new_only(world, caller))
        assert refusal.value.facts["ready_at"]
        world.clock.sleep(ready_at - world.clock.now())

        with pytest.raises(NumberChangeNotReady):
            world.numbers.complete(caller, new_only(world, caller, OTHER))

    def test_wait_that_nobody_completes_is_over_after_another_week(
        self, world: World, caller: Caller
    ) -> None:
        world.numbers.begin_waiting(caller, new_only(world, caller), ALICE_PHONE)
        world.clock.advance(days=14)

        with pytest.raises(NumberChangeNotReady):
            world.numbers.complete(caller, new_only(world, caller))

    def test_cancelled_from_any_session_it_is_over(self, world: World, caller: Caller) -> None:
        world.numbers.begin_waiting(caller, new_only(world, caller), ALICE_PHONE)
        other = caller_of(world, world.open_session())
        world.numbers.cancel(other)
        world.clock.advance(days=8)

        with pytest.raises(NumberChangeNotReady):
            world.numbers.complete(caller, new_only(world, caller))
        with pytest.raises(NotFound):
            world.numbers.cancel(other)

    def test_number_that_got_an_account_meanwhile_is_not_taken(
        self, world: World, caller: Caller
    ) -> None:
        world.numbers.begin_waiting(caller, new_only(world, caller), ALICE_PHONE)
        somebody = world.log_in(NEW)
        world.clock.advance(days=7)
        with pytest.raises(NumberTaken):
            world.numbers.complete(caller, new_only(world, caller))

        assert world.log_in(NEW) == somebody


class TestTakeover:
    def test_stolen_session_is_stopped_by_whoever_has_the_number(
        self, world: World, caller: Caller
    ) -> None:
        thief = caller
        coming, leaving = world.numbers.send_codes(thief, NEW, ALICE_PHONE)
        assert leaving
        guess = CodeClaim(challenge_id=leaving.id, phone=ALICE_PHONE, code="000000")
        with pytest.raises(CodeRejected):
            world.numbers.change(thief, texted(world, NEW, coming), guess)
        world.numbers.begin_waiting(thief, texted(world, NEW, coming), ALICE_PHONE)
        world.clock.advance(days=3)
        owner = caller_of(world, world.open_session())
        kinds = [one.kind for one in world.account.get_overview(owner).notices]
        assert "number_change_asked" in kinds

        world.account.freeze(owner)
        world.clock.advance(days=5)
        assert world.log_in(ALICE_PHONE) == owner.user_id
        with pytest.raises(NumberChangeNotReady):
            world.numbers.complete(thief, new_only(world, thief))
        assert world.log_in(NEW) != owner.user_id

    def test_costs_are_known(self, world: World, caller: Caller) -> None:
        claims = both(world, caller)
        with counted_calls() as calls:
            world.numbers.change(caller, *claims)

        assert len(calls.names) == 5  # try, profile, two proofs, one transaction; KMS is a fake
