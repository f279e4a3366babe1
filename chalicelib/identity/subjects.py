"""Whom a code is counted for, named so that a row of limits tells nothing about anyone."""

from ipaddress import IPv6Address, ip_address, ip_network

from msgspec import Struct

from chalicelib.identity.code_limits import Subjects
from chalicelib.identity.hashing import keyed_hash
from chalicelib.identity.ports import Secret
from chalicelib.phone import Phone, calling_code

UNKNOWN_NETWORK = "unknown"
"""What everything that is no address shares: nobody gets around a limit by hiding."""
BLOCK_DIGITS = 4
"""Digits cut from a number to name its block: operators hand numbers out by ten thousand."""


def network_of(source_ip: str) -> str:
    """Return what one customer of a network has: an IPv4 address, or an IPv6 /64."""
    try:
        address = ip_address(source_ip)
    except ValueError:
        return UNKNOWN_NETWORK
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((int(address), 64), strict=False))
    return str(address)


class Asker(Struct, frozen=True, kw_only=True):
    """Who asks for a code, as far as it is known."""

    source_ip: str = ""
    """As API Gateway saw it; what is no address shares one limit with its like."""
    hardware_id: str | None = None
    """What the client calls its device, if anything."""
    human_check_token: str | None = None


NOBODY = Asker()


def subjects_of(secret: Secret, phone: Phone, shard: int, asker: Asker = NOBODY) -> Subjects:
    return Subjects(
        phone=_named(secret, "phone", phone),
        address=_named(secret, "address", network_of(asker.source_ip)),
        device=_named(secret, "device", asker.hardware_id) if asker.hardware_id else None,
        block=_named(secret, "block", phone[:-BLOCK_DIGITS]),
        country=calling_code(phone),
        shard=shard,
    )


def _named(secret: Secret, kind: str, value: str) -> str:
    return keyed_hash(secret, f"code-limit/{kind}", value.encode()).hex()
