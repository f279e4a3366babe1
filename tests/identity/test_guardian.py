"""Under 14 (AG): an account is opened only with a code that a guardian was sent for this child."""

import pytest
from msgspec.structs import replace

from chalicelib.errors import AppError, TooManyRequests
from chalicelib.identity.codes import CodeClaim, Purpose, code_mac
from chalicelib.identity.errors import (
    CodeRejected,
    GuardianCodeRejected,
    GuardianIsChild,
    GuardianRequired,
)
from chalicelib.identity.new_sessions import Login
from chalicelib.identity.ports import MessageKind
from chalicelib.identity.registration import AgeBand, Registration
from chalicelib.ids import ChallengeId
from chalicelib.keys import ACCEPTANCE_PREFIX, user_partition
from chalicelib.phone import Phone
from chalicelib.storage import read_partition
from tests.fakes import FakeRing
from tests.faults import counted_calls
from tests.limits import GENEROUS
from tests.registering import AS_ADULT
from tests.world import World, running_world

CHILD = Phone("+8613700137000")
OTHER_CHILD = Phone("+8613600136000")
GUARDIAN = Phone("+8613900139999")


def ask_guardian(world: World, registrant: Phone = CHILD) -> CodeClaim:
    challenge = world.registering.send_guardian_code(GUARDIAN, registrant=registrant)
    return CodeClaim(challenge_id=challenge.id, phone=GUARDIAN, code=world.sms.last_code())


def as_child(guardian: CodeClaim | None) -> Registration:
    return replace(AS_ADULT, age_band=AgeBand.UNDER_14, guardian=guardian)


def register(world: World, registration: Registration, phone: Phone = CHILD) -> Login:
    challenge = world.challenges.send_code(phone)
    code = world.sms.last_code()
    return world.login.verify_code(challenge.id, phone, code, registration=registration)


class TestConsent:
    def test_opens_the_account_and_is_recorded_without_the_number(self, world: World) -> None:
        login = register(world, as_child(ask_guardian(world)))
        rows = read_partition(world.accounts, user_partition(login.account.id))
        (row,) = [row for row in rows if row["sk"].startswith(ACCEPTANCE_PREFIX)]

        assert row["age_band"] == "under_14"
        assert row["guardian_index"]
        assert GUARDIAN[3:] not in world.dump() + repr(world.log.lines)

    def test_text_says_what_the_code_is_for(self, world: World) -> None:
        ask_guardian(world)

        phone, text = world.sms.sent[-1]
        assert phone == GUARDIAN
        assert "监护人" in text
        assert "@" not in text

    def test_costs_one_call_more(self, world: World) -> None:
        guardian = ask_guardian(world)
        challenge = world.challenges.send_code(CHILD)
        code = world.sms.last_code()
        with counted_calls() as calls:
            world.login.verify_code(challenge.id, CHILD, code, registration=as_child(guardian))

        assert len(calls.names) == 3  # the vault is a fake: one more with KMS

    def test_works_once(self, world: World) -> None:
        guardian = ask_guardian(world)
        register(world, as_child(guardian))
        world.identity_data.erase(world.log_in(CHILD))

        with pytest.raises(GuardianCodeRejected):
            register(world, as_child(guardian))

    def test_of_a_wrong_code_leaves_the_childs_code_alone(self, world: World) -> None:
        guardian = ask_guardian(world)
        challenge = world.challenges.send_code(CHILD)
        code = world.sms.last_code()
        wrong = replace(guardian, code=f"{(int(guardian.code) + 1) % 10**6:06}")
        with pytest.raises(GuardianCodeRejected) as refusal:
            world.login.verify_code(challenge.id, CHILD, code, registration=as_child(wrong))

        assert refusal.value.facts == {"attempts_left": 4}
        login = world.login.verify_code(challenge.id, CHILD, code, registration=as_child(guardian))
        assert login.is_new

    def test_is_neither_guessed_nor_given_late(self, world: World) -> None:
        guardian = ask_guardian(world)
        world.clock.advance(minutes=5)

        with pytest.raises(GuardianCodeRejected):
            register(world, as_child(guardian))

    @pytest.mark.parametrize("phone", [CHILD, GUARDIAN])
    def test_from_nobody_or_oneself_is_none(self, world: World, phone: Phone) -> None:
        guardian = ask_guardian(world)
        consent = replace(guardian, phone=CHILD) if phone == CHILD else None

        with pytest.raises(GuardianIsChild if consent else GuardianRequired):
            register(world, as_child(consent))
        with pytest.raises(GuardianIsChild):
            world.registering.send_guardian_code(CHILD, registrant=CHILD)

    def test_of_somebody_grown_up_is_not_looked_at(self, world: World) -> None:
        guardian = ask_guardian(world)

        assert register(world, replace(AS_ADULT, guardian=guardian)).is_new
        assert register(world, as_child(ask_guardian(world, OTHER_CHILD)), OTHER_CHILD).is_new


class TestPurpose:
    def test_code_for_one_is_another_code_for_another(self) -> None:
        purposes = [Purpose(kind, whom) for kind in MessageKind for whom in ("", CHILD, "a user")]
        secret, challenge_id = FakeRing().current(), ChallengeId("one")
        macs = {code_mac(secret, one, challenge_id, GUARDIAN, "123456") for one in purposes}

        assert len(macs) == len(purposes)

    def test_consent_to_one_child_is_none_to_another(self, world: World) -> None:
        guardian = ask_guardian(world, OTHER_CHILD)

        with pytest.raises(GuardianCodeRejected):
            register(world, as_child(guardian))

    def test_guardians_code_does_not_log_in(self, world: World) -> None:
        world.log_in(GUARDIAN)
        guardian = ask_guardian(world)

        with pytest.raises(CodeRejected):
            world.login.verify_code(guardian.challenge_id, GUARDIAN, guardian.code)

    def test_login_code_is_no_consent(self, world: World) -> None:
        challenge = world.challenges.send_code(GUARDIAN)
        consent = CodeClaim(challenge_id=challenge.id, phone=GUARDIAN, code=world.sms.last_code())

        with pytest.raises(GuardianCodeRejected):
            register(world, as_child(consent))


def test_a_guardian_is_texted_no_oftener_than_anybody() -> None:
    with running_world(limits=replace(GENEROUS, per_phone_an_hour=2)) as world:
        ask_guardian(world)
        ask_guardian(world, OTHER_CHILD)
        refusals: list[AppError] = []
        for ask in (lambda: ask_guardian(world), lambda: world.challenges.send_code(GUARDIAN)):
            with pytest.raises(TooManyRequests) as refusal:
                ask()
            refusals.append(refusal.value)

    assert {refusal.facts["limit"] for refusal in refusals} == {"codes_per_phone_per_hour"}
