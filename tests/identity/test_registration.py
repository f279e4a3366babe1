"""Registering: nobody gets an account without having accepted the policy (I.2) and said an age
band (AG); what they said is kept as they said it.
"""

from typing import Any

import pytest

from chalicelib.clock import to_iso
from chalicelib.errors import AppError, NotFound
from chalicelib.identity.errors import (
    CodeRejected,
    GuardianRequired,
    PolicyNotInForce,
    RegistrationRequired,
)
from chalicelib.identity.new_sessions import Login
from chalicelib.identity.policy import VERSION_IN_FORCE, PolicyLocale, policy_in_force
from chalicelib.identity.registration import AgeBand, Registration
from chalicelib.keys import ACCEPTANCE_PREFIX, profile_key, user_partition
from chalicelib.storage import read_partition
from tests.registering import AS_ADULT
from tests.world import ALICE_PHONE, World


def said(**changes: Any) -> Registration:
    told: dict[str, Any] = {
        "policy_version": VERSION_IN_FORCE,
        "locale": PolicyLocale.CHINESE,
        "age_band": AgeBand.ADULT,
    }
    return Registration(**told | changes)


def register(world: World, registration: Registration | None) -> Login:
    challenge = world.challenges.send_code(ALICE_PHONE)
    code = world.sms.last_code()
    return world.login.verify_code(challenge.id, ALICE_PHONE, code, registration=registration)


def acceptances(world: World, login: Login) -> list[dict[str, Any]]:
    rows = read_partition(world.accounts, user_partition(login.account.id))
    return [dict(row) for row in rows if row["sk"].startswith(ACCEPTANCE_PREFIX)]


class TestRegistrationRequired:
    def test_new_number_is_asked_and_its_code_still_works(self, world: World) -> None:
        challenge = world.challenges.send_code(ALICE_PHONE)
        code = world.sms.last_code()
        with pytest.raises(RegistrationRequired) as refusal:
            world.login.verify_code(challenge.id, ALICE_PHONE, code)

        assert refusal.value.facts == {"policy_version": VERSION_IN_FORCE}
        assert "USER#" not in world.dump()
        assert world.login.verify_code(challenge.id, ALICE_PHONE, code, registration=said()).is_new

    def test_wrong_code_learns_nothing_of_it(self, world: World) -> None:
        challenge = world.challenges.send_code(ALICE_PHONE)
        wrong = f"{(int(world.sms.last_code()) + 1) % 10**6:06}"

        with pytest.raises(CodeRejected):
            world.login.verify_code(challenge.id, ALICE_PHONE, wrong)

    def test_asking_costs_tries_so_that_it_ends(self, world: World) -> None:
        challenge = world.challenges.send_code(ALICE_PHONE)
        code = world.sms.last_code()
        for _ in range(5):
            with pytest.raises(RegistrationRequired):
                world.login.verify_code(challenge.id, ALICE_PHONE, code)

        with pytest.raises(CodeRejected):
            world.login.verify_code(challenge.id, ALICE_PHONE, code, registration=said())

    def test_known_number_needs_none_and_changes_nothing_by_one(self, world: World) -> None:
        first = register(world, said(age_band=AgeBand.FROM_14_TO_17))
        before = acceptances(world, first)

        assert register(world, None).account == first.account
        assert register(world, AS_ADULT).account == first.account
        assert acceptances(world, first) == before
        profile = world.accounts.get(profile_key(first.account.id)) or {}
        assert profile["age_band"] == "14_to_17"

    @pytest.mark.parametrize(
        ("registration", "refusal"),
        [
            (said(policy_version="2020-01-01"), PolicyNotInForce),
            (said(policy_version=""), PolicyNotInForce),
            (said(age_band=AgeBand.UNDER_14), GuardianRequired),
        ],
    )
    def test_one_that_does_not_hold_opens_nothing(
        self, world: World, registration: Registration, refusal: type[AppError]
    ) -> None:
        with pytest.raises(refusal) as raised:
            register(world, registration)

        assert "USER#" not in world.dump()
        if refusal is PolicyNotInForce:
            assert raised.value.facts == {"policy_version": VERSION_IN_FORCE}


class TestMinor:
    def test_gets_a_word_of_guidance_until_it_is_dismissed(self, world: World) -> None:
        login = register(world, said(age_band=AgeBand.FROM_14_TO_17))
        caller = world.sessions.authenticate(login.tokens.access_token)
        (notice,) = world.account.get_overview(caller).notices

        assert (notice.kind, notice.session_id) == ("minor_guidance", None)
        world.account.dismiss_notice(caller, notice.id)
        assert world.account.get_overview(caller).notices == []
        with pytest.raises(NotFound):
            world.account.dismiss_notice(caller, notice.id)

    def test_grown_up_gets_none(self, world: World) -> None:
        login = register(world, said())
        caller = world.sessions.authenticate(login.tokens.access_token)

        assert world.account.get_overview(caller).notices == []


class TestAcceptance:
    def test_is_recorded_word_for_word_with_the_account(self, world: World) -> None:
        login = register(world, said(age_band=AgeBand.FROM_14_TO_17))
        (row,) = acceptances(world, login)

        assert {name: row[name] for name in row.keys() - {"pk", "sk"}} == {
            "policy_version": VERSION_IN_FORCE,
            "locale": "zh-CN",
            "policy_sha256": policy_in_force(PolicyLocale.CHINESE).sha256,
            "age_band": "14_to_17",
            "channel": "phone",
            "accepted_at": to_iso(world.clock.now()),
        }

    def test_is_exported_and_erased_with_the_person(self, world: World) -> None:
        login = register(world, said())
        exported = [
            one for one in world.identity_data.export(login.account.id) if one.kind == "acceptance"
        ]

        assert exported[0].data["policy_version"] == VERSION_IN_FORCE
        world.identity_data.erase(login.account.id)
        assert ACCEPTANCE_PREFIX not in world.dump()
