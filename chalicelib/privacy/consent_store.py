"""Rows of the consent ledger, which lie with the account they are about: written once, never
changed, and gone with the account.
"""

from chalicelib.clock import from_iso
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import UserId
from chalicelib.keys import (
    CONSENT_PREFIX,
    consent_key,
    consents_prefix,
    profile_key,
    user_partition,
)
from chalicelib.privacy.model import Channel, Decision, Locale
from chalicelib.privacy.ports import Purpose
from chalicelib.storage import ROWS_A_PAGE, Absent, Check, ConditionFailed, Exists, Item, Put, Table


class ConsentStore:
    def __init__(self, accounts: Table) -> None:
        self._accounts = accounts

    def append(self, user_id: UserId, decision: Decision) -> None:
        """Write an entry.

        Raises:
            NotFound: the account is gone.
            Conflict: another decision on the purpose was made in the same microsecond.
        """
        entry = Put(
            key=consent_key(user_id, decision.purpose, decision.at),
            item=_to_item(decision),
            when=Absent(),
        )
        try:
            self._accounts.write(Check(key=profile_key(user_id), when=Exists()), entry)
        except ConditionFailed as refusal:
            raise (Conflict if refusal.index else NotFound) from None

    def find_latest(self, user_id: UserId, purpose: Purpose) -> Decision | None:
        page = self._accounts.query(
            user_partition(user_id), prefix=consents_prefix(purpose), limit=1, newest_first=True
        )
        return _from_item(page.items[0]) if page.items else None

    def list_decisions(self, user_id: UserId) -> list[Decision]:
        """Read the whole ledger of a person, purpose by purpose, each in the order of time."""
        decisions: list[Decision] = []
        after = None
        while True:
            page = self._accounts.query(
                user_partition(user_id), prefix=CONSENT_PREFIX, limit=ROWS_A_PAGE, after=after
            )
            decisions += map(_from_item, page.items)
            after = page.next_key
            if after is None:
                return decisions


def _to_item(decision: Decision) -> Item:
    return {
        "is_given": decision.is_given,
        "locale": decision.locale,
        "channel": decision.channel,
        "wording_sha256": decision.wording_sha256,
        "policy_version": decision.policy_version,
    }


def _from_item(row: Item) -> Decision:
    purpose, _, at = row["sk"].removeprefix(CONSENT_PREFIX).partition("#")
    return Decision(
        purpose=Purpose(purpose),
        is_given=row["is_given"],
        at=from_iso(at),
        locale=Locale(row["locale"]),
        channel=Channel(row["channel"]),
        wording_sha256=row["wording_sha256"],
        policy_version=row["policy_version"],
    )
