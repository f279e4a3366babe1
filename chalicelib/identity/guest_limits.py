"""How many guests may be opened. A guest costs next to nothing, but each may upload: without a
bound, a script would get as much room as it opens guests.
"""

from msgspec import Struct

from chalicelib.identity.code_limits import Budget, Counter, Limit, Window, share_of
from chalicelib.identity.hashing import keyed_hash
from chalicelib.identity.ports import Secret
from chalicelib.identity.subjects import network_of
from chalicelib.ids import Entropy

GUESTS_PER_DAY = "guests_per_day"


class GuestLimits(Struct, frozen=True, kw_only=True):
    """What may be opened; each number is the largest that is still let through."""

    per_address_an_hour: int = 60
    """Of one IPv4 address or IPv6 /64; as many as codes, because the same networks have thousands
    of people behind one address."""
    per_address_a_day: int = 300
    per_day: int = 20_000
    """Of everybody. Thirty photos a day of about half a megabyte when processed, for a week: 2 TB
    at the very worst, 50 US dollars a month. Above it people can still register."""
    shards: int = 16


def budgets_of_guest(
    secret: Secret, source_ip: str, limits: GuestLimits, entropy: Entropy
) -> tuple[Budget, Budget]:
    """List the budgets that one guest takes from: the address as API Gateway saw it, and all."""
    address = keyed_hash(secret, "guest-limit/address", network_of(source_ip).encode()).hex()
    of_hour, of_day = limits.per_address_an_hour, limits.per_address_a_day
    shard = entropy.below(limits.shards)
    share = share_of(limits.per_day, shard, limits.shards)
    return (
        Budget(
            f"guests/address/{address}",
            (
                Limit("guests_per_address_per_hour", Counter.OPENED, Window.HOUR, of_hour),
                Limit("guests_per_address_per_day", Counter.OPENED, Window.DAY, of_day),
            ),
        ),
        Budget(
            f"guests/all/{shard:02}", (Limit(GUESTS_PER_DAY, Counter.OPENED, Window.DAY, share),)
        ),
    )
