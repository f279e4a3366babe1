"""Logging in by a provider: only what this client began, once, soon, and never into a frozen
account.
"""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from chalicelib.errors import NotFound, TooManyRequests, Unauthenticated
from chalicelib.identity.errors import (
    AccountFrozen,
    ProviderLoginRejected,
    ProviderUnavailable,
    RegistrationRequired,
)
from chalicelib.identity.provider_proofs import RETURNS_PER_ADDRESS
from chalicelib.identity.provider_states import (
    STATE_CHARACTERS,
    STATE_LIFETIME,
)
from tests.identity.third_parties import (
    ALIPAY,
    WECHAT,
    Browser,
    ThirdParties,
    with_state,
)
from tests.registering import AS_ADULT
from tests.world import World


@pytest.fixture
def parties(world: World) -> ThirdParties:
    return ThirdParties(world)


class TestLoggingIn:
    def test_same_person_comes_back_to_the_same_account(self, parties: ThirdParties) -> None:
        first = parties.log_in("ada")
        again = parties.log_in("ada", registration=None)

        assert (first.is_new, again.is_new) == (True, False)
        assert first.account == again.account
        assert parties.caller_of(again).user_id == first.account.id

    def test_same_name_at_another_provider_is_somebody_else(self, parties: ThirdParties) -> None:
        assert parties.log_in("ada").account.id != parties.log_in("ada", ALIPAY).account.id

    def test_neither_name_nor_code_nor_state_is_kept(self, parties: ThirdParties) -> None:
        returned = parties.come_back("ada lovelace")
        parties.login.log_in(WECHAT, returned, registration=AS_ADULT)
        kept = parties.world.dump() + str(parties.world.log.lines)

        for secret in ("lovelace", returned.code, returned.state, returned.verifier):
            assert secret not in kept
            assert secret not in repr(returned)

    def test_another_device_gets_the_notice(self, parties: ThirdParties) -> None:
        parties.log_in("ada")
        caller = parties.caller_of(parties.log_in("ada"))
        parties.log_in("ada")

        kinds = [one.kind for one in parties.world.account.get_overview(caller).notices]
        assert kinds == ["new_login"]

    def test_eleventh_session_takes_the_place_of_the_oldest(self, parties: ThirdParties) -> None:
        first = parties.log_in("ada")
        for _ in range(10):
            parties.world.clock.advance(seconds=1)
            last = parties.log_in("ada")

        assert len(parties.world.sessions.list_sessions(parties.caller_of(last))) == 10
        with pytest.raises(Unauthenticated):
            parties.caller_of(first)

    def test_provider_that_is_not_offered_does_not_exist(self, parties: ThirdParties) -> None:
        del parties.fakes[ALIPAY]

        assert parties.proofs.list_offered() == [WECHAT]
        with pytest.raises(NotFound):
            parties.proofs.begin(ALIPAY, Browser().challenge)

    def test_provider_that_is_away_is_said_to_be(self, parties: ThirdParties) -> None:
        returned = parties.come_back("ada")
        parties.fakes[WECHAT].is_down = True
        with pytest.raises(ProviderUnavailable):
            parties.login.log_in(WECHAT, returned)

        parties.fakes[WECHAT].is_down = False
        with pytest.raises(ProviderLoginRejected):
            parties.login.log_in(WECHAT, returned)


class TestState:
    def test_code_of_an_attacker_in_a_victims_browser_is_refused(
        self, parties: ThirdParties
    ) -> None:
        """The attack that states are for (RFC 6749 §10.12): an attacker agrees as themselves and
        has a victim's browser bring code and state back.
        """
        attacker, victim = Browser(verifier="a" * 43), Browser(verifier="v" * 43)
        theirs = parties.come_back("mallory", browser=attacker)

        with pytest.raises(ProviderLoginRejected):
            parties.login.log_in(WECHAT, replace(theirs, verifier=victim.verifier))

    def test_works_once(self, parties: ThirdParties) -> None:
        returned = parties.come_back("ada")
        parties.login.log_in(WECHAT, returned, registration=AS_ADULT)
        fresh_code = parties.fakes[WECHAT].agree("ada")

        with pytest.raises(ProviderLoginRejected):
            parties.login.log_in(WECHAT, replace(returned, code=fresh_code))

    def test_is_used_before_the_provider_is_asked(self, parties: ThirdParties) -> None:
        returned = parties.come_back("ada")
        refused: list[str] = []

        def bring_it_again() -> None:
            code = parties.fakes[WECHAT].agree("ada")
            with pytest.raises(ProviderLoginRejected) as refusal:
                parties.login.log_in(WECHAT, replace(returned, code=code), registration=AS_ADULT)
            refused.append(refusal.value.code)

        parties.fakes[WECHAT].meanwhile = bring_it_again
        login = parties.login.log_in(WECHAT, returned, registration=AS_ADULT)

        assert login.is_new
        assert len(refused) == 1

    def test_works_for_ten_minutes(self, parties: ThirdParties) -> None:
        in_time, late = parties.come_back("ada"), parties.come_back("ada")
        parties.world.clock.advance(seconds=STATE_LIFETIME.total_seconds() - 1)
        assert parties.login.log_in(WECHAT, in_time, registration=AS_ADULT)
        parties.world.clock.advance(seconds=1)
        with pytest.raises(ProviderLoginRejected):
            parties.login.log_in(WECHAT, late)

    def test_works_for_its_provider_only(self, parties: ThirdParties) -> None:
        returned = parties.come_back("ada")
        code = parties.fakes[ALIPAY].agree("ada")

        with pytest.raises(ProviderLoginRejected):
            parties.login.log_in(ALIPAY, replace(returned, code=code))

    def test_survives_one_rotation_of_its_key(self, parties: ThirdParties) -> None:
        one, other = parties.come_back("ada"), parties.come_back("ada")
        parties.world.session_ring.rotate(b"next")
        assert parties.login.log_in(WECHAT, one, registration=AS_ADULT)
        parties.world.session_ring.rotate(b"after next")
        with pytest.raises(ProviderLoginRejected):
            parties.login.log_in(WECHAT, other)

    @pytest.mark.parametrize(
        "state", ["", "x", "0" * STATE_CHARACTERS, "f" * STATE_CHARACTERS, "é" * 84, " " * 84]
    )
    def test_what_is_none_is_refused_before_anybody_is_asked(
        self, parties: ThirdParties, state: str
    ) -> None:
        rows = parties.world.dump()
        with pytest.raises(ProviderLoginRejected):
            parties.login.log_in(WECHAT, with_state(parties.come_back("ada"), state))
        assert parties.world.dump() == rows

    def test_beginning_leaves_no_row(self, parties: ThirdParties) -> None:
        rows = parties.world.dump()
        for _ in range(5):
            parties.come_back("ada")
        assert parties.world.dump() == rows

    def test_returns_of_one_address_are_limited(self, parties: ThirdParties) -> None:
        for number in range(RETURNS_PER_ADDRESS.most):
            with pytest.raises(RegistrationRequired):
                parties.log_in(f"somebody {number}", registration=None)
        with pytest.raises(TooManyRequests) as refusal:
            parties.log_in("one more")
        assert refusal.value.facts["limit"] == RETURNS_PER_ADDRESS.name

        elsewhere = replace(parties.come_back("one more"), source_ip="203.0.113.8")
        assert parties.login.log_in(WECHAT, elsewhere, registration=AS_ADULT).is_new
        parties.world.clock.advance(hours=1)
        assert parties.log_in("one more").account


class TestFreeze:
    def test_account_with_a_number_is_not_thawed(self, world: World, parties: ThirdParties) -> None:
        caller = parties.caller_of(world.open_session())
        parties.link(caller, "ada")
        before = parties.come_back("ada")
        world.account.freeze(caller)
        world.clock.advance(seconds=1)

        for returned in (before, parties.come_back("ada")):
            with pytest.raises(AccountFrozen):
                parties.login.log_in(WECHAT, returned)
        world.open_session()
        assert parties.log_in("ada").account.id == caller.user_id

    def test_account_without_number_is_thawed_by_the_login_it_was_opened_with(
        self, world: World, parties: ThirdParties
    ) -> None:
        caller = parties.caller_of(parties.log_in("ada"))
        parties.link(caller, "ada", ALIPAY)
        before = parties.come_back("ada")
        world.account.freeze(caller)
        world.clock.advance(seconds=1)

        for frozen in (
            lambda: parties.login.log_in(WECHAT, before),
            lambda: parties.log_in("ada", ALIPAY),
        ):
            self._is_refused(frozen)
        assert parties.log_in("ada").account.id == caller.user_id
        assert parties.log_in("ada", ALIPAY).account.id == caller.user_id

    def _is_refused(self, attempt: Callable[[], object]) -> None:
        with pytest.raises(AccountFrozen):
            attempt()
