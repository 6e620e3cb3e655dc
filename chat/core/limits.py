"""How much in how little time: token buckets. Pure; the caller brings the clock."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """
    A bucket's size and refill.

    Attributes:
        per_s: Tokens that come back each second.
        burst: Tokens a rested bucket holds.
    """

    per_s: float
    burst: float


class Buckets:
    """
    One token bucket a key, for at most ``capacity`` keys.

    The least recently used key is forgotten first, which hands a forgetful attacker
    nothing but a fresh burst.
    """

    def __init__(self, rate: Rate, capacity: int = 20_000) -> None:
        self._rate = rate
        self._capacity = capacity
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable, now_s: float, cost: float = 1.0) -> int:
        """
        Take ``cost`` tokens.

        Returns:
            0 when they were there; else nothing is taken, and the answer is how many
            ms to wait until they are.
        """
        rate = self._rate
        level, since = self._levels.get(key, (rate.burst, now_s))
        level = min(rate.burst, level + max(0.0, now_s - since) * rate.per_s)
        wait_ms = 0
        if level >= cost:
            level -= cost
        else:
            wait_ms = max(1, round((cost - level) / rate.per_s * 1000))
        self._levels[key] = (level, now_s)
        self._levels.move_to_end(key)
        if len(self._levels) > self._capacity:
            self._levels.popitem(last=False)
        return wait_ms


#: Messages (docs/security.md): a person, a room, an address.
GUEST_MESSAGES = Rate(per_s=0.5, burst=8)
MEMBER_MESSAGES = Rate(per_s=2, burst=20)
ROOM_MESSAGES = Rate(per_s=50, burst=100)
ADDRESS_MESSAGES = Rate(per_s=10, burst=40)
#: Edits and deletes, a person.
EDITS = Rate(per_s=1, burst=10)
#: History pages and catching up: a person; an address, for those without a name.
READS = Rate(per_s=10, burst=40)
ADDRESS_READS = Rate(per_s=50, burst=300)
#: New rooms: 5 an hour for a guest, 10 for an account.
GUEST_ROOMS = Rate(per_s=5 / 3600, burst=5)
MEMBER_ROOMS = Rate(per_s=10 / 3600, burst=10)
#: New sockets of an address: a whole class comes back at once.
HANDSHAKES = Rate(per_s=50, burst=300)
#: Typing signals of one person in one room.
TYPING = Rate(per_s=1 / 3, burst=2)
#: Unreadable frames of one socket before it is closed.
BAD_FRAMES = Rate(per_s=2, burst=20)

SOCKETS_PER_ADDRESS = 500
SOCKETS_PER_GUEST = 10
SOCKETS_PER_MEMBER = 20
