"""The register's rows: written once, read by month, ended by time alone."""

from msgspec import Struct

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.keys import register_key, register_partition
from chalicelib.retention.model import STAFF_REGISTER_KEPT
from chalicelib.staff.model import month_of
from chalicelib.staff.ports import Act
from chalicelib.storage import Absent, Item, Put, Table


class ActPage(Struct, frozen=True):
    acts: tuple[Act, ...]
    next_after: str | None


class RegisterStore:
    def __init__(self, register: Table) -> None:
        self._register = register

    def add(self, act: Act) -> None:
        """Write an act; there is no way to change or remove one, nor a right to."""
        item = {
            "id": act.id,
            "staff": act.staff,
            "action": act.action,
            "subject": act.subject,
            "reference": act.reference,
            "at": to_iso(act.at),
            "ttl": to_epoch_s(act.at + STAFF_REGISTER_KEPT),
        }
        key = register_key(month_of(act.at), act.at, act.id)
        self._register.write(Put(key=key, item=item, when=Absent()))

    def list_acts(self, month: str, *, limit: int, after: str | None) -> ActPage:
        """Read one page of a month, newest first; `after` is the last row's place."""
        partition = register_partition(month)
        page = self._register.query(
            partition,
            limit=limit,
            after={"pk": partition, "sk": after} if after else None,
            newest_first=True,
        )
        acts = tuple(_act_from_item(row) for row in page.items)
        return ActPage(acts, page.items[-1]["sk"] if page.next_key else None)


def _act_from_item(row: Item) -> Act:
    return Act(
        id=row["id"],
        staff=row["staff"],
        action=row["action"],
        subject=row["subject"],
        reference=row["reference"],
        at=from_iso(row["at"]),
    )
