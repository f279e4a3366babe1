"""Rules of holds. No I/O.

A hold keeps exactly what it names, one photo or every photo of an account, from being destroyed
until its end date or its release. It lets nobody see or use anything.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field

from chalicelib.ids import HoldId, PhotoId, UserId

MAX_HOLDS = 100
"""Of one account at once, for its one row that says what is held; beyond them, hold the account."""
PUT_OFF = timedelta(days=1)
"""How long the sweeper leaves what is due and held, at most; a release makes it due at once."""


class PhotoHeld(Exception):
    """Something may not be destroyed before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__("a hold keeps it")
        self.until = until


class Hold(Struct, frozen=True, kw_only=True):
    """One hold.

    Attributes:
        photo_id: None for every photo of the account, those to come included.
        reference: of the order or request that asks for it, as its papers say.
        reviewer: who in the house decided that it is founded.
        until: when it ends by itself.
    """

    id: HoldId
    user_id: UserId
    photo_id: PhotoId | None
    reference: str
    reviewer: str
    placed_at: datetime
    until: datetime
    released_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        return self.released_at is None and now < self.until


class Held(Struct, frozen=True, kw_only=True):
    """What is held of one account, as its one row says that every destruction depends on.

    Attributes:
        version: counts the changes; each names the one before.
        is_closing: the account is being destroyed, so that it is too late for a hold.
    """

    version: int = 0
    is_closing: bool = False
    account_until: datetime | None = None
    photos_until: Mapping[PhotoId, datetime] = field(default_factory=dict)

    def until(self, photo_id: PhotoId, now: datetime) -> datetime | None:
        """Return until when a photo is held; None for one that may go."""
        ends = (self.account_until, self.photos_until.get(photo_id))
        return max((end for end in ends if end and now < end), default=None)

    def any_until(self, now: datetime) -> datetime | None:
        """Return until when anything of the account is held."""
        ends = (self.account_until, *self.photos_until.values())
        return max((end for end in ends if end and now < end), default=None)


def held_by(holds: Iterable[Hold], held: Held, now: datetime) -> Held:
    """Work out what is held by the holds that are active; each thing until the last of its ends."""
    account_until: datetime | None = None
    photos_until: dict[PhotoId, datetime] = {}
    for hold in holds:
        if not hold.is_active(now):
            continue
        if hold.photo_id is None:
            account_until = max(hold.until, account_until or hold.until)
        else:
            earlier = photos_until.get(hold.photo_id, hold.until)
            photos_until[hold.photo_id] = max(hold.until, earlier)
    return Held(version=held.version + 1, account_until=account_until, photos_until=photos_until)
