"""Rows of phone numbers, and the transactions that turn a code into a session."""

from datetime import datetime

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.identity.codes import (
    CHALLENGE_KEPT,
    CODE_ATTEMPTS,
    CODE_LIFETIME,
    Attempt,
    Challenge,
)
from chalicelib.identity.items import put_session
from chalicelib.identity.model import Account, Session
from chalicelib.identity.notices import Notice
from chalicelib.identity.session_opening import SESSION_COUNT, open_among
from chalicelib.ids import ChallengeId
from chalicelib.keys import phone_key, profile_key
from chalicelib.storage import (
    ALWAYS,
    Absent,
    AllOf,
    AttributeOr,
    Compare,
    ConditionFailed,
    Put,
    Table,
    Update,
    Write,
)

NEVER_S = 253_402_300_799
"""The end of the year 9999, as a time to live: a number with an account doesn't expire."""


class LoginStore:
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
            requested_at=from_iso(row["code_expires_at"]) - CODE_LIFETIME,
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
            SESSION_COUNT: 1,
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
            put_session(session),
        )

    def open_session(
        self,
        phone_index: str,
        challenge_id: ChallengeId,
        session: Session,
        notice: Notice,
        *,
        asked_at: datetime,
    ) -> bool:
        """Consume the challenge and open a session of its account; False if raced, or asked for
        before the account was frozen.
        """
        consumed = Update(
            key=phone_key(phone_index),
            remove=("challenge_id", "code_mac", "code_expires_at", "attempts_left"),
            when=AllOf(
                (
                    Compare("challenge_id", "=", challenge_id),
                    Compare("user_id", "=", session.account.id),
                )
            ),
        )
        return open_among(self._accounts, consumed, session, notice, asked_at=asked_at)

    def _consume(self, *writes: Write) -> bool:
        try:
            self._accounts.write(*writes)
        except ConditionFailed:
            return False
        return True
