"""Use case: proving that a number is in a person's hands. A code is sent to it, and comes back.

Whoever the proof serves is not known here: what it opens is written in the transaction that
consumes it (`ChallengeStore.consume`).
"""

import hmac

from chalicelib.clock import Clock
from chalicelib.errors import TooManyRequests
from chalicelib.identity.challenge_store import ChallengeStore
from chalicelib.identity.code_limits import (
    ALARMING,
    CodeLimits,
    budgets_of,
    draw_shard,
    guarded_budgets_of,
)
from chalicelib.identity.codes import (
    CODE_LIFETIME,
    LOGIN,
    Challenge,
    Counted,
    Proof,
    Purpose,
    code_mac,
)
from chalicelib.identity.errors import (
    CodeRejected,
    CountryNotSupported,
    HumanCheckFailed,
    HumanCheckRequired,
    SmsUnavailable,
)
from chalicelib.identity.hashing import phone_index
from chalicelib.identity.messages import CodeMessages
from chalicelib.identity.ports import HumanCheck, SecretRing, SmsSender
from chalicelib.identity.subjects import NOBODY, Asker, subjects_of
from chalicelib.ids import ChallengeId, Entropy, uuid7
from chalicelib.observability import EventLog, Level
from chalicelib.phone import Phone, calling_code


class ChallengeService:
    def __init__(
        self,
        *,
        store: ChallengeStore,
        code_ring: SecretRing,
        phone_ring: SecretRing,
        messages: CodeMessages,
        sms: SmsSender,
        human_check: HumanCheck | None,
        limits: CodeLimits,
        countries: frozenset[str],
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._store = store
        self._code_ring = code_ring
        self._phone_ring = phone_ring
        self._messages = messages
        self._sms = sms
        self._human_check = human_check
        self._limits = limits
        self._countries = countries
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def send_code(self, phone: Phone, asker: Asker = NOBODY, purpose: Purpose = LOGIN) -> Challenge:
        """Send a new one-time code to a number; every earlier one dies, whatever it was for.

        The challenge is stored and counted before the message goes out: a crash between them costs
        the user one more request, and never sends what was not counted.

        Raises:
            CountryNotSupported: no messages are sent there.
            InvalidPhone: a reserved number whose time is over.
            HumanCheckRequired, HumanCheckFailed: the stage wants a person's proof.
            TooManyRequests: a limit is reached; nothing was counted.
            SmsUnavailable: the message was not taken and nothing counts; asking again is safe.
        """
        if calling_code(phone) not in self._countries:
            raise CountryNotSupported
        self._require_person(asker.human_check_token)
        now = self._clock.now()
        challenge = Challenge(
            id=ChallengeId(uuid7(now, self._entropy)), expires_at=now + CODE_LIFETIME
        )
        message = self._messages.draw(phone, now, purpose.kind)
        mac = code_mac(self._code_ring.current(), purpose, challenge.id, phone, message.code)
        counted = Counted(now, draw_shard(self._limits, self._entropy))
        secret = self._phone_ring.current()
        index = phone_index(secret, phone)
        subjects = subjects_of(secret, phone, counted.shard, asker)
        budgets = budgets_of(subjects, self._limits)
        try:
            self._store.put_challenge(index, challenge, mac, counted, budgets)
        except TooManyRequests as refusal:
            self._log_limit(refusal)
            raise
        try:
            self._sms.send(message)
        except SmsUnavailable:
            self._store.take_back(index, challenge, counted, budgets)
            self._log.record("code_not_sent")
            raise
        self._log.record("code_sent")
        return challenge

    def prove(
        self, challenge_id: ChallengeId, phone: Phone, code: str, purpose: Purpose = LOGIN
    ) -> Proof:
        """Compare a code with the one that was sent; a right one proves the number until the proof
        is consumed.

        A code works for five minutes and dies after five tries; the try is spent before the
        comparison, so that parallel guesses cannot share one.

        Args:
            code: six ASCII digits as typed.
            purpose: the one that it was sent for.
        Raises:
            CodeRejected: wrong, used or expired; deliberately one error for all.
            TooManyRequests: too many wrong tries on this number today, over all its codes.
        """
        now = self._clock.now()
        phone_secret = self._phone_ring.current()
        index = phone_index(phone_secret, phone)
        try:
            attempt = self._store.spend_attempt(index, challenge_id, now)
        except TooManyRequests as refusal:
            self._log_limit(refusal)
            raise
        secret = self._code_ring.find(attempt.code_mac[:4]) if attempt else None
        guess = code_mac(secret, purpose, challenge_id, phone, code) if secret else b""
        if attempt is None or not hmac.compare_digest(guess, attempt.code_mac):
            self._log.record("code_refused")
            raise CodeRejected(attempts_left=attempt.attempts_left if attempt else 0)
        subjects = subjects_of(phone_secret, phone, attempt.counted.shard)
        return Proof(
            challenge_id=challenge_id,
            phone=phone,
            phone_index=index,
            attempt=attempt,
            guarded=guarded_budgets_of(subjects, self._limits),
        )

    def warn(self, phone: Phone) -> None:
        """Tell a number that its account is about to leave it.

        Raises:
            SmsUnavailable: the message was not taken.
        """
        self._sms.send(self._messages.write_warning(phone))

    def _require_person(self, token: str | None) -> None:
        if self._human_check is None:
            return
        if not token:
            raise HumanCheckRequired
        if not self._human_check.is_passed(token):
            self._log.record("human_check_failed")
            raise HumanCheckFailed

    def _log_limit(self, refusal: TooManyRequests) -> None:
        limit = str(refusal.facts["limit"])
        level = Level.ERROR if limit in ALARMING else Level.WARNING
        self._log.record("code_limited", level=level, limit=limit)
