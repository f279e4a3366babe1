"""Wallets beside a library: what is bought, reserved, spent and given back, and must add up."""

import json
from collections.abc import Callable
from datetime import timedelta

from chalicelib.ids import UserId
from chalicelib.keys import ENTRY_PREFIX, balance_key, entry_key
from chalicelib.payments.catalogue import PRODUCTS, Unit
from chalicelib.payments.items import entry_from_item, entry_to_item
from chalicelib.payments.ledger import Account, Balance, balance_of, purchase
from chalicelib.photos.edits.model import CREDITS_WAIT, Edit, EditJob, OutputWish
from chalicelib.storage import ALWAYS, Absent, Put, Update
from tests.memory_world import MemoryWorld
from tests.photos.edits.editing import (
    AnyWorld,
    deliver,
    give_up,
    ready_photo,
)

BOUGHT = 10
DENOISE = 1


def document(**detail: int) -> bytes:
    return json.dumps({"version": 1, "detail": detail or {"denoise": 30}}).encode()


def rich_photo(world: AnyWorld, product: str = "credits_10") -> EditJob:
    """A ready photo of somebody who bought something."""
    world.is_selling = True
    photo = ready_photo(world)
    buy(world, photo.user_id, product)
    return photo


def buy(world: AnyWorld, user_id: UserId, product: str) -> None:
    """Post what a payment posts."""
    wallet = world.payment_names.wallet_of(user_id)
    entry = purchase(PRODUCTS[product], f"order of {product}", world.clock.now())
    posting = Put(key=entry_key(wallet, entry.id), item=entry_to_item(entry), when=Absent())
    world.payments.write(posting)
    if entry.unit is Unit.CREDITS:
        added = {"available": entry.sum_of(Account.AVAILABLE)}
        world.payments.write(Update(key=balance_key(wallet), add=added, when=ALWAYS))


def ask(world: AnyWorld, photo: EditJob, key: str = "e", recipe: bytes = b"") -> Edit:
    return world.edits.requests.request_edit(
        photo.user_id,
        photo.photo_id,
        recipe or document(),
        OutputWish(),
        idempotency_key=key,
    )


def settle(world: AnyWorld) -> int:
    return world.charge_settling.settle_charges(within=timedelta(minutes=1))


def holdings(world: MemoryWorld, photo: EditJob) -> Balance:
    """The balance, which the ledger must bear out to the last credit."""
    rows = world.payment_rows.rows
    entries = [entry_from_item(row) for key, row in rows.items() if key.sk.startswith(ENTRY_PREFIX)]
    lines = [line.amount for entry in entries for line in entry.lines]
    balance = world.wallets.get_balance(world.payment_names.wallet_of(photo.user_id))
    assert sum(lines) == 0
    assert balance_of(entries) == balance
    assert min(balance.available, balance.held) >= 0
    return balance


def end(world: MemoryWorld, photo: EditJob) -> Balance:
    """Let everything happen that happens by itself, and look."""
    for message in dict.fromkeys(world.edit_queue.sent):
        job = json.loads(message)
        edit = world.edits.store.find(
            EditJob(user_id=job["user"], photo_id=job["photo"], edit_id=job["edit"])
        )
        if edit:
            deliver(world, edit, attempt=2)
    settle(world)
    world.clock.advance(minutes=5 + CREDITS_WAIT.total_seconds() / 60)
    settle(world)
    return holdings(world, photo)


Step = Callable[[MemoryWorld, EditJob, Edit], object]


def made(world: MemoryWorld, _: EditJob, edit: Edit) -> None:
    deliver(world, edit)


def refused(world: MemoryWorld, _: EditJob, edit: Edit) -> None:
    world.darkroom.failure = RuntimeError("a bug of ours")
    deliver(world, edit)
    world.darkroom.failure = None
    give_up(world, edit)


def deleted(world: MemoryWorld, photo: EditJob, _: Edit) -> None:
    world.deletion.delete_photos(photo.user_id, [photo.photo_id])


def waited(world: MemoryWorld, _: EditJob, __: Edit) -> None:
    world.clock.advance(minutes=75)
    settle(world)
