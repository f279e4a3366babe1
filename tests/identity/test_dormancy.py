"""Recycled numbers (A26): whoever has the number of an account that was left alone for long proves
more than the number, or begins anew beside it. Nobody sees the old owner's photos by a code alone.
"""

from datetime import datetime, timedelta

import pytest

from chalicelib.clock import to_iso
from chalicelib.errors import Conflict, NotFound, Unauthenticated
from chalicelib.identity.dormancy import DormantAnswer
from chalicelib.identity.dormant_store import DormantStore
from chalicelib.identity.errors import (
    CodeRejected,
    RegistrationRequired,
    SecondFactorRejected,
    SecondFactorRequired,
)
from chalicelib.identity.new_sessions import Login
from chalicelib.identity.registration import Registration
from chalicelib.ids import UserId
from chalicelib.keys import phone_key, profile_key, user_partition
from chalicelib.storage import Exists, Update, read_partition
from tests.faults import counted_calls
from tests.registering import AS_ADULT
from tests.world import ALICE_PHONE, World

NOT_MINE = DormantAnswer(is_not_mine=True)


def with_code(code: str) -> DormantAnswer:
    return DormantAnswer(recovery_code=code)


def come(
    world: World, answer: DormantAnswer | None = None, registration: Registration | None = None
) -> Login:
    """Prove the number, and answer."""
    challenge = world.challenges.send_code(ALICE_PHONE)
    return world.login.verify_code(
        challenge.id,
        ALICE_PHONE,
        world.sms.last_code(),
        registration=registration,
        answer=answer or DormantAnswer(),
    )


def leave_alone(world: World, *, days: float = 90) -> None:
    world.clock.advance(days=days)


def set_recovery_code(world: World, login: Login) -> str:
    return world.recovery.set_recovery_code(world.sessions.authenticate(login.tokens.access_token))


def rows_of(world: World, user_id: UserId) -> list[str]:
    return [row["sk"] for row in read_partition(world.accounts, user_partition(user_id))]


class TestDormancy:
    def test_code_alone_opens_until_ninety_days_and_not_after(self, world: World) -> None:
        owner = world.open_session()
        leave_alone(world, days=89.9)
        assert come(world).account == owner.account
        leave_alone(world)

        with pytest.raises(SecondFactorRequired) as refusal:
            come(world)
        assert refusal.value.facts == {"has_recovery_code": False}

    def test_is_known_without_a_further_call(self, world: World) -> None:
        world.open_session()
        leave_alone(world, days=80)
        challenge = world.challenges.send_code(ALICE_PHONE)
        code = world.sms.last_code()
        with counted_calls() as calls:
            world.login.verify_code(challenge.id, ALICE_PHONE, code)

        assert len(calls.names) == 2

    def test_owner_who_was_there_lately_is_asked_nothing(self, world: World) -> None:
        login = world.open_session()
        tokens = login.tokens
        for _ in range(4):
            leave_alone(world, days=20)
            tokens = world.sessions.refresh(tokens.refresh_token)
        leave_alone(world, days=12)

        assert come(world).account == login.account

    def test_refusal_costs_a_try_and_nothing_else(self, world: World) -> None:
        owner = world.open_session()
        recovery_code = set_recovery_code(world, owner)
        leave_alone(world)
        challenge = world.challenges.send_code(ALICE_PHONE)
        code = world.sms.last_code()
        with pytest.raises(SecondFactorRequired) as refusal:
            world.login.verify_code(challenge.id, ALICE_PHONE, code)

        assert refusal.value.facts == {"has_recovery_code": True}
        answer = with_code(recovery_code)
        again = world.login.verify_code(challenge.id, ALICE_PHONE, code, answer=answer)
        assert again.account == owner.account

    def test_wrong_one_time_code_learns_nothing_of_it(self, world: World) -> None:
        world.open_session()
        leave_alone(world)
        challenge = world.challenges.send_code(ALICE_PHONE)
        wrong = f"{(int(world.sms.last_code()) + 1) % 10**6:06}"

        with pytest.raises(CodeRejected):
            world.login.verify_code(challenge.id, ALICE_PHONE, wrong, answer=NOT_MINE)


class TestRecoveryCode:
    @pytest.mark.parametrize("dress", [str.lower, lambda code: code.replace("-", " ")])
    def test_opens_as_people_type_it(self, world: World, dress: object) -> None:
        owner = world.open_session()
        code = set_recovery_code(world, owner)
        leave_alone(world)
        assert callable(dress)

        assert come(world, with_code(dress(code))).account == owner.account

    def test_five_tries_then_even_the_right_one_is_refused(self, world: World) -> None:
        code = set_recovery_code(world, world.open_session())
        leave_alone(world)
        challenge = world.challenges.send_code(ALICE_PHONE)
        texted = world.sms.last_code()
        left = []
        for _ in range(5):
            with pytest.raises(SecondFactorRejected) as refusal:
                world.login.verify_code(
                    challenge.id, ALICE_PHONE, texted, answer=with_code("0" * 20)
                )
            left.append(refusal.value.facts["attempts_left"])

        assert left == [4, 3, 2, 1, 0]
        with pytest.raises(CodeRejected):
            world.login.verify_code(challenge.id, ALICE_PHONE, texted, answer=with_code(code))

    def test_try_is_counted_before_anything_is_compared(self, world: World) -> None:
        set_recovery_code(world, world.open_session())
        leave_alone(world)
        challenge = world.challenges.send_code(ALICE_PHONE)
        with counted_calls() as calls, pytest.raises(SecondFactorRejected):
            world.login.verify_code(
                challenge.id, ALICE_PHONE, world.sms.last_code(), answer=with_code("wrong")
            )

        assert calls.names[0] == "UpdateItem"

    def test_new_one_kills_the_one_before_and_the_others_are_told(self, world: World) -> None:
        first, second = world.open_session(), world.open_session()
        old = set_recovery_code(world, first)
        new = set_recovery_code(world, first)
        told = world.account.get_overview(world.sessions.authenticate(second.tokens.access_token))

        assert [one.kind for one in told.notices][:2] == ["recovery_code_set"] * 2
        leave_alone(world)
        with pytest.raises(SecondFactorRejected):
            come(world, with_code(old))
        assert come(world, with_code(new)).account == first.account

    def test_none_set_means_none_is_right(self, world: World) -> None:
        world.open_session()
        leave_alone(world)

        for code in ("", "0", "-"):
            with pytest.raises(SecondFactorRejected):
                come(world, with_code(code))

    def test_is_stored_as_keyed_hash_that_outlives_a_rotation(self, world: World) -> None:
        owner = world.open_session()
        code = set_recovery_code(world, owner)

        assert code not in world.dump() + repr(world.log.lines)
        assert code.replace("-", "") not in world.dump()
        row = world.accounts.get(profile_key(owner.account.id)) or {}
        assert row["recovery_mac"][:4] == world.phone_ring.current().id


class TestNotMine:
    def test_starts_a_new_account_and_the_old_one_stays_unseen(self, world: World) -> None:
        owner = world.open_session()
        old_id = owner.account.id
        photo_id = world.upload(old_id)
        world.deliver(old_id, photo_id)
        set_recovery_code(world, owner)
        leave_alone(world)
        with pytest.raises(RegistrationRequired):
            come(world, NOT_MINE)
        stranger = come(world, NOT_MINE, AS_ADULT)

        assert stranger.is_new
        assert stranger.account.id != old_id
        assert not world.library.list_photos(stranger.account.id, limit=10, after=None).photos
        with pytest.raises(NotFound):
            world.library.get_photo(stranger.account.id, photo_id)
        assert come(world).account == stranger.account

    def test_old_account_is_locked_and_its_photos_expire_on_time(self, world: World) -> None:
        owner = world.open_session()
        old_id = owner.account.id
        photo_id = world.upload(old_id)
        world.deliver(old_id, photo_id)
        expires_at = world.library.get_photo(old_id, photo_id).photo.expires_at
        code = set_recovery_code(world, owner)
        leave_alone(world)
        come(world, NOT_MINE, AS_ADULT)

        with pytest.raises(Unauthenticated):
            world.sessions.refresh(owner.tokens.refresh_token)
        assert come(world, with_code(code)).account.id != old_id
        assert not [row for row in rows_of(world, old_id) if row.startswith("SESSION#")]
        assert world.objects()
        world.clock.sleep(expires_at - world.clock.now() + timedelta(hours=1))
        world.expiry.expire_photos(within=timedelta(minutes=5))
        assert not world.objects()

    def test_locked_rows_forget_the_number_and_go_after_the_last_photo(self, world: World) -> None:
        old_id = world.open_session().account.id
        leave_alone(world)
        stranger = come(world, NOT_MINE, AS_ADULT).account.id
        rows = list(read_partition(world.accounts, user_partition(old_id)))
        profile = next(row for row in rows if row["sk"] == "PROFILE")

        assert not {"phone_index", "sealed_phone", "recovery_mac"} & profile.keys()
        last_photo_gone = world.clock.now() + timedelta(days=184)
        assert all(row["ttl"] > last_photo_gone.timestamp() for row in rows)
        world.identity_data.erase(old_id)
        assert world.log_in() == stranger

    def test_account_in_use_stays_with_its_number(self, world: World) -> None:
        owner = world.open_session()
        with pytest.raises(Conflict):
            come(world, NOT_MINE, AS_ADULT)
        leave_alone(world, days=29)
        tokens = world.sessions.refresh(owner.tokens.refresh_token)
        leave_alone(world, days=29)
        tokens = world.sessions.refresh(tokens.refresh_token)
        leave_alone(world, days=29)
        world.sessions.refresh(tokens.refresh_token)
        leave_alone(world, days=5)

        with pytest.raises(Conflict):
            come(world, NOT_MINE, AS_ADULT)
        assert come(world).account == owner.account

    def test_owner_who_comes_back_in_between_keeps_the_account(self, world: World) -> None:
        owner = world.open_session()
        leave_alone(world)
        key = profile_key(owner.account.id)
        index = (world.accounts.get(key) or {})["phone_index"]

        class Meanwhile(DormantStore):
            def was_used_since(self, user_id: UserId, then: datetime) -> bool:
                is_in_use = super().was_used_since(user_id, then)
                came = {"number_proven_at": to_iso(world.clock.now())}
                world.accounts.write(Update(key=key, set=came, when=Exists()))
                return is_in_use

        world.recovery_store = Meanwhile(world.accounts)
        world.build_identity()
        with pytest.raises(CodeRejected):
            come(world, NOT_MINE, AS_ADULT)

        assert (world.accounts.get(phone_key(index)) or {})["user_id"] == owner.account.id
        assert "locked_at" not in (world.accounts.get(key) or {})

    def test_number_belongs_to_one_account_throughout(self, world: World) -> None:
        owner = world.open_session()
        index = (world.accounts.get(profile_key(owner.account.id)) or {})["phone_index"]
        leave_alone(world)
        stranger = come(world, NOT_MINE, AS_ADULT)

        number = world.accounts.get(phone_key(index)) or {}
        assert number["user_id"] == stranger.account.id
        assert world.log.events().count("account_locked") == 1
