"""What opening an account takes besides proof of who comes: the policy accepted as it was served
(I.2), and an age band (AG). No I/O but the policy's own text.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from chalicelib.identity.codes import CodeClaim, Proof
from chalicelib.identity.errors import GuardianRequired, PolicyNotInForce, RegistrationRequired
from chalicelib.identity.policy import (
    VERSION_IN_FORCE,
    PolicyLocale,
    PolicyText,
    policy_in_force,
)


class AgeBand(StrEnum):
    """All that is asked about age: nobody's date of birth is needed, so none is kept (SE.4)."""

    UNDER_14 = "under_14"
    FROM_14_TO_17 = "14_to_17"
    ADULT = "adult"

    @property
    def is_minor(self) -> bool:
        return self is not AgeBand.ADULT


class Channel(StrEnum):
    """How somebody registered."""

    PHONE = "phone"
    WECHAT = "wechat"
    ALIPAY = "alipay"


class Registration(Struct, frozen=True, kw_only=True):
    """What a person says when they register."""

    policy_version: str
    locale: PolicyLocale
    """The language in which they were shown the policy."""
    age_band: AgeBand
    guardian: CodeClaim | None = None
    """Needed under 14, and looked at only there."""


class Acceptance(Struct, frozen=True, kw_only=True):
    """A registration that holds: what is recorded with the account."""

    policy: PolicyText
    age_band: AgeBand
    channel: Channel
    at: datetime
    guardian: Proof | None
    """Of the guardian's number, where there had to be one."""


def accept(
    registration: Registration | None,
    channel: Channel,
    now: datetime,
    guardian: Proof | None = None,
) -> Acceptance:
    """Judge a registration before a new account is opened; nothing is used up by a refusal.

    Raises:
        RegistrationRequired: there is none.
        PolicyNotInForce: another version of the policy was accepted.
        GuardianRequired: a child can't register alone.
    """
    if registration is None:
        raise RegistrationRequired(VERSION_IN_FORCE)
    if registration.policy_version != VERSION_IN_FORCE:
        raise PolicyNotInForce(VERSION_IN_FORCE)
    if registration.age_band is AgeBand.UNDER_14 and guardian is None:
        raise GuardianRequired
    return Acceptance(
        policy=policy_in_force(registration.locale),
        age_band=registration.age_band,
        channel=channel,
        at=now,
        guardian=guardian,
    )
