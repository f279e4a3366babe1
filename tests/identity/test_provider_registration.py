"""Somebody new registers after a provider has named them, without going there twice."""

import pytest
from msgspec.structs import replace

from chalicelib.identity.codes import CodeClaim
from chalicelib.identity.errors import (
    GuardianCodeRejected,
    GuardianRequired,
    PolicyNotInForce,
    ProviderLoginRejected,
    RegistrationRequired,
)
from chalicelib.identity.provider_states import (
    PROOF_LIFETIME,
    STATE_LIFETIME,
    ProviderReturn,
)
from chalicelib.identity.registration import AgeBand
from tests.guests import come
from tests.identity.third_parties import WECHAT, ThirdParties
from tests.registering import AS_ADULT
from tests.world import BOB_PHONE, World


@pytest.fixture
def parties(world: World) -> ThirdParties:
    return ThirdParties(world)


class TestRegistration:
    def test_is_asked_for_without_losing_the_proof(self, parties: ThirdParties) -> None:
        returned = parties.come_back("ada")
        for wrong, refusal in (
            (None, RegistrationRequired),
            (replace(AS_ADULT, policy_version="an old one"), PolicyNotInForce),
            (replace(AS_ADULT, age_band=AgeBand.UNDER_14), GuardianRequired),
        ):
            with pytest.raises(refusal):
                parties.login.log_in(WECHAT, returned, registration=wrong)
        login = parties.login.log_in(WECHAT, returned, registration=AS_ADULT)

        assert login.is_new
        assert parties.log_in("ada").account == login.account

    def test_of_a_child_takes_a_guardians_code_for_this_very_login(
        self, world: World, parties: ThirdParties
    ) -> None:
        returned, other = self._refused_once(parties), parties.come_back("bob")
        sent = world.registering.send_guardian_code(BOB_PHONE, registrant=returned.state)
        consent = CodeClaim(challenge_id=sent.id, phone=BOB_PHONE, code=world.sms.last_code())
        child = replace(AS_ADULT, age_band=AgeBand.UNDER_14, guardian=consent)
        with pytest.raises(GuardianCodeRejected):
            parties.login.log_in(WECHAT, other, registration=child)

        assert parties.login.log_in(WECHAT, returned, registration=child).is_new

    def test_opens_one_account_however_often_it_is_sent(self, parties: ThirdParties) -> None:
        returned = self._refused_once(parties)
        parties.login.log_in(WECHAT, returned, registration=AS_ADULT)

        with pytest.raises(ProviderLoginRejected):
            parties.login.log_in(WECHAT, returned, registration=AS_ADULT)

    def test_proof_is_of_use_to_its_client_only(self, parties: ThirdParties) -> None:
        returned = self._refused_once(parties)

        with pytest.raises(ProviderLoginRejected):
            parties.login.log_in(
                WECHAT, replace(returned, verifier="v" * 43), registration=AS_ADULT
            )

    def test_proof_is_kept_for_ten_minutes_however_late_the_state_was_used(
        self, parties: ThirdParties
    ) -> None:
        in_time, late = parties.come_back("ada"), parties.come_back("bob")
        parties.world.clock.advance(seconds=STATE_LIFETIME.total_seconds() - 1)
        for returned in (in_time, late):
            with pytest.raises(RegistrationRequired):
                parties.login.log_in(WECHAT, returned)
        parties.world.clock.advance(seconds=PROOF_LIFETIME.total_seconds() - 1)
        assert parties.login.log_in(WECHAT, in_time, registration=AS_ADULT).is_new
        parties.world.clock.advance(seconds=1)

        with pytest.raises(ProviderLoginRejected):
            parties.login.log_in(WECHAT, late, registration=AS_ADULT)

    def test_is_not_asked_of_an_account_that_came_to_be_meanwhile(
        self, parties: ThirdParties
    ) -> None:
        returned = self._refused_once(parties)
        made = parties.log_in("ada")

        assert parties.login.log_in(WECHAT, returned).account == made.account
        with pytest.raises(ProviderLoginRejected):
            parties.login.log_in(WECHAT, returned)

    def _refused_once(self, parties: ThirdParties) -> ProviderReturn:
        returned = parties.come_back("ada")
        with pytest.raises(RegistrationRequired):
            parties.login.log_in(WECHAT, returned)
        return returned


class TestGuest:
    def test_becomes_the_account_of_a_new_login(self, world: World, parties: ThirdParties) -> None:
        guest = come(world)
        login = parties.log_in("ada", guest=guest)

        assert (login.account.id, login.is_new) == (guest.user_id, True)
        assert parties.caller_of(login).guest_until is None
        assert parties.log_in("ada").account.id == guest.user_id

    def test_joins_the_account_of_a_known_login(self, world: World, parties: ThirdParties) -> None:
        known = parties.log_in("ada")
        guest = come(world)
        login = parties.log_in("ada", guest=guest)

        assert login.account.id == known.account.id
        assert world.account.get_overview(parties.caller_of(login)).joined_guests == 1

    def test_keeps_the_session_when_a_registration_is_missing(
        self, world: World, parties: ThirdParties
    ) -> None:
        guest = come(world)
        returned = parties.come_back("ada")
        with pytest.raises(RegistrationRequired):
            parties.login.log_in(WECHAT, returned, guest=guest)

        login = parties.login.log_in(WECHAT, returned, registration=AS_ADULT, guest=guest)
        assert login.account.id == guest.user_id

    def test_links_nothing_before_registering(self, world: World, parties: ThirdParties) -> None:
        with pytest.raises(RegistrationRequired):
            parties.linking.begin(come(world), WECHAT, "c" * 43)
