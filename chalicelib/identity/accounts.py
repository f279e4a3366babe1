"""Use case: one's account."""

from datetime import datetime

from chalicelib.identity.account_store import AccountStore
from chalicelib.ids import UserId


class AccountService:
    def __init__(self, store: AccountStore) -> None:
        self._store = store

    def get_created_at(self, user_id: UserId) -> datetime:
        """Return when the account was made."""
        return self._store.get_created_at(user_id)
