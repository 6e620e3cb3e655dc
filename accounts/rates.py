"""How much in how little time: token buckets. The caller brings the clock."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

MAX_KEYS = 20_000


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

    The key used longest ago is forgotten first, so that addresses out of thin air do
    not fill the memory; that hands a forgetful attacker nothing but a fresh burst.
    Views run on many threads, hence the lock.
    """

    def __init__(self, rate: Rate, capacity: int = MAX_KEYS) -> None:
        self._rate = rate
        self._capacity = capacity
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: Hashable, now_s: float) -> int:
        """
        Take a token.

        Returns:
            0 when there was one; else nothing is taken, and the answer is how many ms
            to wait until there is.
        """
        rate = self._rate
        with self._lock:
            level, since_s = self._levels.pop(key, (rate.burst, now_s))
            level = min(rate.burst, level + max(0.0, now_s - since_s) * rate.per_s)
            wait_ms = max(1, round((1 - level) / rate.per_s * 1000)) if level < 1 else 0
            self._levels[key] = (level if wait_ms else level - 1, now_s)
            if len(self._levels) > self._capacity:
                self._levels.popitem(last=False)
        return wait_ms
