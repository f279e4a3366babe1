"""Edits that cost credits: reserved with the request, spent or given back with the end, once."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from chalicelib.ids import UserId
from chalicelib.payments.ledger import Balance
from chalicelib.photos.edits.model import EditState, OutputWish
from chalicelib.photos.errors import GuestHasNoCredits, InvalidRecipe, NotEnoughCredits
from tests.memory_world import MemoryWorld
from tests.photos.edits.editing import (
    deliver,
    give_up,
    objects_of,
    ready_photo,
    shown,
)
from tests.photos.edits.paying import (
    BOUGHT,
    DENOISE,
    ask,
    buy,
    document,
    end,
    holdings,
    rich_photo,
    settle,
    waited,
)
from tests.world import World, running_world


@pytest.fixture
def world() -> MemoryWorld:
    world = MemoryWorld()
    world.is_selling = True
    return world


@pytest.fixture
def world_on_moto() -> Iterator[World]:
    with running_world() as world:
        yield world


class TestRequest:
    def test_reserves_what_the_edit_costs(self, world: MemoryWorld) -> None:
        photo = rich_photo(world)
        edit = ask(world, photo)

        assert edit.credits == DENOISE
        assert holdings(world, photo) == Balance(available=BOUGHT - DENOISE, held=DENOISE)

    def test_free_edit_asks_no_wallet(self, world: MemoryWorld) -> None:
        photo = ready_photo(world)
        before = dict(world.payment_rows.rows)
        edit = ask(world, photo, recipe=document(clarity=30))
        deliver(world, edit)

        assert (edit.credits, shown(world, edit).state) == (0, EditState.READY)
        assert world.payment_rows.rows == before

    def test_without_enough_credits_nothing_is_asked_for(self, world: MemoryWorld) -> None:
        photo = ready_photo(world)
        with pytest.raises(NotEnoughCredits) as refusal:
            ask(world, photo)

        assert refusal.value.facts == {"needed": DENOISE, "available": 0}
        assert world.edits.store.list_edits(photo.user_id, photo.photo_id) == ()
        assert world.edit_queue.sent == []
        assert world.payment_rows.rows == {}

    def test_the_last_credit_can_be_spent_once(self, world: MemoryWorld) -> None:
        photo = rich_photo(world)
        for number in range(BOUGHT):
            ask(world, photo, key=f"e{number}")
        with pytest.raises(NotEnoughCredits):
            ask(world, photo, key="one more")

        assert holdings(world, photo) == Balance(available=0, held=BOUGHT)

    def test_repeat_reserves_nothing_more_even_with_the_last_credit(
        self, world: MemoryWorld
    ) -> None:
        photo = rich_photo(world)
        for number in range(BOUGHT):
            ask(world, photo, key=f"e{number}")
        again = ask(world, photo, key=f"e{BOUGHT - 1}")

        assert again.credits == DENOISE
        assert holdings(world, photo) == Balance(available=0, held=BOUGHT)

    def test_member_pays_nothing_until_the_membership_ends(self, world: MemoryWorld) -> None:
        photo = rich_photo(world, "member_month")
        assert ask(world, photo).credits == 0
        world.clock.advance(days=31)
        with pytest.raises(NotEnoughCredits):
            ask(world, photo, key="later")

    def test_nothing_costs_anything_where_no_credits_are_sold(self, world: MemoryWorld) -> None:
        photo = ready_photo(world)
        world.is_selling = False

        assert ask(world, photo).credits == 0

    def test_guest_is_told_to_register(self, world: MemoryWorld) -> None:
        photo = ready_photo(world)
        with pytest.raises(GuestHasNoCredits):
            world.edits.requests.request_edit(
                photo.user_id,
                photo.photo_id,
                document(),
                OutputWish(),
                idempotency_key="e",
                guest_until=world.clock.now() + timedelta(days=1),
            )

    def test_with_an_upload_an_edit_must_be_free(self, world: MemoryWorld) -> None:
        with pytest.raises(InvalidRecipe):
            world.edits.checks.read_first_edit(document(), OutputWish(), at="/photos/0/recipe")

    def test_dry_run_says_what_it_would_cost_this_user(self, world: MemoryWorld) -> None:
        def credits_for(user_id: UserId) -> int:
            check = world.edits.checks.check
            return check(user_id, document(), width_px=100, height_px=100).credits

        member, other = world.log_in(), world.log_in()
        buy(world, member, "member_month")
        assert (credits_for(member), credits_for(other)) == (0, DENOISE)


class TestEnd:
    def test_edit_that_is_ready_spends_them(self, world: MemoryWorld) -> None:
        photo = rich_photo(world)
        deliver(world, ask(world, photo))
        assert holdings(world, photo).held == DENOISE
        assert settle(world) == 1

        assert holdings(world, photo) == Balance(available=BOUGHT - DENOISE)
        assert end(world, photo) == Balance(available=BOUGHT - DENOISE)

    def test_edit_that_is_refused_gives_them_back(self, world: MemoryWorld) -> None:
        photo = rich_photo(world)
        edit = world.edits.requests.request_edit(
            photo.user_id,
            photo.photo_id,
            document(),
            OutputWish(max_bytes=1024),
            idempotency_key="e",
        )
        deliver(world, edit)
        settle(world)

        assert shown(world, edit).state is EditState.REJECTED
        assert holdings(world, photo) == Balance(available=BOUGHT)

    def test_edit_that_failed_gives_them_back(self, world: MemoryWorld) -> None:
        photo = rich_photo(world)
        edit = ask(world, photo)
        world.darkroom.failure = RuntimeError("a bug of ours")
        deliver(world, edit)
        give_up(world, edit)
        settle(world)

        assert shown(world, edit).state is EditState.FAILED
        assert holdings(world, photo) == Balance(available=BOUGHT)

    def test_edit_that_nobody_took_gives_them_back_by_itself(self, world: MemoryWorld) -> None:
        photo = rich_photo(world)
        ask(world, photo)
        world.clock.advance(minutes=69)
        assert settle(world) == 0
        world.clock.advance(minutes=1)
        assert settle(world) == 1

        assert holdings(world, photo) == Balance(available=BOUGHT)

    def test_photo_deleted_before_it_is_made_gives_them_back(self, world: MemoryWorld) -> None:
        photo = rich_photo(world)
        edit = ask(world, photo)
        world.deletion.delete_photo(photo.user_id, photo.photo_id)
        deliver(world, edit)
        settle(world)

        assert holdings(world, photo) == Balance(available=BOUGHT)

    def test_photo_deleted_at_once_after_it_was_made_gives_nothing_back(
        self, world: MemoryWorld
    ) -> None:
        photo = rich_photo(world)
        edit = ask(world, photo)
        deliver(world, edit)
        world.deletion.delete_photo(photo.user_id, photo.photo_id)
        deliver(world, edit)

        assert end(world, photo) == Balance(available=BOUGHT - DENOISE)

    def test_edit_that_made_room_before_it_was_made_gives_them_back(
        self, world: MemoryWorld
    ) -> None:
        photo = rich_photo(world)
        first = ask(world, photo, key="first")
        for number in range(10):
            ask(world, photo, key=f"e{number}", recipe=document(clarity=number + 1))
        deliver(world, first)

        assert end(world, photo) == Balance(available=BOUGHT)

    def test_late_worker_finds_the_credits_gone_and_makes_nothing(self, world: MemoryWorld) -> None:
        photo = rich_photo(world)
        edit = ask(world, photo)
        world.darkroom.meanwhile = partial(waited, world, photo, edit)
        deliver(world, edit)
        world.darkroom.meanwhile = None
        give_up(world, edit)

        assert shown(world, edit).state is EditState.FAILED
        assert world.objects() == objects_of(photo)
        assert holdings(world, photo) == Balance(available=BOUGHT)

    def test_wallet_that_was_erased_gets_nothing_posted(self, world: MemoryWorld) -> None:
        photo = rich_photo(world)
        deliver(world, ask(world, photo))
        wallet = world.payment_names.wallet_of(photo.user_id)
        for key in [one for one in world.payment_rows.rows if wallet in one.pk]:
            world.payment_rows.rows.pop(key)

        assert settle(world) == 1
        assert not any("sealed_wallet" in row for row in world.payment_rows.rows.values())
        assert not any(wallet in key.pk for key in world.payment_rows.rows)
        assert settle(world) == 0


class TestOnDynamoDB:
    def test_one_transaction_reaches_both_tables_and_the_index_finds_the_charge(
        self, world_on_moto: World
    ) -> None:
        world = world_on_moto
        photo = rich_photo(world)
        edit = ask(world, photo)
        for number in range(BOUGHT - DENOISE):
            ask(world, photo, key=f"e{number}")
        with pytest.raises(NotEnoughCredits):
            ask(world, photo, key="one more")
        deliver(world, edit)
        assert settle(world) == 1

        wallet = world.payment_names.wallet_of(photo.user_id)
        held = BOUGHT - DENOISE
        assert world.wallets.get_balance(wallet) == Balance(available=0, held=held)
        world.clock.advance(minutes=71)
        assert settle(world) == held
        assert world.wallets.get_balance(wallet) == Balance(available=held)
