"""Sessions of one user: listed, ended, at most ten of them; devices and notices."""

import pytest

from chalicelib.errors import NotFound, Unauthenticated
from chalicelib.identity.devices import DeviceClaim, Platform
from chalicelib.identity.new_sessions import Login
from chalicelib.identity.notices import Notice, NoticeKind
from chalicelib.identity.sessions import EndingScope
from chalicelib.ids import Caller
from tests.faults import counted_calls
from tests.world import BOB_PHONE, World

PHONE = DeviceClaim(
    name="Ada's phone",
    platform=Platform.IOS,
    os_version="26.1",
    app_version="1.0",
    hardware_id="3F2504E0-4F89-11D3",
)


def caller_of(world: World, login: Login) -> Caller:
    return world.sessions.authenticate(login.tokens.access_token)


def is_open(world: World, login: Login) -> bool:
    try:
        world.sessions.authenticate(login.tokens.access_token)
    except Unauthenticated:
        return False
    return True


def notices_for(world: World, login: Login) -> list[Notice]:
    return list(world.account.get_overview(caller_of(world, login)).notices)


class TestListSessions:
    def test_newest_first_with_device_and_last_use(self, world: World) -> None:
        start = world.clock.now()
        first = world.open_session(device=PHONE)
        world.clock.advance(minutes=5)
        world.open_session()
        tokens = world.sessions.refresh(first.tokens.refresh_token)

        caller = world.sessions.authenticate(tokens.access_token)
        newer, older = world.sessions.list_sessions(caller)
        assert (newer.device, older.id) == (None, caller.session_id)
        assert older.device
        assert (older.device.name, older.device.platform) == ("Ada's phone", Platform.IOS)
        assert (older.created_at, older.last_used_at) == (start, world.clock.now())

    def test_one_that_is_over_is_not_listed(self, world: World) -> None:
        world.open_session()
        world.clock.advance(days=30)
        login = world.open_session()

        assert len(world.sessions.list_sessions(caller_of(world, login))) == 1


class TestEndSession:
    def test_ends_at_once_and_once(self, world: World) -> None:
        first, second = world.open_session(), world.open_session()
        caller, other = caller_of(world, second), caller_of(world, first)
        world.sessions.end_session(caller, other.session_id)

        assert not is_open(world, first)
        with pytest.raises(Unauthenticated):
            world.sessions.refresh(first.tokens.refresh_token)
        with pytest.raises(NotFound):
            world.sessions.end_session(caller, other.session_id)

    def test_nobody_elses_can_be_ended(self, world: World) -> None:
        alice, bob = world.open_session(), world.open_session(BOB_PHONE)

        with pytest.raises(NotFound):
            world.sessions.end_session(caller_of(world, alice), caller_of(world, bob).session_id)
        assert is_open(world, bob)

    @pytest.mark.parametrize(
        ("scope", "stays"), [(EndingScope.OTHERS, True), (EndingScope.ALL, False)]
    )
    def test_all_or_all_others_in_two_calls(
        self, world: World, scope: EndingScope, stays: bool
    ) -> None:
        others = [world.open_session() for _ in range(3)]
        mine = world.open_session()
        caller = caller_of(world, mine)

        with counted_calls() as calls:
            ended = world.sessions.end_sessions(caller, scope)
        assert (ended, len(calls.names)) == (3 if stays else 4, 2)
        assert not any(is_open(world, one) for one in others)
        assert is_open(world, mine) is stays

    def test_ending_none_is_no_error(self, world: World) -> None:
        caller = caller_of(world, world.open_session())

        assert world.sessions.end_sessions(caller, EndingScope.OTHERS) == 0


class TestLimit:
    def test_eleventh_ends_the_oldest(self, world: World) -> None:
        logins = []
        for _ in range(11):
            world.clock.advance(seconds=1)
            logins.append(world.open_session())

        assert [is_open(world, one) for one in logins] == [False] + [True] * 10
        assert len(world.sessions.list_sessions(caller_of(world, logins[-1]))) == 10

    def test_ones_that_were_left_make_room(self, world: World) -> None:
        oldest = world.open_session()
        for _ in range(30):
            world.sessions.log_out(caller_of(world, world.open_session()))

        assert is_open(world, oldest)

    def test_ones_that_were_forgotten_make_room(self, world: World) -> None:
        oldest = world.open_session()
        for _ in range(9):
            world.clock.advance(seconds=1)
            world.open_session()
        world.clock.advance(days=20)
        tokens = world.sessions.refresh(oldest.tokens.refresh_token)
        world.clock.advance(days=15)
        world.open_session()

        assert world.sessions.refresh(tokens.refresh_token)

    def test_login_costs_two_calls_and_four_when_it_counts(self, world: World) -> None:
        world.log_in(BOB_PHONE)
        costs = []
        for _ in range(11):
            challenge = world.challenges.send_code(BOB_PHONE)
            with counted_calls() as calls:
                world.login.verify_code(challenge.id, BOB_PHONE, world.sms.last_code())
            costs.append(len(calls.names))

        assert costs == [2] * 9 + [4] * 2


class TestDevice:
    def test_hardware_id_is_kept_as_keyed_hash_of_this_user_only(self, world: World) -> None:
        for phone in ("+8613800138000", BOB_PHONE):
            world.open_session(phone, PHONE)  # type: ignore[arg-type]  # a literal is a Phone
        rows = world.dynamodb.scan(TableName="AccountsTable")["Items"]
        hashes = [row["hardware_mac"]["B"] for row in rows if "hardware_mac" in row]

        assert "3F2504E0" not in world.dump()
        assert len(set(hashes)) == 2

    def test_goes_with_the_session(self, world: World) -> None:
        login = world.open_session(device=PHONE)
        world.sessions.log_out(caller_of(world, login))

        assert "hardware_mac" not in world.dump()
        assert "Ada" not in world.dump()

    def test_row_lives_thirty_days_after_the_last_use(self, world: World) -> None:
        login = world.open_session(device=PHONE)
        world.clock.advance(days=20)
        world.sessions.refresh(login.tokens.refresh_token)
        (row,) = world.accounts.query(f"USER#{login.account.id}", prefix="SESS", limit=5).items

        assert row["ttl"] == int(world.clock.now().timestamp()) + 30 * 24 * 3600


class TestNewLoginNotice:
    def test_first_login_of_an_account_is_none(self, world: World) -> None:
        assert notices_for(world, world.open_session()) == []

    def test_other_sessions_see_it_and_its_own_does_not(self, world: World) -> None:
        first, second = world.open_session(), world.open_session(device=PHONE)

        (notice,) = notices_for(world, first)
        assert notice.kind is NoticeKind.NEW_LOGIN
        assert notice.device
        assert notice.device.name == "Ada's phone"
        assert notices_for(world, second) == []
        with pytest.raises(NotFound):
            world.account.dismiss_notice(caller_of(world, second), notice.id)

    def test_dismissed_is_gone(self, world: World) -> None:
        first, _ = world.open_session(), world.open_session()
        (notice,) = notices_for(world, first)
        world.account.dismiss_notice(caller_of(world, first), notice.id)

        assert notices_for(world, first) == []
        with pytest.raises(NotFound):
            world.account.dismiss_notice(caller_of(world, first), notice.id)

    def test_known_hardware_is_not_worth_one(self, world: World) -> None:
        world.open_session(device=PHONE)
        world.clock.advance(days=1)
        world.open_session(device=PHONE)
        reader = world.open_session(device=DeviceClaim(hardware_id="another-device"))

        assert notices_for(world, reader) == []

    def test_is_over_after_thirty_days(self, world: World) -> None:
        first, _ = world.open_session(), world.open_session()
        tokens = first.tokens
        for _ in range(2):
            world.clock.advance(days=15)
            tokens = world.sessions.refresh(tokens.refresh_token)

        caller = world.sessions.authenticate(tokens.access_token)
        assert list(world.account.get_overview(caller).notices) == []


class TestExport:
    def test_shows_sessions_with_their_device_and_notices(self, world: World) -> None:
        world.open_session()
        login = world.open_session(device=PHONE)
        records = list(world.identity_data.export(login.account.id))

        devices = [record.data.get("device") for record in records if record.kind == "session"]
        assert {"Ada's phone", None} == {one["name"] if one else None for one in devices}
        assert [one.data["kind"] for one in records if one.kind == "notice"] == ["new_login"]
        assert "mac" not in str([sorted(record.data) for record in records])
