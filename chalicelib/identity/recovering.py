"""Use case: coming back to an account that was left alone for so long that its number may have
passed to somebody else (A26).
"""

from chalicelib.clock import Clock, to_iso
from chalicelib.errors import Conflict, Unauthenticated
from chalicelib.identity.codes import Proof
from chalicelib.identity.dormancy import DORMANT_AFTER, IN_USE_WITHIN, DormantAnswer
from chalicelib.identity.dormant_store import RECOVERY_MAC, DormantStore
from chalicelib.identity.errors import SecondFactorRejected, SecondFactorRequired
from chalicelib.identity.model import Account
from chalicelib.identity.notices import NoticeKind, draw_word
from chalicelib.identity.ports import SecretRing
from chalicelib.identity.recovery import draw_recovery_code, is_recovery_code, recovery_mac
from chalicelib.identity.session_opening import NUMBER_PROVEN_AT
from chalicelib.ids import Caller, Entropy
from chalicelib.observability import EventLog, Level
from chalicelib.storage import Item


class RecoveryService:
    def __init__(
        self,
        *,
        store: DormantStore,
        ring: SecretRing,
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        """
        Args:
            ring: of the phone index: unlike the sessions' it is kept as long as accounts are.
        """
        self._store = store
        self._ring = ring
        self._clock = clock
        self._entropy = entropy
        self._log = log

    def set_recovery_code(self, caller: Caller) -> str:
        """Draw a recovery code and return it, which happens once; any code before it dies.

        A repeat draws another. The account's other sessions find a notice.
        """
        code = draw_recovery_code(self._entropy)
        mac = recovery_mac(self._ring.current(), caller.user_id, code)
        now = self._clock.now()
        notice = draw_word(NoticeKind.RECOVERY_CODE_SET, caller.session_id, now, self._entropy)
        if not self._store.put_recovery_mac(caller, mac, notice):
            raise Unauthenticated
        self._log.record("recovery_code_set", user=caller.pseudonym)
        return code

    def question(
        self, account: Account, profile: Item, proof: Proof, answer: DormantAnswer
    ) -> None:
        """Let the holder of a dormant account's number in, or say why not.

        The try was spent before, with that of the one-time code: five a code, and what a number may
        have of those.

        Raises:
            SecondFactorRequired: there is no answer yet.
            SecondFactorRejected: the recovery code is another, or none was ever drawn.
        """
        if self._is_in_use(account):
            return
        mac = profile.get(RECOVERY_MAC)
        if answer.recovery_code is None:
            self._log.record("second_factor_asked", user=account.pseudonym)
            raise SecondFactorRequired(has_recovery_code=mac is not None)
        secret = self._ring.find(mac[:4]) if mac else None
        if not mac or not is_recovery_code(secret, account.id, answer.recovery_code, mac):
            self._log.record("second_factor_refused", level=Level.WARNING, user=account.pseudonym)
            raise SecondFactorRejected(attempts_left=proof.attempt.attempts_left)

    def get_abandoned(self, account: Account) -> Item:
        """Return the profile of an account that somebody says is not theirs.

        Raises:
            Conflict: its owner was there lately: it is somebody's, and stays with the number.
        """
        profile = self._store.get_profile(account.id)
        dormant_before = to_iso(self._clock.now() - DORMANT_AFTER)
        proven_at = profile.get(NUMBER_PROVEN_AT, "") if profile else ""
        if profile is None or not proven_at or proven_at > dormant_before:
            raise Conflict("The account of this number is in use.")
        if self._is_in_use(account):
            raise Conflict("The account of this number is in use.")
        return profile

    def _is_in_use(self, account: Account) -> bool:
        return self._store.was_used_since(account.id, self._clock.now() - IN_USE_WITHIN)
