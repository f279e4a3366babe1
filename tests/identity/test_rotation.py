"""Refresh tokens (docs/decisions/0010-rotation.md): a lost answer does no harm, a stolen token ends
the session.
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.errors import Unauthenticated
from chalicelib.identity.notices import NoticeKind
from chalicelib.identity.tokens import IssuedTokens
from tests.faults import Crash, Fault, counted_calls
from tests.world import World


def authenticates(world: World, access_token: str) -> bool:
    try:
        world.sessions.authenticate(access_token)
    except Unauthenticated:
        return False
    return True


def notices_of(world: World) -> list[NoticeKind]:
    """What Alice is shown when she logs in again."""
    caller = world.sessions.authenticate(world.open_session().tokens.access_token)
    return [notice.kind for notice in world.account.get_overview(caller).notices]


class TestLostReply:
    def test_parent_gets_the_same_pair_again_for_thirty_seconds(self, world: World) -> None:
        parent = world.open_session().tokens.refresh_token
        child = world.sessions.refresh(parent)
        world.clock.advance(seconds=29.999)

        assert world.sessions.refresh(parent) == child
        assert authenticates(world, child.access_token)

    def test_crash_after_the_write_is_a_lost_reply(self, world: World) -> None:
        parent = world.open_session().tokens.refresh_token
        with pytest.raises(Crash), counted_calls(Fault.AFTER, 1):
            world.sessions.refresh(parent)

        child = world.sessions.refresh(parent)

        assert authenticates(world, child.access_token)

    def test_repeat_starts_no_lifetime_anew(self, world: World) -> None:
        parent = world.open_session().tokens.refresh_token
        child = world.sessions.refresh(parent)
        world.clock.advance(seconds=20)
        again = world.sessions.refresh(parent)

        assert again.access_expires_at == child.access_expires_at
        world.clock.advance(seconds=10)
        with pytest.raises(Unauthenticated):
            world.sessions.refresh(parent)

    def test_key_may_rotate_in_between(self, world: World) -> None:
        parent = world.open_session().tokens.refresh_token
        child = world.sessions.refresh(parent)
        world.session_ring.rotate(b"the next key")

        assert world.sessions.refresh(parent) == child

    def test_costs_one_call_like_any_refresh(self, world: World) -> None:
        parent = world.open_session().tokens.refresh_token
        for _ in ("first", "repeat"):
            with counted_calls() as calls:
                world.sessions.refresh(parent)
            assert calls.names == ["UpdateItem"]

    def test_parent_and_another_nonce_give_another_child(self, world: World) -> None:
        login = world.open_session()
        first = world.sessions.refresh(login.tokens.refresh_token)
        row = world.accounts.query(f"USER#{login.account.id}", prefix="SESSION#", limit=1).items[0]

        second = world.sessions.refresh(first.refresh_token)
        later = world.accounts.query(f"USER#{login.account.id}", prefix="SESSION#", limit=1)
        assert row["rotation_seed"] != later.items[0]["rotation_seed"]
        assert first.refresh_token != second.refresh_token


class TestReuse:
    def test_parent_after_thirty_seconds_ends_the_session(self, world: World) -> None:
        parent = world.open_session().tokens.refresh_token
        child = world.sessions.refresh(parent)
        world.clock.advance(seconds=30)

        with pytest.raises(Unauthenticated):
            world.sessions.refresh(parent)
        assert not authenticates(world, child.access_token)
        with pytest.raises(Unauthenticated):
            world.sessions.refresh(child.refresh_token)

    def test_parent_of_a_used_child_ends_the_session_at_once(self, world: World) -> None:
        parent = world.open_session().tokens.refresh_token
        grandchild = world.sessions.refresh(world.sessions.refresh(parent).refresh_token)

        with pytest.raises(Unauthenticated):
            world.sessions.refresh(parent)
        assert not authenticates(world, grandchild.access_token)

    def test_is_an_event_and_one_notice_that_can_be_dismissed(self, world: World) -> None:
        parent = world.open_session().tokens.refresh_token
        world.sessions.refresh(parent)
        world.clock.advance(seconds=30)
        for _ in range(3):
            with pytest.raises(Unauthenticated):
                world.sessions.refresh(parent)

        assert world.log.events().count("token_reused") == 1
        caller = world.sessions.authenticate(world.open_session().tokens.access_token)
        (notice,) = world.account.get_overview(caller).notices
        assert notice.kind is NoticeKind.TOKEN_REUSED
        world.account.dismiss_notice(caller, notice.id)
        assert not world.account.get_overview(caller).notices

    def test_other_sessions_of_the_user_stay(self, world: World) -> None:
        parent = world.open_session().tokens.refresh_token
        other = world.open_session().tokens.access_token
        world.sessions.refresh(world.sessions.refresh(parent).refresh_token)

        with pytest.raises(Unauthenticated):
            world.sessions.refresh(parent)
        assert authenticates(world, other)

    def test_invented_token_ends_nothing_and_asks_no_table(self, world: World) -> None:
        tokens = world.open_session().tokens
        invented = tokens.refresh_token[:60] + "A" * (len(tokens.refresh_token) - 60)

        with counted_calls() as calls, pytest.raises(Unauthenticated):
            world.sessions.refresh(invented)
        assert calls.names == []
        assert world.sessions.refresh(tokens.refresh_token)

    def test_access_token_of_the_session_is_no_refresh_token(self, world: World) -> None:
        tokens = world.open_session().tokens
        renamed = tokens.access_token.replace("ifa_", "ifr_")

        with pytest.raises(Unauthenticated):
            world.sessions.refresh(renamed)
        assert authenticates(world, tokens.access_token)

    def test_token_of_an_idle_session_leaves_no_notice(self, world: World) -> None:
        parent = world.open_session().tokens.refresh_token
        world.sessions.refresh(parent)
        world.clock.advance(days=30)
        with pytest.raises(Unauthenticated):
            world.sessions.refresh(parent)

        assert notices_of(world) == []
        assert "token_reused" not in world.log.events()


@dataclass(slots=True)
class Client:
    """Refreshes with what it last received; what was lost on the way it never saw."""

    holds: IssuedTokens
    is_out: bool = False


@dataclass(slots=True)
class Family:
    """One session with its clients, and every pair that was ever answered, received or lost."""

    world: World
    clients: list[Client]
    answered: list[IssuedTokens] = field(default_factory=list)

    def refresh(self, client: Client, *, is_lost: bool) -> None:
        try:
            issued = self.world.sessions.refresh(client.holds.refresh_token)
        except Unauthenticated:
            client.is_out = True
            return
        self.answered.append(issued)
        if not is_lost:
            client.holds = issued

    def live_pairs(self) -> set[str]:
        tokens = {pair.access_token for pair in self.answered}
        return {token for token in tokens if authenticates(self.world, token)}


STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.booleans(), st.sampled_from([0, 1, 12, 29, 30, 200])),
    max_size=14,
)


def begin_family(world: World, clients: int) -> Family:
    first = world.open_session().tokens
    return Family(world, [Client(first) for _ in range(clients)], [first])


class TestAnyInterleaving:
    """Each refresh is decided by one conditional write, so an order of them is any interleaving."""

    @given(steps=STEPS)
    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_ends_with_exactly_one_live_family_or_none(
        self, world: World, steps: list[tuple[int, bool, int]]
    ) -> None:
        family = begin_family(world, 3)
        for number, is_lost, wait_s in steps:
            family.refresh(family.clients[number], is_lost=is_lost)
            world.clock.advance(seconds=wait_s)

        anyone_out = any(client.is_out for client in family.clients)
        assert len(family.live_pairs()) == (0 if anyone_out else 1)

    @given(steps=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9)), max_size=8))
    @settings(
        max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_one_honest_client_is_never_logged_out(
        self, world: World, steps: list[tuple[int, int]]
    ) -> None:
        """It repeats within 30 seconds when answers are lost, and refreshes again when it must."""
        family = begin_family(world, 1)
        (client,) = family.clients
        for times_lost, wait_s in steps:
            for _ in range(times_lost):
                family.refresh(client, is_lost=True)
                world.clock.advance(seconds=wait_s)
            family.refresh(client, is_lost=False)
            world.clock.advance(minutes=14)

        assert not client.is_out
        assert family.live_pairs() == {client.holds.access_token}

    @given(thefts=st.lists(st.tuples(st.booleans(), st.integers(30, 800)), min_size=2, max_size=8))
    @settings(
        max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_thief_and_owner_never_both_go_on(
        self, world: World, thefts: list[tuple[bool, int]]
    ) -> None:
        family = begin_family(world, 2)
        owner, thief = family.clients
        for is_thief, wait_s in thefts:
            family.refresh(thief if is_thief else owner, is_lost=False)
            world.clock.advance(seconds=wait_s)

        both_came = len({is_thief for is_thief, _ in thefts}) == 2
        assert both_came == (family.live_pairs() == set())
