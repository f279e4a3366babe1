"""Limits on codes as people meet them (A02-A08): refused in time, counted once, told to nobody."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.errors import TooManyRequests
from chalicelib.identity.code_limits import CodeLimits
from chalicelib.identity.codes import Challenge
from chalicelib.identity.errors import CodeRejected, CountryNotSupported, SmsUnavailable
from chalicelib.identity.subjects import Asker
from chalicelib.phone import Phone
from tests.faults import Crash, Fault, counted_calls
from tests.registering import AS_ADULT
from tests.world import ALICE_PHONE, BOB_PHONE, World, running_world

ADDRESS = "203.0.113.7"


@pytest.fixture
def guarded() -> Iterator[World]:
    with running_world(limits=CodeLimits()) as world:
        yield world


def ask(world: World, phone: Phone, address: str = ADDRESS) -> str | Challenge:
    """Ask for a code; return the limit's name if there is one."""
    try:
        return world.challenges.send_code(phone, Asker(source_ip=address))
    except TooManyRequests as refusal:
        return str(refusal.facts["limit"])


def guess_wrong(world: World, challenge: Challenge, phone: Phone = ALICE_PHONE) -> None:
    wrong = f"{(int(world.sms.last_code()) + 1) % 10**6:06}"
    with pytest.raises(CodeRejected):
        world.login.verify_code(challenge.id, phone, wrong)


def counters(world: World) -> dict[str, int]:
    """Every counter that is not 0, by the row it stands in."""
    rows = world.dynamodb.scan(TableName="AccountsTable")["Items"]
    return {
        f"{row['pk']['S'].split('#')[1].split('/')[0]} {name}": int(value["N"])
        for row in rows
        if row["pk"]["S"].startswith("LIMIT#")
        for name, value in row.items()
        if name.startswith(("sent", "unverified")) and value["N"] != "0"
    }


class TestDevice:
    def test_that_names_itself_has_a_limit_of_its_own(self, guarded: World) -> None:
        def ask_with(hardware_id: str | None, number: int) -> Challenge:
            asker = Asker(source_ip=f"203.0.113.{number}", hardware_id=hardware_id)
            return guarded.challenges.send_code(Phone(f"+86138{number:04}0000"), asker)

        for number in range(10):
            ask_with("the-one-device", number)
        with pytest.raises(TooManyRequests) as refusal:
            ask_with("the-one-device", 10)

        assert refusal.value.facts["limit"] == "codes_per_device_per_hour"
        assert ask_with("another-device", 10)
        assert ask_with(None, 11)


class TestRefusal:
    def test_says_when_to_ask_again_and_then_it_works(self, guarded: World) -> None:
        ask(guarded, ALICE_PHONE)
        guarded.clock.advance(seconds=17.5)
        with pytest.raises(TooManyRequests) as refusal:
            guarded.challenges.send_code(ALICE_PHONE)

        assert refusal.value.facts == {"limit": "codes_per_phone_per_minute", "retry_after_s": 43}
        assert refusal.value.headers == {"Retry-After": "43"}
        guarded.clock.advance(seconds=43)
        assert isinstance(ask(guarded, ALICE_PHONE), Challenge)

    def test_counts_nothing_and_leaves_the_code_that_was_sent(self, guarded: World) -> None:
        challenge = guarded.challenges.send_code(ALICE_PHONE, Asker(source_ip=ADDRESS))
        before = counters(guarded)

        assert ask(guarded, ALICE_PHONE) == "codes_per_phone_per_minute"
        assert counters(guarded) == before
        assert guarded.login.verify_code(
            challenge.id, ALICE_PHONE, guarded.sms.last_code(), registration=AS_ADULT
        )

    def test_everybodys_limit_is_an_error_in_the_log(self) -> None:
        with running_world(limits=CodeLimits(per_day=0)) as world:
            assert ask(world, ALICE_PHONE) == "codes_per_day"

        assert world.sms.sent == []
        assert world.log.lines == [
            {"message": "code_limited", "level": "ERROR", "limit": "codes_per_day"}
        ]

    @pytest.mark.parametrize("phone", ["+33612345678", "+18765551234", "+8521234567"])
    def test_other_countries_are_refused_before_anything_is_counted(
        self, guarded: World, phone: str
    ) -> None:
        with pytest.raises(CountryNotSupported):
            guarded.challenges.send_code(Phone(phone), Asker(source_ip=ADDRESS))

        assert counters(guarded) == {}


class TestTries:
    def test_new_codes_do_not_bring_new_tries(self, guarded: World) -> None:
        for _ in range(6):
            challenge = guarded.challenges.send_code(ALICE_PHONE)
            for _ in range(5):
                guess_wrong(guarded, challenge)
            guarded.clock.advance(minutes=15)

        assert ask(guarded, ALICE_PHONE) == "wrong_codes_per_phone_per_day"
        guarded.clock.advance(days=1)
        assert guarded.log_in()

    def test_right_code_is_refused_once_the_tries_of_the_day_are_spent(self) -> None:
        with running_world(limits=CodeLimits(wrong_tries_a_day=3)) as world:
            challenge = world.challenges.send_code(ALICE_PHONE)
            for _ in range(3):
                guess_wrong(world, challenge)
            with pytest.raises(TooManyRequests) as refusal:
                world.login.verify_code(challenge.id, ALICE_PHONE, world.sms.last_code())

            assert refusal.value.facts["limit"] == "wrong_codes_per_phone_per_day"
            assert refusal.value.facts["retry_after_s"] == 20 * 3600

    def test_a_login_ends_the_count_and_leaves_nothing_of_it(self, guarded: World) -> None:
        for _ in range(2):
            guess_wrong(guarded, guarded.challenges.send_code(ALICE_PHONE))
            guarded.clock.advance(days=1)
        assert "tries_" in guarded.dump()
        guarded.log_in()

        assert "tries_" not in guarded.dump()


class TestVerifiedRatio:
    def test_a_login_makes_room_for_three_codes(self, guarded: World) -> None:
        challenge = guarded.challenges.send_code(ALICE_PHONE, Asker(source_ip=ADDRESS))
        guarded.login.verify_code(
            challenge.id, ALICE_PHONE, guarded.sms.last_code(), registration=AS_ADULT
        )

        left = {name: n for name, n in counters(guarded).items() if "unverified" in name}
        assert left == {"block unverified_04": -2, "country unverified_04": -2}

    def test_a_code_of_the_hour_before_pays_back_where_it_was_counted(self, guarded: World) -> None:
        guarded.clock.advance(minutes=59)
        challenge = guarded.challenges.send_code(ALICE_PHONE, Asker(source_ip=ADDRESS))
        guarded.clock.advance(minutes=2)
        guarded.login.verify_code(
            challenge.id, ALICE_PHONE, guarded.sms.last_code(), registration=AS_ADULT
        )

        assert counters(guarded)["country unverified_04"] == -2
        assert "country unverified_05" not in counters(guarded)

    def test_a_wrong_code_pays_nothing_back(self, guarded: World) -> None:
        guess_wrong(guarded, guarded.challenges.send_code(ALICE_PHONE, Asker(source_ip=ADDRESS)))

        assert counters(guarded)["country unverified_04"] == 1


class TestMessageNotTaken:
    def test_gives_everything_back(self, guarded: World) -> None:
        guarded.sms.is_down = True
        for _ in range(20):
            with pytest.raises(SmsUnavailable):
                guarded.challenges.send_code(ALICE_PHONE, Asker(source_ip=ADDRESS))

        assert counters(guarded) == {}
        guarded.sms.is_down = False
        assert guarded.log_in()

    @pytest.mark.parametrize("fault", list(Fault))
    @pytest.mark.parametrize("nth", [1, 2])
    def test_never_gives_back_more_than_it_took(
        self, guarded: World, fault: Fault, nth: int
    ) -> None:
        guarded.sms.is_down = True
        failures: tuple[type[BaseException], ...] = (Crash, Exception)
        with counted_calls(fault, nth) as calls, pytest.raises(failures):
            guarded.challenges.send_code(ALICE_PHONE, Asker(source_ip=ADDRESS))
        assert calls.fired
        guarded.clock.advance(minutes=1)
        with pytest.raises(SmsUnavailable):
            guarded.challenges.send_code(ALICE_PHONE, Asker(source_ip=ADDRESS))

        assert set(counters(guarded).values()) <= {1}


class TestKnownAndUnknown:
    def test_numbers_get_the_same_answer_for_the_same_calls(self, guarded: World) -> None:
        guarded.log_in(ALICE_PHONE)
        guarded.clock.advance(minutes=1)
        seen = [self.watch(guarded, phone) for phone in (ALICE_PHONE, BOB_PHONE)]
        assert seen[0] == seen[1]

        again = [self.watch(guarded, phone) for phone in (ALICE_PHONE, BOB_PHONE)]
        assert again[0] == again[1]
        assert "codes_per_phone_per_minute" in again[0]

    @staticmethod
    def watch(world: World, phone: Phone) -> list[Any]:
        """Everything about a request that anyone could notice, but for random values."""
        requests: list[Any] = []

        def keep(params: dict[str, Any], **_: Any) -> None:
            for item in params["TransactItems"]:
                (operation,) = item
                write = item[operation]
                requests.append(
                    (operation, write["UpdateExpression"], write["ConditionExpression"])
                )

        events: Callable[..., Any] = world.dynamodb.meta.events.register
        events("before-parameter-build.dynamodb.TransactWriteItems", keep, unique_id="watch")
        sent_before = len(world.sms.sent)
        with counted_calls() as calls:
            answer = ask(world, phone)
        world.dynamodb.meta.events.unregister(
            "before-parameter-build.dynamodb.TransactWriteItems", unique_id="watch"
        )
        shape = sorted(answer.__struct_fields__) if isinstance(answer, Challenge) else answer
        return [calls.names, requests, shape, len(world.sms.sent) - sent_before]


class TestSecrecy:
    def test_rows_of_limits_hold_no_number_address_or_block(self, guarded: World) -> None:
        guarded.challenges.send_code(ALICE_PHONE, Asker(source_ip=ADDRESS))
        ask(guarded, ALICE_PHONE)
        dump = guarded.dump() + repr(guarded.log.lines)

        for secret in (ALICE_PHONE[1:], ALICE_PHONE[3:-4], ADDRESS):
            assert secret not in dump

    def test_every_row_of_a_limit_goes_by_itself(self, guarded: World) -> None:
        guarded.challenges.send_code(ALICE_PHONE, Asker(source_ip=ADDRESS))

        rows = guarded.dynamodb.scan(TableName="AccountsTable")["Items"]
        limits = [row for row in rows if row["pk"]["S"].startswith("LIMIT#")]
        assert len(limits) == 5
        assert {int(row["ttl"]["N"]) - int(guarded.clock.now().timestamp()) for row in limits} == {
            2 * 86_400
        }
