"""How often one key may do one thing. Pure but for a lock; the caller has the clock."""

from collections import OrderedDict
from threading import Lock

MAX_KEYS = 20_000


class Rate:
    """
    A bucket of `burst` tokens a key, refilled by `per_s` a second.

    Views run on many threads, hence the lock. The key used longest ago is forgotten
    beyond MAX_KEYS, so that addresses out of thin air do not fill the memory.
    """

    def __init__(self, *, burst: int, per_s: float) -> None:
        self._burst = burst
        self._per_s = per_s
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, key: str, now_s: float) -> float:
        """Take a token and return 0.0, or return the seconds until there is one."""
        with self._lock:
            level, since_s = self._levels.pop(key, (float(self._burst), now_s))
            level = min(self._burst, level + (now_s - since_s) * self._per_s)
            wait_s = max(0.0, (1 - level) / self._per_s)
            self._levels[key] = (level if wait_s else level - 1, now_s)
            if len(self._levels) > MAX_KEYS:
                self._levels.popitem(last=False)
        return wait_s
