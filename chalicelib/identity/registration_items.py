"""Rows that a registration leaves: part of the transaction that opens the account."""

from chalicelib.clock import to_iso
from chalicelib.identity.registration import Acceptance
from chalicelib.ids import UserId
from chalicelib.keys import acceptance_key
from chalicelib.storage import Absent, Put, Write


def acceptance_to_profile(acceptance: Acceptance) -> dict[str, str]:
    """Write what the profile tells of it: the present state, where the row is the proof."""
    return {"age_band": acceptance.age_band, "policy_version": acceptance.policy.version}


def registration_writes(user_id: UserId, acceptance: Acceptance) -> list[Write]:
    """Write what was accepted, when and how, into a row that nothing changes afterwards."""
    item = {
        "policy_version": acceptance.policy.version,
        "locale": acceptance.policy.locale,
        "policy_sha256": acceptance.policy.sha256,
        "age_band": acceptance.age_band,
        "channel": acceptance.channel,
        "accepted_at": to_iso(acceptance.at),
    }
    return [Put(key=acceptance_key(user_id, acceptance.at), item=item, when=Absent())]
