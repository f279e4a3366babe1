"""Use case: one's account: what it says of itself, its notices, and freezing it (SE.8)."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.clock import Clock
from chalicelib.errors import NotFound
from chalicelib.identity.account_store import AccountStore
from chalicelib.identity.model import LinkedLogin
from chalicelib.identity.notices import Notice, notices_to_show
from chalicelib.ids import Caller, NoticeId, is_uuid
from chalicelib.observability import EventLog, Level


class Overview(Struct, frozen=True, kw_only=True):
    """What an account says of itself to one of its sessions."""

    created_at: datetime
    age_band: str | None
    has_recovery_code: bool
    guest_until: datetime | None
    """When it ends, if it is a guest's."""
    joined_guests: int
    """Guests who logged in to it and may still have photos for it."""
    number_ready_at: datetime | None
    logins: Sequence[LinkedLogin]
    notices: Sequence[Notice]
    """Newest first; not those about the reading session itself."""


class AccountService:
    def __init__(self, *, store: AccountStore, clock: Clock, log: EventLog) -> None:
        self._store = store
        self._clock = clock
        self._log = log

    def get_overview(self, caller: Caller) -> Overview:
        found = self._store.get_account(caller.user_id)
        notices = notices_to_show(
            found.notices, found.sessions, caller.session_id, self._clock.now()
        )
        return Overview(
            created_at=found.created_at,
            age_band=found.age_band,
            has_recovery_code=found.has_recovery_code,
            guest_until=found.guest_until,
            joined_guests=found.joined_guests,
            number_ready_at=found.number_ready_at,
            logins=found.logins,
            notices=notices,
        )

    def dismiss_notice(self, caller: Caller, notice_id: str) -> None:
        """Delete a notice for good.

        Raises:
            NotFound: there is none of that id that this session gets to see.
        """
        dismissed = is_uuid(notice_id) and self._store.delete_notice(
            caller.user_id, NoticeId(notice_id), reader=caller.session_id
        )
        if not dismissed:
            raise NotFound

    def freeze(self, caller: Caller) -> int:
        """End every session, the caller's too, and refuse every code that was asked for before.

        The next login with a code requested after this thaws the account. In between nothing can be
        used: every call but a login needs a session.

        Returns:
            How many sessions were open.
        Raises:
            Unavailable: logins kept coming in between; repeat.
        """
        ended = self._store.freeze(caller.user_id, self._clock.now())
        self._log.record("account_frozen", level=Level.WARNING, user=caller.pseudonym, count=ended)
        return ended
