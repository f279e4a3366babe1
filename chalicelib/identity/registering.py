"""Use case: registering. Whatever proves who comes, a new account is opened through here."""

from chalicelib.clock import Clock
from chalicelib.identity.challenges import ChallengeService
from chalicelib.identity.codes import Challenge, Proof, Purpose
from chalicelib.identity.errors import CodeRejected, GuardianCodeRejected, GuardianIsChild
from chalicelib.identity.ports import MessageKind
from chalicelib.identity.registration import Acceptance, AgeBand, Channel, Registration, accept
from chalicelib.identity.subjects import NOBODY, Asker
from chalicelib.phone import Phone


class RegistrationService:
    def __init__(self, *, challenges: ChallengeService, clock: Clock) -> None:
        self._challenges = challenges
        self._clock = clock

    def send_guardian_code(
        self, guardian: Phone, *, registrant: str, asker: Asker = NOBODY
    ) -> Challenge:
        """Ask a guardian for consent (AG): a code to their number, which counts against the limits
        as any other and works for this registrant alone.

        Args:
            registrant: the child's number; without one, the id of the login under way.
        Raises:
            GuardianIsChild: both numbers are the same.
            What `ChallengeService.send_code` raises.
        """
        if guardian == registrant:
            raise GuardianIsChild
        return self._challenges.send_code(guardian, asker, _consent_to(registrant))

    def accept(
        self, registration: Registration | None, channel: Channel, *, registrant: str
    ) -> Acceptance:
        """Judge a registration before a new account is opened; a refusal uses nothing up but an
        attempt on the guardian's code.

        Raises:
            RegistrationRequired, PolicyNotInForce, GuardianRequired, GuardianIsChild.
            GuardianCodeRejected: wrong, used, expired, or sent for somebody else.
            TooManyRequests: too many wrong tries on the guardian's number today.
        """
        now = self._clock.now()
        if registration is None or registration.age_band is not AgeBand.UNDER_14:
            return accept(registration, channel, now)
        guardian = self._prove_guardian(registration, registrant)
        return accept(registration, channel, now, guardian)

    def _prove_guardian(self, registration: Registration, registrant: str) -> Proof | None:
        consent = registration.guardian
        if consent is None:
            return None
        if consent.phone == registrant:
            raise GuardianIsChild
        try:
            return self._challenges.prove(
                consent.challenge_id, consent.phone, consent.code, _consent_to(registrant)
            )
        except CodeRejected as refusal:
            left = refusal.facts["attempts_left"]
            raise GuardianCodeRejected(attempts_left=int(str(left))) from None


def _consent_to(registrant: str) -> Purpose:
    return Purpose(MessageKind.GUARDIAN, bound_to=registrant)
