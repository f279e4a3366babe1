"""Limits on codes for tests that are about something else."""

from datetime import timedelta

from chalicelib.identity.code_limits import CodeLimits

MANY = 1_000_000
GENEROUS = CodeLimits(
    cooldown=timedelta(0),
    per_phone_an_hour=MANY,
    per_phone_a_day=MANY,
    wrong_tries_a_day=MANY,
    per_address_an_hour=MANY,
    per_address_a_day=MANY,
    per_country_a_day=MANY,
    per_day=MANY,
    unverified_per_country_an_hour=MANY,
    unverified_per_block_an_hour=MANY,
)
"""For tests that are about something else and log in as often as they like."""
COUNTRIES = frozenset({"86", "1", "44"})
