"""How many sockets an address or a person holds, and how fast new ones may come."""

from __future__ import annotations

import time
from collections import Counter
from typing import TypeVar

from accounts.rates import Buckets
from chat.core.limits import (
    HANDSHAKES,
    SOCKETS_PER_ADDRESS,
    SOCKETS_PER_GUEST,
    SOCKETS_PER_MEMBER,
)

Key = TypeVar("Key", str, int)


class Turnstile:
    """Counts in, counts out. Process-local: a limit against floods, not a quota."""

    def __init__(self, *, is_open: bool) -> None:
        self._is_open = is_open
        self._handshakes = Buckets(HANDSHAKES)
        self._addresses: Counter[str] = Counter()
        self._people: Counter[int] = Counter()

    def enter(self, address: str) -> bool:
        """Whether a socket of this address may open; it counts until ``leave``."""
        if not self._is_open:
            too_many = self._addresses[address] >= SOCKETS_PER_ADDRESS
            if too_many or self._handshakes.take(address, time.monotonic()):
                return False
        self._addresses[address] += 1
        return True

    def leave(self, address: str) -> None:
        """A socket that entered is gone."""
        _less(self._addresses, address)

    def sit(self, person: int, *, is_guest: bool) -> bool:
        """Whether this person may hold one more socket; if so it counts."""
        most = SOCKETS_PER_GUEST if is_guest else SOCKETS_PER_MEMBER
        if not self._is_open and self._people[person] >= most:
            return False
        self._people[person] += 1
        return True

    def stand(self, person: int) -> None:
        """A socket that sat is gone."""
        _less(self._people, person)


def _less(counter: Counter[Key], key: Key) -> None:
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]
