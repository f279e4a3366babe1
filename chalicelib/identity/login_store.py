"""The transactions that turn the proof of a number into a session."""

from datetime import datetime

from chalicelib.clock import to_iso
from chalicelib.identity.challenge_store import ChallengeStore
from chalicelib.identity.codes import Proof
from chalicelib.identity.dormant_store import lock
from chalicelib.identity.guest_writes import join, put_profile
from chalicelib.identity.items import put_session
from chalicelib.identity.model import Session
from chalicelib.identity.notices import Notice
from chalicelib.identity.registration import Acceptance
from chalicelib.identity.registration_items import acceptance_to_profile, registration_writes
from chalicelib.identity.session_opening import NUMBER_PROVEN_AT, SESSION_COUNT, open_among
from chalicelib.pseudonyms import LOG_KEY
from chalicelib.storage import Absent, Compare, ConditionFailed, Item, Table, Write

NEVER_S = 253_402_300_799
"""The end of the year 9999, as a time to live: a number with an account doesn't expire."""


class LoginStore:
    def __init__(self, accounts: Table, challenges: ChallengeStore) -> None:
        self._accounts = accounts
        self._challenges = challenges

    def open_first_session(
        self,
        proof: Proof,
        sealed_phone: bytes,
        session: Session,
        acceptance: Acceptance,
        abandoned: Item | None,
    ) -> bool:
        """Consume the proof, create the account or make it of a guest's, open the session: all or
        nothing; False if raced.

        Args:
            abandoned: the profile of the account that the number has, which is locked for good.
        """
        had = proof.attempt.account
        owned = Compare("user_id", "=", had.id) if had else Absent("user_id")
        try:
            self._accounts.write(
                *self._challenges.consume(proof, set=own(session), when=owned),
                *open_first(proof, sealed_phone, session, acceptance),
                *(lock(self._accounts, abandoned, session.created_at) if abandoned else ()),
            )
        except ConditionFailed:
            return False
        return True

    def open_session(
        self, proof: Proof, session: Session, notice: Notice, dormant_before: datetime | None
    ) -> bool:
        """Consume the proof, open a session and let a guest join the account: all or nothing; False
        if raced, or asked for before the account was frozen.

        Raises:
            DormantAccount: its number was last proven before `dormant_before`, if that is a time.
        """
        owned = Compare("user_id", "=", session.account.id)
        consumed = self._challenges.consume(proof, when=owned)
        joined = join(proof.guest, session.account.id, session.created_at)
        return open_among(
            self._accounts,
            [*consumed, *joined],
            session,
            notice,
            asked_at=proof.requested_at,
            dormant_before=dormant_before,
        )


def own(session: Session) -> dict[str, str | int | bytes]:
    """What a number's row says of the account that the number has."""
    account = session.account
    return {
        "user_id": account.id,
        LOG_KEY: account.log_key,
        "owned_ttl": NEVER_S,
        "ttl": NEVER_S,
    }


def open_first(
    proof: Proof, sealed_phone: bytes, session: Session, acceptance: Acceptance
) -> list[Write]:
    """Write a new account and its first session, for the transaction that consumes the proof."""
    account = session.account
    profile = {
        "created_at": to_iso(session.created_at),
        NUMBER_PROVEN_AT: to_iso(session.created_at),
        **acceptance_to_profile(acceptance),
        LOG_KEY: account.log_key,
        "phone_index": proof.phone_index,
        "sealed_phone": sealed_phone,
        SESSION_COUNT: 1,
    }
    return [
        *put_profile(account, profile, proof.guest, session.created_at),
        put_session(session),
        *registration_writes(account.id, acceptance),
    ]
