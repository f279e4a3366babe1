"""Rows of third-party logins: states that were used, whose account a provider's name opens, and
what an account has linked.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.errors import NotFound, Unauthenticated
from chalicelib.identity.code_limits import Budget
from chalicelib.identity.errors import LastLogin, LoginPresent, LoginTaken, ProviderLoginRejected
from chalicelib.identity.guest_writes import join, put_profile
from chalicelib.identity.items import put_notice, put_session
from chalicelib.identity.limit_items import take, too_many
from chalicelib.identity.model import Account, Session
from chalicelib.identity.notices import Notice
from chalicelib.identity.ports import LoginProvider
from chalicelib.identity.provider_states import PROOF_LIFETIME
from chalicelib.identity.registration import Acceptance
from chalicelib.identity.registration_items import acceptance_to_profile, registration_writes
from chalicelib.identity.session_opening import (
    FIRST_LOGIN,
    FROZEN_AT,
    SESSION_COUNT,
    open_among,
)
from chalicelib.ids import Caller, UserId
from chalicelib.keys import (
    linked_login_key,
    profile_key,
    provider_subject_key,
    session_key,
    used_state_key,
)
from chalicelib.pseudonyms import LOG_KEY, log_key_in
from chalicelib.storage import (
    Absent,
    AnyOf,
    Check,
    Compare,
    ConditionFailed,
    Delete,
    Exists,
    Item,
    Put,
    Table,
    Update,
    Write,
)


class ProviderProof(Struct, frozen=True, kw_only=True):
    """That a provider named somebody, once, to a client that began here."""

    provider: LoginProvider
    subject_index: str
    state_index: str
    begun_at: datetime
    is_kept: bool
    """Whether the state's row holds it, for the request that brings the registration."""


class ProviderStore:
    def __init__(self, accounts: Table) -> None:
        self._accounts = accounts

    def use_state(self, state_index: str, budget: Budget, now: datetime) -> str | None:
        """Use a state up before anything is asked with it, and count it; one caller only.

        Returns:
            The index of the subject that an earlier use of the state proved and left without
            account; None at the first use.
        Raises:
            ProviderLoginRejected: it was used up.
            TooManyRequests: the limit is reached; nothing was used.
        """
        until = now + PROOF_LIFETIME
        used = {"expires_at": to_iso(until), "ttl": to_epoch_s(until)}
        try:
            self._accounts.write(
                Put(key=used_state_key(state_index), item=used, when=Absent()),
                *take((budget,), now),
            )
        except ConditionFailed as refusal:
            row = refusal.item or {}
            if refusal.index:
                limit = budget.find_reached(row, now) or budget.limits[-1]
                raise too_many(limit.name, limit.ends_at(now), now) from None
            return _kept_in(row, now)
        return None

    def get_kept(self, state_index: str, now: datetime) -> str:
        """Return the index of the subject that a used state holds.

        Raises:
            ProviderLoginRejected: it holds none.
        """
        return _kept_in(self._accounts.get(used_state_key(state_index)) or {}, now)

    def keep_proof(self, proof: ProviderProof) -> None:
        """Keep what a state has proven until the person has registered, or its time is over."""
        self._accounts.write(
            Update(
                key=used_state_key(proof.state_index),
                set={"subject_index": proof.subject_index},
                when=Exists(),
            )
        )

    def find_owner(self, proof: ProviderProof) -> Account | None:
        row = self._accounts.get(provider_subject_key(proof.provider, proof.subject_index))
        return Account(id=row["user_id"], log_key=log_key_in(row)) if row else None

    def is_frozen(self, user_id: UserId) -> bool:
        profile = self._accounts.get(profile_key(user_id))
        return profile is not None and FROZEN_AT in profile

    def open_session(
        self, proof: ProviderProof, session: Session, notice: Notice, guest: Caller | None
    ) -> bool:
        """Open a session of the account that the login is linked to, and let a guest join it; False
        if it no longer is, if the proof was used, or the account is frozen.
        """
        linked = Check(
            key=provider_subject_key(proof.provider, proof.subject_index),
            when=Compare("user_id", "=", session.account.id),
        )
        return open_among(
            self._accounts,
            (linked, *_consume(proof), *join(guest, session.account.id, session.created_at)),
            session,
            notice,
            asked_at=proof.begun_at,
            provider=proof.provider,
        )

    def open_first_session(
        self,
        proof: ProviderProof,
        session: Session,
        acceptance: Acceptance,
        guest: Caller | None,
    ) -> bool:
        """Create the account of a login, or make it of a guest's, and open its first session: all
        or nothing; False if raced.
        """
        account = session.account
        profile = {
            "created_at": to_iso(session.created_at),
            FIRST_LOGIN: proof.provider,
            **acceptance_to_profile(acceptance),
            LOG_KEY: account.log_key,
            SESSION_COUNT: 1,
        }
        try:
            self._accounts.write(
                *_consume(proof),
                *_link(proof, account, session.created_at),
                *put_profile(account, profile, guest, session.created_at),
                put_session(session),
                *registration_writes(account.id, acceptance),
            )
        except ConditionFailed:
            return False
        return True

    def link(self, proof: ProviderProof, caller: Caller, notice: Notice) -> bool:
        """Link a login to the caller's account, as long as the caller's session is open.

        Returns:
            False if it was linked before.
        Raises:
            LoginTaken: it opens another account.
            LoginPresent: the account has another login of that provider.
            Unauthenticated: the session has ended meanwhile.
        """
        account = Account(id=caller.user_id, log_key=caller.log_key)
        alive = Check(key=session_key(caller.user_id, caller.session_id), when=Exists())
        try:
            self._accounts.write(
                *_link(proof, account, notice.created_at), alive, put_notice(account.id, notice)
            )
        except ConditionFailed as refusal:
            row = refusal.item or {}
            match refusal.index:
                case 0 if row.get("user_id") == account.id:
                    return False
                case 0:
                    raise LoginTaken from None
                case 1:
                    raise LoginPresent("Unlink that one first.") from None
                case _:
                    raise Unauthenticated from None
        return True

    def unlink(self, provider: LoginProvider, caller: Caller, notice: Notice) -> None:
        """Take a login from the caller's account.

        Raises:
            NotFound: none of that provider is linked.
            LastLogin: the account was opened with it and has no number: it would be lost.
        """
        key = linked_login_key(caller.user_id, provider)
        linked = self._accounts.get(key)
        if linked is None:
            raise NotFound
        index = linked["subject_index"]
        opened_otherwise = (
            Exists("phone_index"),
            Compare(FIRST_LOGIN, "<", provider),
            Compare(FIRST_LOGIN, ">", provider),
        )
        try:
            self._accounts.write(
                Check(key=profile_key(caller.user_id), when=AnyOf(opened_otherwise)),
                Delete(key=key, when=Compare("subject_index", "=", index)),
                Delete(
                    key=provider_subject_key(provider, index),
                    when=Compare("user_id", "=", caller.user_id),
                ),
                Check(key=session_key(caller.user_id, caller.session_id), when=Exists()),
                put_notice(caller.user_id, notice),
            )
        except ConditionFailed as refusal:
            if refusal.index == 0:
                raise LastLogin("Add a phone number first.") from None
            raise NotFound from None


def _kept_in(row: Item, now: datetime) -> str:
    if "subject_index" in row and now < from_iso(row["expires_at"]):
        return str(row["subject_index"])
    raise ProviderLoginRejected from None


def _link(proof: ProviderProof, account: Account, now: datetime) -> Sequence[Write]:
    linked = {"linked_at": to_iso(now)}
    owner = {"user_id": account.id, LOG_KEY: account.log_key, **linked}
    return (
        Put(
            key=provider_subject_key(proof.provider, proof.subject_index),
            item=owner,
            when=Absent(),
        ),
        Put(
            key=linked_login_key(account.id, proof.provider),
            item={"provider": proof.provider, "subject_index": proof.subject_index, **linked},
            when=Absent(),
        ),
    )


def _consume(proof: ProviderProof) -> Sequence[Write]:
    """Take a kept proof; one that is not kept belongs to its request alone."""
    if not proof.is_kept:
        return ()
    kept = Compare("subject_index", "=", proof.subject_index)
    return (Update(key=used_state_key(proof.state_index), remove=("subject_index",), when=kept),)
