"""Login by one-time code (2.1.1), as its users meet it."""

import re
from datetime import timedelta

import pytest

from chalicelib.errors import Unauthenticated
from chalicelib.identity.codes import Challenge
from chalicelib.identity.errors import CodeRejected, SmsUnavailable
from chalicelib.identity.new_sessions import Login
from chalicelib.ids import ChallengeId
from chalicelib.storage import ConditionFailed, Exists
from tests.registering import AS_ADULT
from tests.world import ALICE_PHONE, BOB_PHONE, World


def log_in(world: World) -> Login:
    return world.open_session()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


class TestRequestCode:
    def test_sends_six_digits_that_work_for_five_minutes(self, world: World) -> None:
        challenge = world.challenges.send_code(ALICE_PHONE)

        assert re.search(r"\b[0-9]{6}\b", world.sms.sent[0][1])
        assert challenge.expires_at - world.clock.now() == timedelta(minutes=5)

    def test_new_code_kills_the_one_before(self, world: World) -> None:
        first = world.challenges.send_code(ALICE_PHONE)
        first_code = world.sms.last_code()
        world.challenges.send_code(ALICE_PHONE)

        with pytest.raises(CodeRejected):
            world.login.verify_code(first.id, ALICE_PHONE, first_code)

    def test_refused_message_is_a_clear_answer_and_asking_again_works(self, world: World) -> None:
        world.sms.is_down = True
        with pytest.raises(SmsUnavailable):
            world.challenges.send_code(ALICE_PHONE)

        world.sms.is_down = False

        assert world.log_in()

    def test_known_and_unknown_numbers_leave_rows_that_look_alike(self, world: World) -> None:
        world.log_in()
        known = world.challenges.send_code(ALICE_PHONE)
        unknown = world.challenges.send_code(BOB_PHONE)

        assert type(known) is type(unknown) is Challenge
        assert world.log.events()[-2:] == ["code_sent", "code_sent"]


class TestVerifyCode:
    def test_first_success_creates_the_account_and_the_next_finds_it(self, world: World) -> None:
        first = world.log_in()
        again = world.log_in()

        assert first == again

    def test_user_id_says_nothing_of_the_phone(self, world: World) -> None:
        user_id = world.log_in()

        assert ALICE_PHONE[-4:] not in user_id
        assert world.log_in(BOB_PHONE) != user_id

    def test_code_works_once(self, world: World) -> None:
        challenge = world.challenges.send_code(ALICE_PHONE)
        code = world.sms.last_code()
        world.login.verify_code(challenge.id, ALICE_PHONE, code, registration=AS_ADULT)

        with pytest.raises(CodeRejected):
            world.login.verify_code(challenge.id, ALICE_PHONE, code)

    def test_code_expires(self, world: World) -> None:
        challenge = world.challenges.send_code(ALICE_PHONE)
        world.clock.advance(minutes=5)

        with pytest.raises(CodeRejected):
            world.login.verify_code(challenge.id, ALICE_PHONE, world.sms.last_code())

    def test_code_dies_after_five_wrong_tries(self, world: World) -> None:
        challenge = world.challenges.send_code(ALICE_PHONE)
        code = world.sms.last_code()
        left = []
        for _ in range(5):
            with pytest.raises(CodeRejected) as refusal:
                world.login.verify_code(challenge.id, ALICE_PHONE, wrong(code))
            left.append(refusal.value.facts["attempts_left"])

        assert left == [4, 3, 2, 1, 0]
        with pytest.raises(CodeRejected):
            world.login.verify_code(challenge.id, ALICE_PHONE, code)

    def test_code_of_one_number_or_challenge_fails_on_another(self, world: World) -> None:
        challenge = world.challenges.send_code(ALICE_PHONE)
        code = world.sms.last_code()
        other = world.challenges.send_code(BOB_PHONE)

        with pytest.raises(CodeRejected):
            world.login.verify_code(other.id, BOB_PHONE, code)
        with pytest.raises(CodeRejected):
            world.login.verify_code(ChallengeId("unknown"), ALICE_PHONE, code)
        assert world.login.verify_code(challenge.id, ALICE_PHONE, code, registration=AS_ADULT)

    def test_guesses_at_another_challenge_spend_no_try_of_this_one(self, world: World) -> None:
        challenge = world.challenges.send_code(ALICE_PHONE)
        code = world.sms.last_code()
        for _ in range(5):
            with pytest.raises(CodeRejected):
                world.login.verify_code(ChallengeId("unknown"), ALICE_PHONE, wrong(code))

        assert world.login.verify_code(challenge.id, ALICE_PHONE, code, registration=AS_ADULT)

    def test_one_code_proven_twice_at_once_opens_one_session(self, world: World) -> None:
        world.log_in()
        challenge = world.challenges.send_code(ALICE_PHONE)
        code = world.sms.last_code()
        earlier = world.challenges.prove(challenge.id, ALICE_PHONE, code)
        world.login.verify_code(challenge.id, ALICE_PHONE, code)
        used = world.challenge_store.consume(earlier, when=Exists())

        with pytest.raises(ConditionFailed):
            world.accounts.write(*used)


class TestTokens:
    def test_access_token_names_its_user_and_dies_after_fifteen_minutes(self, world: World) -> None:
        login = log_in(world)
        token = login.tokens.access_token

        assert world.sessions.authenticate(token).user_id == login.account.id
        world.clock.advance(minutes=15)
        with pytest.raises(Unauthenticated):
            world.sessions.authenticate(token)

    def test_refresh_replaces_both_tokens(self, world: World) -> None:
        old = log_in(world).tokens
        new = world.sessions.refresh(old.refresh_token)

        assert world.sessions.authenticate(new.access_token)
        with pytest.raises(Unauthenticated):
            world.sessions.authenticate(old.access_token)

    def test_session_ends_for_good_after_ninety_days(self, world: World) -> None:
        tokens = log_in(world).tokens
        for _ in range(3):
            world.clock.advance(days=29)
            tokens = world.sessions.refresh(tokens.refresh_token)
        world.clock.advance(days=3)

        with pytest.raises(Unauthenticated):
            world.sessions.refresh(tokens.refresh_token)
        with pytest.raises(Unauthenticated):
            world.sessions.authenticate(tokens.access_token)

    def test_idle_session_ends_after_thirty_days(self, world: World) -> None:
        tokens = log_in(world).tokens
        world.clock.advance(days=30)

        with pytest.raises(Unauthenticated):
            world.sessions.refresh(tokens.refresh_token)

    def test_logging_out_works_at_once_and_twice(self, world: World) -> None:
        tokens = log_in(world).tokens
        caller = world.sessions.authenticate(tokens.access_token)
        world.sessions.log_out(caller)
        world.sessions.log_out(caller)

        with pytest.raises(Unauthenticated):
            world.sessions.authenticate(tokens.access_token)
        with pytest.raises(Unauthenticated):
            world.sessions.refresh(tokens.refresh_token)

    def test_key_rotates_with_overlap(self, world: World) -> None:
        tokens = log_in(world).tokens

        world.session_ring.rotate(b"the next key")
        assert world.sessions.authenticate(tokens.access_token)
        renewed = world.sessions.refresh(tokens.refresh_token)
        world.session_ring.rotate(b"the one after")
        assert world.sessions.authenticate(renewed.access_token)
        world.session_ring.rotate(b"and another")
        with pytest.raises(Unauthenticated):
            world.sessions.authenticate(renewed.access_token)

    @pytest.mark.parametrize(
        "text", ["", "ifa_", "ifa_AAAA", "ifr_" + "A" * 91, "x" * 500, "ifa_é"]
    )
    def test_anything_else_is_no_token(self, world: World, text: str) -> None:
        with pytest.raises(Unauthenticated):
            world.sessions.authenticate(text)
        with pytest.raises(Unauthenticated):
            world.sessions.refresh(text)


class TestSecrecy:
    def test_dump_holds_no_phone_code_or_token(self, world: World) -> None:
        challenge = world.challenges.send_code(ALICE_PHONE)
        code = world.sms.last_code()
        pending = world.dump()
        login = world.login.verify_code(challenge.id, ALICE_PHONE, code, registration=AS_ADULT)
        tokens = login.tokens
        dump = pending + world.dump() + repr(world.log.lines)

        for secret in (ALICE_PHONE, ALICE_PHONE[3:], tokens.access_token, tokens.refresh_token):
            assert secret not in dump
        assert f'"{code}"' not in dump
