"""Use case: agree to a purpose, take it back, and see what stands."""

from collections.abc import Sequence

from msgspec import Struct

from chalicelib.clock import Clock
from chalicelib.ids import UserId
from chalicelib.privacy.consent_store import ConsentStore
from chalicelib.privacy.errors import ConsentRequired, PurposeNotInUse
from chalicelib.privacy.model import WORDINGS, Channel, Decision, Locale, decide, standing_at
from chalicelib.privacy.ports import Purpose


class PurposeStanding(Struct, frozen=True, kw_only=True):
    """One purpose that is in use, and everything a person decided on it, the oldest first."""

    purpose: Purpose
    decisions: Sequence[Decision]
    in_force: Decision | None

    @property
    def is_given(self) -> bool:
        return self.in_force is not None and self.in_force.is_given


class ConsentService:
    """Implements `Consents` for the other capabilities."""

    def __init__(self, *, store: ConsentStore, policy_version: str, clock: Clock) -> None:
        self._store = store
        self._policy_version = policy_version
        self._clock = clock

    def list_consents(self, user_id: UserId) -> list[PurposeStanding]:
        """Tell of each purpose in use what stands; where nothing was decided, that is a no."""
        decisions = self._store.list_decisions(user_id)
        standing = standing_at(decisions, self._clock.now())
        return [
            PurposeStanding(
                purpose=purpose,
                decisions=[each for each in decisions if each.purpose is purpose],
                in_force=standing.get(purpose),
            )
            for purpose in WORDINGS
        ]

    def put_consent(
        self, user_id: UserId, purpose: str, *, is_given: bool, locale: Locale, channel: Channel
    ) -> Decision:
        """Write a decision down; one that changes nothing is not written again.

        It counts from now on: what was done under an earlier consent stays as it is.

        Raises:
            PurposeNotInUse: nothing would be done with the consent.
            NotFound: the account is gone.
        """
        asked = next((each for each in WORDINGS if each == purpose), None)
        if asked is None:
            raise PurposeNotInUse.at("/purpose", f"Expected one of {', '.join(WORDINGS)}.")
        decision = decide(
            asked,
            is_given=is_given,
            at=self._clock.now(),
            locale=locale,
            channel=channel,
            policy_version=self._policy_version,
        )
        latest = self._store.find_latest(user_id, asked)
        if latest is not None and _says_the_same(latest, decision):
            return latest
        self._store.append(user_id, decision)
        return decision

    def demand(self, user_id: UserId, purpose: Purpose) -> None:
        latest = self._store.find_latest(user_id, purpose)
        if latest is None or not latest.is_given:
            raise ConsentRequired(purpose)


def _says_the_same(one: Decision, other: Decision) -> bool:
    """Whether a decision repeats another, on the same words under the same policy."""
    return (one.is_given, one.wording_sha256, one.policy_version) == (
        other.is_given,
        other.wording_sha256,
        other.policy_version,
    )
