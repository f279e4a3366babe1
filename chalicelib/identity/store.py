"""Rows of identity in the accounts table, and their conversions."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.errors import NotFound, Unauthenticated
from chalicelib.identity.model import (
    CHALLENGE_KEPT,
    CODE_ATTEMPTS,
    Account,
    Attempt,
    Challenge,
    Session,
    TokenMacs,
)
from chalicelib.ids import ChallengeId, SessionId, UserId
from chalicelib.keys import phone_key, profile_key, session_key, user_partition
from chalicelib.storage import (
    ALWAYS,
    Absent,
    AllOf,
    AttributeOr,
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
    delete_rows,
    read_partition,
)

NEVER_S = 253_402_300_799
"""The end of the year 9999, as a time to live: a number with an account doesn't expire."""


class IdentityStore:
    def __init__(self, accounts: Table) -> None:
        self._accounts = accounts

    def put_challenge(
        self, phone_index: str, challenge: Challenge, code_mac: bytes, now: datetime
    ) -> None:
        """Make this the number's only challenge; a former code dies with it.

        One write for known and unknown numbers alike, so that neither answer nor time tells them
        apart.
        """
        forget_at_s = to_epoch_s(now + CHALLENGE_KEPT)
        self._accounts.write(
            Update(
                key=phone_key(phone_index),
                set={
                    "challenge_id": challenge.id,
                    "code_mac": code_mac,
                    "code_expires_at": to_iso(challenge.expires_at),
                    "attempts_left": CODE_ATTEMPTS,
                    "ttl": AttributeOr("owned_ttl", forget_at_s),
                },
                when=ALWAYS,  # the newest request wins: there is never a second valid code
            )
        )

    def spend_attempt(
        self, phone_index: str, challenge_id: ChallengeId, now: datetime
    ) -> Attempt | None:
        """Take one attempt from the challenge before anything is compared; None if it has none to
        give.
        """
        try:
            row = self._accounts.write(
                Update(
                    key=phone_key(phone_index),
                    add={"attempts_left": -1},
                    when=AllOf(
                        (
                            Compare("challenge_id", "=", challenge_id),
                            Compare("attempts_left", ">", 0),
                            Compare("code_expires_at", ">", to_iso(now)),
                        )
                    ),
                )
            )
        except ConditionFailed:
            return None
        assert row is not None  # noqa: S101 - a lone Update returns its row
        return Attempt(
            code_mac=row["code_mac"],
            attempts_left=row["attempts_left"],
            account=Account(id=row["user_id"], pseudonym=row["pseudonym"])
            if "user_id" in row
            else None,
        )

    def open_first_session(
        self,
        phone_index: str,
        challenge_id: ChallengeId,
        sealed_phone: bytes,
        session: Session,
        now: datetime,
    ) -> bool:
        """Consume the challenge, create the account, open the session: all or nothing; False if
        raced.
        """
        account = session.account
        profile = {
            "created_at": to_iso(now),
            "pseudonym": account.pseudonym,
            "phone_index": phone_index,
            "sealed_phone": sealed_phone,
        }
        owner = {
            "user_id": account.id,
            "pseudonym": account.pseudonym,
            "owned_ttl": NEVER_S,
            "ttl": NEVER_S,
        }
        return self._consume(
            Update(
                key=phone_key(phone_index),
                set=owner,
                remove=("challenge_id", "code_mac", "code_expires_at", "attempts_left"),
                when=AllOf((Compare("challenge_id", "=", challenge_id), Absent("user_id"))),
            ),
            Put(key=profile_key(account.id), item=profile, when=Absent()),
            self._put_session(session),
        )

    def open_session(self, phone_index: str, challenge_id: ChallengeId, session: Session) -> bool:
        """Consume the challenge and open a session of its account; False if raced."""
        return self._consume(
            Update(
                key=phone_key(phone_index),
                remove=("challenge_id", "code_mac", "code_expires_at", "attempts_left"),
                when=AllOf(
                    (
                        Compare("challenge_id", "=", challenge_id),
                        Compare("user_id", "=", session.account.id),
                    )
                ),
            ),
            Check(key=profile_key(session.account.id), when=Exists()),
            self._put_session(session),
        )

    def get_created_at(self, user_id: UserId) -> datetime:
        row = self._accounts.get(profile_key(user_id))
        if row is None:
            raise NotFound
        return from_iso(row["created_at"])

    def find_session(self, user_id: UserId, session_id: SessionId) -> Session | None:
        row = self._accounts.get(session_key(user_id, session_id))
        return session_from_item(user_id, session_id, row) if row else None

    def rotate_tokens(
        self,
        user_id: UserId,
        session_id: SessionId,
        presented_mac: bytes,
        tokens: TokenMacs,
        now: datetime,
    ) -> None:
        """Put a session's next pair of tokens in the place of the one whose refresh token was
        presented.

        Raises:
            Unauthenticated: that token is not the present one, or the session is over.
        """
        try:
            self._accounts.write(
                Update(
                    key=session_key(user_id, session_id),
                    set=tokens_to_item(tokens),
                    when=AllOf(
                        (
                            Compare("refresh_mac", "=", presented_mac),
                            Compare("refresh_expires_at", ">", to_iso(now)),
                            Compare("ends_at", ">", to_iso(now)),
                        )
                    ),
                )
            )
        except ConditionFailed:
            raise Unauthenticated("This refresh token is no longer valid.") from None

    def end_session(self, user_id: UserId, session_id: SessionId) -> None:
        # Unconditional: an ended session may be ended again.
        self._accounts.write(Delete(key=session_key(user_id, session_id), when=ALWAYS))

    def list_rows(self, user_id: UserId) -> Iterator[Item]:
        """Yield every row about a user, that of the number included; the profile comes last."""
        profile = self._accounts.get(profile_key(user_id))
        number = self._accounts.get(phone_key(profile["phone_index"])) if profile else None
        sessions = read_partition(self._accounts, user_partition(user_id))
        yield from (row for row in sessions if row["sk"] != profile_key(user_id).sk)
        yield from (row for row in (number, profile) if row)

    def erase_rows(self, user_id: UserId) -> int:
        """Delete all that `list_rows` yields, the profile last: a repeat finds what is left."""
        return delete_rows(self._accounts, self.list_rows(user_id))

    def _consume(self, *writes: Write) -> bool:
        try:
            self._accounts.write(*writes)
        except ConditionFailed:
            return False
        return True

    def _put_session(self, session: Session) -> Put:
        return Put(
            key=session_key(session.account.id, session.id),
            item=session_to_item(session),
            when=Absent(),
        )


def tokens_to_item(tokens: TokenMacs) -> dict[str, str | bytes]:
    return {
        "access_mac": tokens.access_mac,
        "access_expires_at": to_iso(tokens.access_expires_at),
        "refresh_mac": tokens.refresh_mac,
        "refresh_expires_at": to_iso(tokens.refresh_expires_at),
    }


def session_to_item(session: Session) -> Item:
    return {
        "pseudonym": session.account.pseudonym,
        "ends_at": to_iso(session.ends_at),
        "ttl": to_epoch_s(session.ends_at),
        **tokens_to_item(session.tokens),
    }


def session_from_item(user_id: UserId, session_id: SessionId, row: Item) -> Session:
    return Session(
        account=Account(id=user_id, pseudonym=row["pseudonym"]),
        id=session_id,
        tokens=TokenMacs(
            access_mac=row["access_mac"],
            access_expires_at=from_iso(row["access_expires_at"]),
            refresh_mac=row["refresh_mac"],
            refresh_expires_at=from_iso(row["refresh_expires_at"]),
        ),
        ends_at=from_iso(row["ends_at"]),
    )
