"""Linking is explicit, proven anew, told, and never joins two accounts; unlinking locks nobody
out.
"""

import pytest

from chalicelib.errors import NotFound, Unauthenticated
from chalicelib.identity.dormancy import DormantAnswer
from chalicelib.identity.errors import (
    LastLogin,
    LoginPresent,
    LoginTaken,
    ProviderLoginRejected,
    RegistrationRequired,
    SecondFactorRequired,
)
from chalicelib.identity.ports import LoginProvider
from chalicelib.ids import Caller
from tests.identity.third_parties import ALIPAY, WECHAT, ThirdParties
from tests.registering import AS_ADULT
from tests.world import ALICE_PHONE, BOB_PHONE, World


@pytest.fixture
def parties(world: World) -> ThirdParties:
    return ThirdParties(world)


@pytest.fixture
def alice(world: World, parties: ThirdParties) -> Caller:
    return parties.caller_of(world.open_session())


def logins_of(world: World, caller: Caller) -> list[tuple[LoginProvider, bool]]:
    logins = world.account.get_overview(caller).logins
    return [(one.provider, one.is_removable) for one in logins]


def kinds_told(world: World, caller: Caller) -> list[str]:
    return [one.kind for one in world.account.get_overview(caller).notices]


class TestLinking:
    def test_login_opens_the_account_from_then_on(
        self, world: World, parties: ThirdParties, alice: Caller
    ) -> None:
        parties.link(alice, "ada")
        parties.link(alice, "ada", ALIPAY)

        assert sorted(logins_of(world, alice)) == [(ALIPAY, True), (WECHAT, True)]
        for provider in LoginProvider:
            login = parties.log_in("ada", provider, registration=None)
            assert login.account.id == alice.user_id

    def test_login_of_another_account_is_refused_and_stays_there(
        self, world: World, parties: ThirdParties, alice: Caller
    ) -> None:
        bob = parties.caller_of(world.open_session(BOB_PHONE))
        parties.link(bob, "ada")
        with pytest.raises(LoginTaken):
            parties.link(alice, "ada")

        assert logins_of(world, alice) == []
        assert parties.log_in("ada").account.id == bob.user_id

    def test_account_has_one_login_of_each_provider(
        self, world: World, parties: ThirdParties, alice: Caller
    ) -> None:
        parties.link(alice, "ada")
        with pytest.raises(LoginPresent):
            parties.link(alice, "grace")

        with pytest.raises(RegistrationRequired):
            parties.log_in("grace", registration=None)

    def test_linking_again_changes_and_tells_nothing(
        self, world: World, parties: ThirdParties, alice: Caller
    ) -> None:
        parties.link(alice, "ada")
        parties.link(alice, "ada")

        assert world.log.events().count("login_linked") == 1
        assert logins_of(world, alice) == [(WECHAT, True)]

    def test_what_was_begun_to_log_in_links_nothing_and_the_other_way_round(
        self, world: World, parties: ThirdParties, alice: Caller
    ) -> None:
        with pytest.raises(ProviderLoginRejected):
            parties.linking.link(alice, WECHAT, parties.come_back("ada"))
        with pytest.raises(ProviderLoginRejected):
            parties.login.log_in(WECHAT, parties.come_back("ada", caller=alice))

    def test_what_one_account_began_links_to_no_other(
        self, world: World, parties: ThirdParties, alice: Caller
    ) -> None:
        """A victim who is led to finish what an attacker began would give them the account."""
        bob = parties.caller_of(world.open_session(BOB_PHONE))
        theirs = parties.come_back("mallory", caller=bob)

        with pytest.raises(ProviderLoginRejected):
            parties.linking.link(alice, WECHAT, theirs)

    def test_session_that_ends_meanwhile_links_nothing(
        self, world: World, parties: ThirdParties, alice: Caller
    ) -> None:
        parties.fakes[WECHAT].meanwhile = lambda: world.account.freeze(alice)
        with pytest.raises(Unauthenticated):
            parties.link(alice, "ada")

        world.clock.advance(seconds=1)
        again = parties.caller_of(world.open_session())
        assert logins_of(world, again) == []

    def test_other_sessions_are_told_and_the_one_that_did_it_is_not(
        self, world: World, parties: ThirdParties, alice: Caller
    ) -> None:
        parties.link(alice, "ada")
        world.clock.advance(seconds=1)
        parties.linking.unlink(alice, WECHAT)
        other = parties.caller_of(world.open_session())

        assert kinds_told(world, other) == ["login_unlinked", "login_linked"]
        assert kinds_told(world, alice) == ["new_login"]
        lines = [line for line in world.log.lines if str(line["message"]).startswith("login_")]
        assert [(line["message"], line["user"], line["provider"]) for line in lines] == [
            ("login_linked", alice.pseudonym, "wechat"),
            ("login_unlinked", alice.pseudonym, "wechat"),
        ]


class TestUnlinking:
    def test_login_opens_the_account_no_more(
        self, world: World, parties: ThirdParties, alice: Caller
    ) -> None:
        parties.link(alice, "ada")
        parties.linking.unlink(alice, WECHAT)

        assert logins_of(world, alice) == []
        assert parties.log_in("ada").account.id != alice.user_id
        with pytest.raises(NotFound):
            parties.linking.unlink(alice, WECHAT)

    def test_login_that_opened_an_account_without_number_stays(
        self, world: World, parties: ThirdParties
    ) -> None:
        caller = parties.caller_of(parties.log_in("ada"))
        parties.link(caller, "ada", ALIPAY)
        with pytest.raises(LastLogin):
            parties.linking.unlink(caller, WECHAT)

        assert sorted(logins_of(world, caller)) == [(ALIPAY, True), (WECHAT, False)]
        parties.linking.unlink(caller, ALIPAY)
        assert logins_of(world, caller) == [(WECHAT, False)]
        assert parties.log_in("ada").account.id == caller.user_id

    def test_login_that_is_unlinked_on_the_way_opens_nothing(
        self, world: World, parties: ThirdParties, alice: Caller
    ) -> None:
        parties.link(alice, "ada")
        parties.fakes[WECHAT].meanwhile = lambda: parties.linking.unlink(alice, WECHAT)
        with pytest.raises(RegistrationRequired):
            parties.log_in("ada", registration=None)


class TestNumberThatPassedOn:
    def test_account_lives_on_with_its_other_login(
        self, world: World, parties: ThirdParties, alice: Caller
    ) -> None:
        parties.link(alice, "ada")
        parties.link(alice, "ada", ALIPAY)
        world.clock.advance(days=91)
        challenge = world.challenges.send_code(ALICE_PHONE)
        stranger = world.login.verify_code(
            challenge.id,
            ALICE_PHONE,
            world.sms.last_code(),
            registration=AS_ADULT,
            answer=DormantAnswer(is_not_mine=True),
        )

        assert stranger.account.id != alice.user_id
        again = parties.caller_of(parties.log_in("ada", registration=None))
        assert again.user_id == alice.user_id
        assert logins_of(world, again) == [(ALIPAY, False), (WECHAT, True)]
        with pytest.raises(LastLogin):
            parties.linking.unlink(again, ALIPAY)
        assert world.open_session().account.id == stranger.account.id

    def test_owner_who_goes_on_by_another_login_is_not_seen_by_whoever_has_the_number(
        self, world: World, parties: ThirdParties, alice: Caller
    ) -> None:
        parties.link(alice, "ada")
        world.clock.advance(days=60)
        parties.log_in("ada", registration=None)
        world.clock.advance(days=30)
        owner = parties.caller_of(parties.log_in("ada", registration=None))

        with pytest.raises(SecondFactorRequired):
            world.open_session()
        challenge = world.challenges.send_code(ALICE_PHONE)
        stranger = world.login.verify_code(
            challenge.id,
            ALICE_PHONE,
            world.sms.last_code(),
            registration=AS_ADULT,
            answer=DormantAnswer(is_not_mine=True),
        )
        assert stranger.account.id != alice.user_id
        assert world.account.get_overview(owner).age_band == "adult"


class TestPersonalData:
    def test_everything_is_counted_exported_and_erased(
        self, world: World, parties: ThirdParties
    ) -> None:
        caller = parties.caller_of(parties.log_in("ada"))
        parties.link(caller, "ada", ALIPAY)
        records = list(world.identity_data.export(caller.user_id))

        assert sorted(record.kind for record in records) == [
            *("acceptance", "linked_login", "linked_login", "login_index", "login_index"),
            *("notice", "profile", "session"),
        ]
        assert not any("subject" in field for record in records for field in record.data)
        [linked] = [one.data for one in records if one.data.get("provider") == "alipay"]
        assert linked.keys() == {"provider", "linked_at"}
        assert world.identity_data.erase(caller.user_id) == {"AccountsTable": len(records)}
        assert caller.user_id not in world.dump()
        assert parties.log_in("ada").is_new
