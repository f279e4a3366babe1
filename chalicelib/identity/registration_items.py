"""Rows that a registration leaves: part of the transaction that opens the account."""

from chalicelib.clock import to_iso
from chalicelib.identity.challenge_store import use_up
from chalicelib.identity.items import put_notice
from chalicelib.identity.notices import draw_guidance
from chalicelib.identity.registration import Acceptance
from chalicelib.ids import UserId
from chalicelib.keys import acceptance_key
from chalicelib.storage import Absent, Exists, Put, Write


def acceptance_to_profile(acceptance: Acceptance) -> dict[str, str]:
    """Write what the profile tells of it: the present state, where the row is the proof."""
    return {"age_band": acceptance.age_band, "policy_version": acceptance.policy.version}


def registration_writes(user_id: UserId, acceptance: Acceptance) -> list[Write]:
    """Write what was accepted, when, how and by whose consent, into a row that nothing changes
    afterwards; use a guardian's code up with it, and leave minors a word of guidance.
    """
    item: dict[str, str] = {
        "policy_version": acceptance.policy.version,
        "locale": acceptance.policy.locale,
        "policy_sha256": acceptance.policy.sha256,
        "age_band": acceptance.age_band,
        "channel": acceptance.channel,
        "accepted_at": to_iso(acceptance.at),
    }
    writes: list[Write] = []
    if acceptance.guardian:
        item["guardian_index"] = acceptance.guardian.phone_index
        writes.append(use_up(acceptance.guardian, when=Exists()))
    if acceptance.age_band.is_minor:
        writes.append(put_notice(user_id, draw_guidance(user_id, acceptance.at)))
    proof = Put(key=acceptance_key(user_id, acceptance.at), item=item, when=Absent())
    return [proof, *writes]
