"""Saturation that depends on the colour: vibrance, and a saturation folded into it.

A colour is its grey and what differs from that. Vibrance adds a share of the difference, the more
the greyer the colour is; and the same share of three channels is three blends by one mask, where a
cube of colours would take three times as long.
"""

import math
from dataclasses import dataclass

from chalicelib.imaging.plan.curves import LUMA

_LARGEST_CHANGE = 127 / 255
"""What is added fits into eight bits around the middle."""

_MAX_TIMES = 4
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Vividness:
    """How far colours move away from their grey, or (`is_less`) towards it.

    Attributes:
        shares: 256, one for each largest less smallest channel, in 1/255: of a colour's difference
            from its grey, how much is added at a time.
        times: how often it is added.
    """

    shares: bytes
    times: int
    is_less: bool


def vividness_of(vibrance: float, saturation: float) -> Vividness | None:
    """Return the vividness of a vibrance (-200 to 200) followed by a factor of saturation.

    None if it is more for some colours and less for others, or far too much for eight bits; a
    vibrance by itself is neither.
    """
    added = [saturation * (1 + vibrance / 100 * (1 - value / 255) ** 2) - 1 for value in range(256)]
    is_less = min(added) < -_NOTHING
    if is_less and max(added) > _NOTHING:
        return None
    # What differs from grey is at most as much as the largest channel from the smallest.
    change = max(abs(share) * value / 255 for value, share in enumerate(added)) * (1 - min(LUMA))
    largest = max(map(abs, added))
    times = max(math.ceil(largest), math.ceil(change / _LARGEST_CHANGE), 1)
    if times > _MAX_TIMES:
        return None
    shares = bytes(round(255 * abs(share) / times) for share in added)
    return Vividness(shares, times, is_less)
