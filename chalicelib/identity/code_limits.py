"""How many codes may be sent, to whom and for whom. Pure: rows come in as mappings, time as an
argument.

Windows are fixed: the UTC hour and the UTC day. One row holds a subject's counters of a day, so a
code costs one update a subject whatever the number of limits. A fixed window lets at most twice its
limit through in any stretch of its length; the minute of a number is kept exactly, by its own row.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum

from msgspec import Struct

from chalicelib.ids import Entropy

CODES_PER_DAY, CODES_PER_COUNTRY = "codes_per_day", "codes_per_country_per_day"
UNVERIFIED_PER_BLOCK = "unverified_codes_per_block"
UNVERIFIED_PER_COUNTRY = "unverified_codes_per_country"

ALARMING = frozenset({CODES_PER_DAY, CODES_PER_COUNTRY, UNVERIFIED_PER_COUNTRY})
"""Limits that many people share: reaching one is an attack or a very good day, and both need us."""


class CodeLimits(Struct, frozen=True, kw_only=True):
    """What may be sent; each number is the largest that is still let through."""

    cooldown: timedelta = timedelta(minutes=1)
    """Between two codes of one number; with the next two what Aliyun allows a number anyway."""
    per_phone_an_hour: int = 5
    per_phone_a_day: int = 10
    wrong_tries_a_day: int = 30
    """Of one number over all its codes since its last login; NIST SP 800-63B-4 §3.2.2 allows 100.
    """
    per_address_an_hour: int = 60
    """Of one IPv4 address or IPv6 /64. Mobile networks put thousands of people behind one address,
    and each of them needs a code once in weeks."""
    per_address_a_day: int = 300
    per_device_an_hour: int = 10
    per_device_a_day: int = 20
    """Of one device that names itself: a guard against apps that go wild, as nobody must."""
    per_country_a_day: int = 10_000
    per_day: int = 20_000
    """Of everybody: what one bad day may cost. 0 sends nothing more, which is the switch."""
    unverified_per_country_an_hour: int = 480
    """Must exceed the codes in flight: 16 a second, typed in after 30 seconds."""
    unverified_per_block_an_hour: int = 20
    """Of 10,000 neighbouring numbers."""
    verified_allows: int = 3
    """Codes that one login pays for: traffic goes on while a third of the codes are used."""
    shards: int = 16


class Counter(StrEnum):
    SENT = "sent"
    UNVERIFIED = "unverified"
    """Codes sent, less `verified_allows` for each login: below 0 where most are used."""
    OPENED = "opened"
    """Guests."""


class Window(StrEnum):
    HOUR = "hour"
    DAY = "day"


class Limit(Struct, frozen=True):
    """At most `most` in each window; `name` is what clients and logs see."""

    name: str
    counter: Counter
    window: Window
    most: int

    def attribute(self, now: datetime) -> str:
        """Name the counter of the present window in the subject's row of the day."""
        return f"{self.counter}_{now:%H}" if self.window is Window.HOUR else self.counter.value

    def ends_at(self, now: datetime) -> datetime:
        if self.window is Window.HOUR:
            return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return end_of_day(now)

    def is_reached(self, row: Mapping[str, int], now: datetime) -> bool:
        return row.get(self.attribute(now), 0) >= self.most


class Budget(Struct, frozen=True):
    """The limits of one subject; `subject` names its row and holds no number and no address."""

    subject: str
    limits: tuple[Limit, ...]

    def counters(self, now: datetime, counter: Counter | None = None) -> frozenset[str]:
        """Return the attributes that one code counts in; of one counter only, if asked to."""
        counted = (one for one in self.limits if counter in (None, one.counter))
        return frozenset(one.attribute(now) for one in counted)

    def find_reached(self, row: Mapping[str, int], now: datetime) -> Limit | None:
        """Return the limit that keeps the next code back, the longest if there are several."""
        reached = [one for one in self.limits if one.is_reached(row, now)]
        return max(reached, key=lambda one: one.ends_at(now), default=None)


class Subjects(Struct, frozen=True, kw_only=True):
    """Whom one code counts for: keyed hashes, a calling code and a shard."""

    phone: str
    address: str
    device: str | None
    """None where the client doesn't name itself."""
    block: str
    country: str
    shard: int


def budgets_of(subjects: Subjects, limits: CodeLimits) -> tuple[Budget, ...]:
    """List every budget that one code takes from, the most personal first."""
    phone = (
        Limit("codes_per_phone_per_hour", Counter.SENT, Window.HOUR, limits.per_phone_an_hour),
        Limit("codes_per_phone_per_day", Counter.SENT, Window.DAY, limits.per_phone_a_day),
    )
    address = (
        Limit("codes_per_address_per_hour", Counter.SENT, Window.HOUR, limits.per_address_an_hour),
        Limit("codes_per_address_per_day", Counter.SENT, Window.DAY, limits.per_address_a_day),
    )
    device = (
        Limit("codes_per_device_per_hour", Counter.SENT, Window.HOUR, limits.per_device_an_hour),
        Limit("codes_per_device_per_day", Counter.SENT, Window.DAY, limits.per_device_a_day),
    )
    named = (Budget(f"device/{subjects.device}", device),) if subjects.device else ()
    share = share_of(limits.per_day, subjects.shard, limits.shards)
    everybody = Limit(CODES_PER_DAY, Counter.SENT, Window.DAY, share)
    return (
        Budget(f"phone/{subjects.phone}", phone),
        Budget(f"address/{subjects.address}", address),
        *named,
        *guarded_budgets_of(subjects, limits),
        Budget(f"all/{subjects.shard:02}", (everybody,)),
    )


def guarded_budgets_of(subjects: Subjects, limits: CodeLimits) -> tuple[Budget, Budget]:
    """List the budgets that a login pays back into: those of the block and of the country."""
    shard, shards = subjects.shard, limits.shards
    unverified = share_of(limits.unverified_per_country_an_hour, shard, shards)
    sent = share_of(limits.per_country_a_day, shard, shards)
    of_block = limits.unverified_per_block_an_hour
    block = Limit(UNVERIFIED_PER_BLOCK, Counter.UNVERIFIED, Window.HOUR, of_block)
    country = (
        Limit(UNVERIFIED_PER_COUNTRY, Counter.UNVERIFIED, Window.HOUR, unverified),
        Limit(CODES_PER_COUNTRY, Counter.SENT, Window.DAY, sent),
    )
    return (
        Budget(f"block/{subjects.block}", (block,)),
        Budget(f"country/{subjects.country}/{shard:02}", country),
    )


def share_of(most: int, shard: int, shards: int) -> int:
    """Return one shard's part of a budget; the parts add up to it exactly.

    A code takes from one shard drawn at random, so together they never exceed the budget. The first
    shard is full before the last: refusals begin at about 1 - sqrt(2 ln(shards) shards / most) of
    it, 93 % of 20,000 in 16 shards.
    """
    return (most + shard) // shards


def draw_shard(limits: CodeLimits, entropy: Entropy) -> int:
    return entropy.below(limits.shards)


def end_of_day(now: datetime) -> datetime:
    return datetime.combine(now.date(), time(), tzinfo=now.tzinfo) + timedelta(days=1)
