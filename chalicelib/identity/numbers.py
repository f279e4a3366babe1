"""Use case: changing the number of an account (A25). Both numbers are proven, or the old one is
warned and a week goes by.
"""

from datetime import datetime

from chalicelib.clock import Clock
from chalicelib.errors import InvalidRequest
from chalicelib.identity.challenges import ChallengeService
from chalicelib.identity.codes import Challenge, CodeClaim, Proof, Purpose
from chalicelib.identity.errors import OldNumberWrong, SmsUnavailable
from chalicelib.identity.hashing import phone_index
from chalicelib.identity.notices import NoticeKind, draw_word
from chalicelib.identity.number_store import NumberStore
from chalicelib.identity.ports import MessageKind, PhoneVault, SecretRing
from chalicelib.identity.subjects import NOBODY, Asker
from chalicelib.ids import Caller, Entropy
from chalicelib.observability import EventLog, Level
from chalicelib.phone import Phone


class NumberService:
    def __init__(
        self,
        *,
        challenges: ChallengeService,
        store: NumberStore,
        phone_ring: SecretRing,
        vault: PhoneVault,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._challenges = challenges
        self._store = store
        self._phone_ring = phone_ring
        self._vault = vault
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def send_codes(
        self, caller: Caller, new: Phone, old: Phone | None, asker: Asker = NOBODY
    ) -> tuple[Challenge, Challenge | None]:
        """Text a code to the new number, and one to the old unless that is lost; return both.

        The old number is asked for because nobody here can read it: it is sealed.

        Raises:
            OldNumberWrong: that is not the account's number, or it has none.
            InvalidRequest: both are the same.
            TooManyRequests: of codes, or of tries to name the account's number.
            What else `ChallengeService.send_code` raises.
        """
        sent = None
        if old is not None:
            if new == old:
                raise InvalidRequest.at("/new_phone", "It is the number that the account has.")
            self._require_number(caller, old)
            sent = self._challenges.send_code(old, asker, _leaving(caller, new))
        return self._challenges.send_code(new, asker, _coming(caller)), sent

    def change(self, caller: Caller, new: CodeClaim, old: CodeClaim) -> None:
        """Give the account its new number, both being proven; a repeat finds it done.

        Raises:
            OldNumberWrong: that is not the account's number.
            CodeRejected: one of the codes is wrong, used or expired.
            NumberTaken: the new number has an account.
            Conflict: the account was frozen or changed meanwhile.
        """
        if self._require_number(caller, old.phone, or_already=new.phone):
            return
        leaving = self._prove(old, _leaving(caller, new.phone))
        coming = self._prove(new, _coming(caller))
        now = self._clock.now()
        notice = draw_word(NoticeKind.NUMBER_CHANGED, caller.session_id, now, self._entropy)
        sealed = self._vault.seal(new.phone, caller.user_id)
        self._store.change(caller, leaving, coming, sealed, notice)
        self._log.record("number_changed", user=caller.pseudonym)
        try:
            self._challenges.warn(old.phone)
        except SmsUnavailable:
            # Its code said what it was for already, and every session has the notice.
            self._log.record("number_warning_not_sent", level=Level.WARNING)

    def begin_waiting(self, caller: Caller, new: CodeClaim, old: Phone) -> datetime:
        """Begin to change a number without the old one in hand; return when it can be completed.

        The old number is warned before anything is written: a crash in between has warned of what
        never began, and nothing begins unwarned. Every session finds a notice and may cancel it, as
        may whoever logs in by the old number. A repeat begins the wait anew.

        Raises:
            OldNumberWrong, CodeRejected, NumberTaken, Conflict: as for `change`.
            SmsUnavailable: the warning was not taken; nothing began, and the code still works.
        """
        self._require_number(caller, old)
        coming = self._prove(new, _coming(caller))
        self._challenges.warn(old)
        now = self._clock.now()
        notice = draw_word(NoticeKind.NUMBER_CHANGE_ASKED, caller.session_id, now, self._entropy)
        ready_at = self._store.begin_waiting(caller, self._index(old), coming, notice)
        self._log.record("number_change_asked", level=Level.WARNING, user=caller.pseudonym)
        return ready_at

    def complete(self, caller: Caller, new: CodeClaim) -> None:
        """Give the account the number that it has waited for, proven once more.

        Raises:
            NumberChangeNotReady: there is none, of another number, or its week isn't over.
            CodeRejected, NumberTaken, Conflict: as for `change`.
        """
        waiting = self._store.get_ready(caller.user_id, self._index(new.phone), self._clock.now())
        coming = self._prove(new, _coming(caller))
        now = self._clock.now()
        notice = draw_word(NoticeKind.NUMBER_CHANGED, caller.session_id, now, self._entropy)
        sealed = self._vault.seal(new.phone, caller.user_id)
        self._store.complete(caller, waiting, coming, sealed, notice)
        self._log.record("number_changed", user=caller.pseudonym)

    def cancel(self, caller: Caller) -> None:
        """End a wait, from any session.

        Raises:
            NotFound: there is none.
        """
        self._store.cancel(caller.user_id)
        self._log.record("number_change_cancelled", user=caller.pseudonym)

    def _require_number(
        self, caller: Caller, named: Phone, *, or_already: Phone | None = None
    ) -> bool:
        """Check that a number is the account's; whether it is `or_already` instead.

        A stolen session must not find the number out by trying: the try is spent before anything is
        compared.
        """
        now = self._clock.now()
        self._store.spend_try(caller.user_id, now)
        index = self._store.find_index(caller.user_id)
        if or_already is not None and index == self._index(or_already):
            return True
        if index != self._index(named):
            self._log.record("old_number_wrong", level=Level.WARNING, user=caller.pseudonym)
            raise OldNumberWrong
        return False

    def _prove(self, claim: CodeClaim, purpose: Purpose) -> Proof:
        return self._challenges.prove(claim.challenge_id, claim.phone, claim.code, purpose)

    def _index(self, phone: Phone) -> str:
        return phone_index(self._phone_ring.current(), phone)


def _leaving(caller: Caller, new: Phone) -> Purpose:
    return Purpose(MessageKind.NUMBER_CHANGE, bound_to=f"{caller.user_id}\n{new}")


def _coming(caller: Caller) -> Purpose:
    return Purpose(MessageKind.NUMBER_CHANGE, bound_to=caller.user_id)
