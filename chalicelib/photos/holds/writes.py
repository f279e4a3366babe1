"""The one condition that every destruction of a photo depends on, and the rows behind it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.ids import HoldId, PhotoId, UserId
from chalicelib.keys import HOLD_PREFIX, held_key
from chalicelib.photos.holds.model import Held, Hold
from chalicelib.retention.model import HOLD_REMEMBERED
from chalicelib.storage import Absent, AllOf, AnyOf, Check, Compare, Condition, Item

ACCOUNT_UNTIL, PHOTO_UNTIL = "account_until", "until_"


def may_go(user_id: UserId, photo_id: PhotoId, now: datetime) -> Check:
    """Depend on no hold keeping a photo; part of the transaction that begins its end."""
    free = (_is_over(ACCOUNT_UNTIL, now), _is_over(PHOTO_UNTIL + photo_id, now))
    return Check(key=held_key(user_id), when=AllOf(free))


def _is_over(attribute: str, now: datetime) -> Condition:
    return AnyOf((Absent(attribute), Compare(attribute, "<=", to_iso(now))))


def held_to_item(held: Held) -> dict[str, Any]:
    item: dict[str, Any] = {"version": held.version}
    ends = [*held.photos_until.values()]
    for photo_id, until in held.photos_until.items():
        item[PHOTO_UNTIL + photo_id] = to_iso(until)
    if held.account_until:
        item[ACCOUNT_UNTIL] = to_iso(held.account_until)
        ends.append(held.account_until)
    if ends:
        item["ttl"] = to_epoch_s(max(ends) + HOLD_REMEMBERED)
    return item


def held_from_item(row: Item | None) -> Held:
    row = row or {}
    return Held(
        version=row.get("version", 0),
        is_closing=row.get("closing", False),
        account_until=from_iso(row[ACCOUNT_UNTIL]) if ACCOUNT_UNTIL in row else None,
        photos_until={
            PhotoId(name.removeprefix(PHOTO_UNTIL)): from_iso(row[name])
            for name in row
            if name.startswith(PHOTO_UNTIL)
        },
    )


def hold_to_item(hold: Hold) -> dict[str, Any]:
    item: Mapping[str, Any] = {
        "reference": hold.reference,
        "reviewer": hold.reviewer,
        "placed_at": to_iso(hold.placed_at),
        "until": to_iso(hold.until),
        "ttl": to_epoch_s(hold.until + HOLD_REMEMBERED),
    }
    return {**item, **({"photo_id": hold.photo_id} if hold.photo_id else {})}


def hold_from_item(user_id: UserId, row: Item) -> Hold:
    return Hold(
        id=HoldId(row["sk"].removeprefix(HOLD_PREFIX)),
        user_id=user_id,
        photo_id=row.get("photo_id"),
        reference=row["reference"],
        reviewer=row["reviewer"],
        placed_at=from_iso(row["placed_at"]),
        until=from_iso(row["until"]),
        released_at=from_iso(row["released_at"]) if "released_at" in row else None,
    )
