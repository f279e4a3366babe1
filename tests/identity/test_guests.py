"""Somebody who gives nothing can begin at once, for a week; what they become is proven (2.1.1)."""

from contextlib import suppress
from datetime import timedelta

import pytest

from chalicelib.clock import to_epoch_s
from chalicelib.errors import TooManyRequests, Unauthenticated
from chalicelib.identity.errors import CodeRejected, RegistrationRequired
from chalicelib.identity.guest_limits import GuestLimits
from chalicelib.ids import UserId
from chalicelib.keys import profile_key, session_key
from chalicelib.observability import Level
from chalicelib.storage import read_partition
from tests.fakes import START
from tests.guests import ADDRESS, ENDS_AT, come, guests_with, log_in_as
from tests.world import ALICE_PHONE, BOB_PHONE, World

INSTANT = timedelta(microseconds=1)


def rows_of(world: World, user_id: UserId) -> list[str]:
    return [
        row["sk"].partition("#")[0] for row in read_partition(world.accounts, f"USER#{user_id}")
    ]


class TestOpening:
    def test_asks_for_nothing_and_keeps_nothing_but_an_end(self, world: World) -> None:
        guest = come(world)

        profile = world.accounts.get(profile_key(guest.user_id))
        assert profile is not None
        assert profile.keys() == {
            *("pk", "sk", "created_at", "log_key", "guest_until", "session_count", "ttl")
        }
        assert rows_of(world, guest.user_id) == ["PROFILE", "SESSION"]
        assert ADDRESS not in world.dump()

    def test_repeat_opens_another(self, world: World) -> None:
        assert come(world).user_id != come(world).user_id

    def test_address_has_a_limit_that_no_other_address_feels(self, world: World) -> None:
        for _ in range(60):
            world.guests.open_guest(ADDRESS)
        with pytest.raises(TooManyRequests) as refusal:
            world.guests.open_guest(ADDRESS)

        assert refusal.value.facts == {
            "limit": "guests_per_address_per_hour",
            "retry_after_s": 3600,
        }
        assert world.guests.open_guest("192.0.2.2")
        world.clock.advance(hours=1)
        assert world.guests.open_guest(ADDRESS)

    def test_everybody_has_a_limit_that_wakes_us(self, world: World) -> None:
        guests = guests_with(world, GuestLimits(per_day=16))
        for number in range(64):
            with suppress(TooManyRequests):
                guests.open_guest(f"192.0.2.{number}")

        assert 0 < world.log.events().count("guest_opened") <= 16
        refusals = {(line["limit"], line["level"]) for line in world.log.lines if "limit" in line}
        assert refusals == {("guests_per_day", Level.ERROR)}


class TestEnd:
    def test_comes_to_the_instant_however_much_it_is_used(self, world: World) -> None:
        tokens = world.guests.open_guest(ADDRESS).tokens
        for _ in range(6):
            world.clock.advance(days=1)
            tokens = world.sessions.refresh(tokens.refresh_token)
        world.clock.sleep(ENDS_AT - world.clock.now() - timedelta(minutes=5))
        tokens = world.sessions.refresh(tokens.refresh_token)

        assert tokens.access_expires_at == tokens.refresh_expires_at == ENDS_AT
        world.clock.sleep(timedelta(minutes=5) - INSTANT)
        assert world.sessions.authenticate(tokens.access_token).guest_until == ENDS_AT
        world.clock.sleep(INSTANT)
        for use in (world.sessions.authenticate, world.sessions.refresh):
            token = tokens.refresh_token if use == world.sessions.refresh else tokens.access_token
            with pytest.raises(Unauthenticated):
                use(token)

    def test_repeat_after_a_lost_answer_promises_no_more(self, world: World) -> None:
        first = world.guests.open_guest(ADDRESS).tokens

        assert first.refresh_expires_at == ENDS_AT
        refreshed = world.sessions.refresh(first.refresh_token)
        assert refreshed.refresh_expires_at == ENDS_AT
        assert world.sessions.refresh(first.refresh_token) == refreshed

    def test_rows_leave_the_table_by_themselves_and_never_early(self, world: World) -> None:
        opened = world.guests.open_guest(ADDRESS)
        guest = world.sessions.authenticate(opened.tokens.access_token)
        world.clock.advance(days=5)
        world.sessions.refresh(opened.tokens.refresh_token)

        session = world.accounts.get(session_key(guest.user_id, guest.session_id))
        profile = world.accounts.get(profile_key(guest.user_id))
        assert session is not None
        assert profile is not None
        assert session["ttl"] == to_epoch_s(ENDS_AT)
        assert profile["ttl"] == to_epoch_s(ENDS_AT + timedelta(hours=1))


class TestRegistering:
    def test_keeps_the_account_and_ends_what_was_a_guests(self, world: World) -> None:
        guest = come(world)
        login = log_in_as(world, guest)

        assert (login.account.id, login.is_new) == (guest.user_id, True)
        caller = world.sessions.authenticate(login.tokens.access_token)
        assert (caller.guest_until, caller.pseudonym) == (None, guest.pseudonym)
        profile = world.accounts.get(profile_key(guest.user_id))
        assert profile is not None
        assert not profile.keys() & {"guest_until", "ttl"}
        assert world.accounts.get(session_key(guest.user_id, guest.session_id)) is None
        assert world.log_in() == guest.user_id

    def test_takes_a_registration_and_uses_nothing_up_without_one(self, world: World) -> None:
        guest = come(world)
        challenge = world.challenges.send_code(ALICE_PHONE)
        code = world.sms.last_code()
        with pytest.raises(RegistrationRequired):
            world.login.verify_code(challenge.id, ALICE_PHONE, code, guest=guest)

        assert rows_of(world, guest.user_id) == ["PROFILE", "SESSION"]

    def test_outlives_what_would_have_been_the_end(self, world: World) -> None:
        login = log_in_as(world, come(world))
        tokens = login.tokens
        for _ in range(3):
            world.clock.advance(days=10)
            tokens = world.sessions.refresh(tokens.refresh_token)

        assert world.sessions.authenticate(tokens.access_token).user_id == login.account.id

    def test_is_too_late_from_the_end_on(self, world: World) -> None:
        guest = come(world)
        world.clock.sleep(ENDS_AT - START)
        with pytest.raises(CodeRejected):
            log_in_as(world, guest)

        assert world.log_in() != guest.user_id

    def test_happens_once(self, world: World) -> None:
        guest = come(world)
        log_in_as(world, guest)
        with pytest.raises(CodeRejected):
            log_in_as(world, guest, BOB_PHONE)

        assert world.log_in(BOB_PHONE) != guest.user_id


class TestJoining:
    def test_ends_the_guests_session_and_leaves_its_account_to_the_sweep(
        self, world: World
    ) -> None:
        alice = world.log_in()
        guest = come(world)
        login = log_in_as(world, guest)

        assert (login.account.id, login.is_new) == (alice, False)
        assert rows_of(world, guest.user_id) == ["PROFILE"]
        overview = world.account.get_overview(
            world.sessions.authenticate(login.tokens.access_token)
        )
        assert (overview.joined_guests, overview.guest_until) == (1, None)

    def test_goes_to_one_account_only(self, world: World) -> None:
        alice, bob = world.log_in(), world.log_in(BOB_PHONE)
        guest = come(world)
        log_in_as(world, guest)
        with pytest.raises(CodeRejected):
            log_in_as(world, guest, BOB_PHONE)

        assert "JOINED" in rows_of(world, alice)
        assert "JOINED" not in rows_of(world, bob)

    def test_needs_the_guests_own_session(self, world: World) -> None:
        """A guest who left, or whose token was stolen and its session ended, gives nothing."""
        alice, guest = world.log_in(), come(world)
        world.sessions.log_out(guest)
        with pytest.raises(CodeRejected):
            log_in_as(world, guest)

        assert "JOINED" not in rows_of(world, alice)

    def test_never_follows_a_code_from_before_a_freeze(self, world: World) -> None:
        login = world.open_session()
        guest = come(world)
        challenge = world.challenges.send_code(ALICE_PHONE)
        world.account.freeze(world.sessions.authenticate(login.tokens.access_token))
        with pytest.raises(CodeRejected):
            world.login.verify_code(challenge.id, ALICE_PHONE, world.sms.last_code(), guest=guest)

        assert rows_of(world, guest.user_id) == ["PROFILE", "SESSION"]

    def test_works_beside_ten_sessions(self, world: World) -> None:
        for _ in range(10):
            alice = world.log_in()
        log_in_as(world, come(world))

        assert "JOINED" in rows_of(world, alice)
