"""What people say when they register in passing, in tests about something else."""

from chalicelib.identity.policy import VERSION_IN_FORCE, PolicyLocale
from chalicelib.identity.registration import AgeBand, Registration

AS_ADULT = Registration(
    policy_version=VERSION_IN_FORCE, locale=PolicyLocale.ENGLISH, age_band=AgeBand.ADULT
)
"""A number with an account needs none, and may send it."""
