""" "My account was leaked" (SE.8): one call after which only a fresh code opens anything."""

from collections.abc import Callable

import pytest

from chalicelib.errors import AppError, Unauthenticated
from chalicelib.identity.account_store import AccountStore
from chalicelib.identity.errors import CodeRejected
from chalicelib.identity.new_sessions import Login
from chalicelib.ids import Caller
from chalicelib.keys import profile_key
from chalicelib.storage import Item, Key, Page, Write
from tests.faults import Crash, Fault, counted_calls
from tests.world import ALICE_PHONE, World


def caller_of(world: World, login: Login) -> Caller:
    return world.sessions.authenticate(login.tokens.access_token)


def refused(call: Callable[[], object]) -> bool:
    try:
        call()
    except (Unauthenticated, CodeRejected):
        return True
    return False


class TestFreeze:
    def test_ends_every_session_in_three_calls(self, world: World) -> None:
        logins = [world.open_session() for _ in range(10)]
        caller = caller_of(world, logins[0])
        with counted_calls() as calls:
            ended = world.account.freeze(caller)

        assert (ended, len(calls.names)) == (10, 3)
        for login in logins:
            assert refused(lambda one=login: caller_of(world, one))  # type: ignore[misc]
        assert "account_frozen" in world.log.events()

    def test_nothing_of_before_works(self, world: World) -> None:
        login = world.open_session()
        renewed = world.sessions.refresh(login.tokens.refresh_token)
        challenge = world.challenges.send_code(ALICE_PHONE)
        code = world.sms.last_code()
        world.clock.advance(seconds=1)
        world.account.freeze(world.sessions.authenticate(renewed.access_token))

        assert refused(lambda: world.sessions.authenticate(renewed.access_token))
        assert refused(lambda: world.sessions.refresh(renewed.refresh_token))
        assert refused(lambda: world.sessions.refresh(login.tokens.refresh_token))
        assert refused(lambda: world.login.verify_code(challenge.id, ALICE_PHONE, code))

    def test_code_of_after_thaws_and_the_account_is_the_same(self, world: World) -> None:
        login = world.open_session()
        world.account.freeze(caller_of(world, login))
        world.clock.advance(seconds=1)
        again = world.open_session()

        assert again.account.id == login.account.id
        assert caller_of(world, again)
        assert "frozen_at" not in (world.accounts.get(profile_key(login.account.id)) or {})

    def test_code_of_before_stays_refused_after_the_thaw(self, world: World) -> None:
        login = world.open_session()
        old = world.challenges.send_code(ALICE_PHONE)
        old_code = world.sms.last_code()
        world.account.freeze(caller_of(world, login))
        world.clock.advance(seconds=1)
        world.open_session()

        assert refused(lambda: world.login.verify_code(old.id, ALICE_PHONE, old_code))

    def test_full_account_freezes_and_refuses_too(self, world: World) -> None:
        logins = [world.open_session() for _ in range(10)]
        challenge = world.challenges.send_code(ALICE_PHONE)
        code = world.sms.last_code()
        world.account.freeze(caller_of(world, logins[-1]))

        assert refused(lambda: world.login.verify_code(challenge.id, ALICE_PHONE, code))
        assert not world.accounts.query(
            f"USER#{logins[0].account.id}", prefix="SESSION#", limit=20
        ).items

    @pytest.mark.parametrize("fault", Fault)
    @pytest.mark.parametrize("nth", [1, 2, 3])
    def test_dying_in_between_freezes_all_or_nothing(
        self, world: World, fault: Fault, nth: int
    ) -> None:
        login, other = world.open_session(), world.open_session()
        caller = caller_of(world, login)
        with pytest.raises((Crash, AppError)), counted_calls(fault, nth):
            world.account.freeze(caller)

        frozen = "frozen_at" in (world.accounts.get(profile_key(login.account.id)) or {})
        assert frozen == (fault is Fault.AFTER and nth == 3)
        for one in (login, other):
            assert refused(lambda one=one: caller_of(world, one)) == frozen  # type: ignore[misc]


class MeanwhileTable:
    """A table on which something happens just before the first write."""

    def __init__(self, world: World, meanwhile: Callable[[], object]) -> None:
        self._table = world.accounts
        self._meanwhile: Callable[[], object] | None = meanwhile
        self.get: Callable[[Key], Item | None] = world.accounts.get
        self.query: Callable[..., Page] = world.accounts.query

    def write(self, *writes: Write) -> Item | None:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile:
            meanwhile()
        return self._table.write(*writes)


class TestRace:
    def test_login_that_slips_in_is_ended_too(self, world: World) -> None:
        login = world.open_session()
        slipped: list[Login] = []
        table = MeanwhileTable(world, lambda: slipped.append(world.open_session()))

        ended = AccountStore(table).freeze(login.account.id, world.clock.now())

        assert ended == 2
        assert refused(lambda: caller_of(world, slipped[0]))
