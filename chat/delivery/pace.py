"""How much one person, room or address may ask for; process-local."""

from __future__ import annotations

import time
from collections.abc import Hashable

from accounts.rates import Buckets
from chat.core import limits
from chat.core.errors import RateLimited


class Pace:
    """
    Token buckets for everything that costs the others something.

    Each method raises RateLimited, with the time to wait, when it is too much.
    """

    def __init__(self, *, is_open: bool) -> None:
        self._is_open = is_open
        self._guests = Buckets(limits.GUEST_MESSAGES)
        self._members = Buckets(limits.MEMBER_MESSAGES)
        self._rooms = Buckets(limits.ROOM_MESSAGES)
        self._addresses = Buckets(limits.ADDRESS_MESSAGES)
        self._edits = Buckets(limits.EDITS)
        self._reads = Buckets(limits.READS)
        self._address_reads = Buckets(limits.ADDRESS_READS)
        self._typing = Buckets(limits.TYPING)
        self._guest_rooms = Buckets(limits.GUEST_ROOMS)
        self._member_rooms = Buckets(limits.MEMBER_ROOMS)

    def message(
        self, person: int, address: str, room: Hashable, *, is_guest: bool
    ) -> None:
        """One more message."""
        self._take(self._guests if is_guest else self._members, person)
        self._take(self._addresses, address)
        self._take(self._rooms, room)

    def edit(self, person: int) -> None:
        """One more edit or deletion."""
        self._take(self._edits, person)

    def read(self, person: int | None, address: str) -> None:
        """
        One more page of history.

        Whoever has no name yet shares the address's measure with a whole class.
        """
        if person is None:
            self._take(self._address_reads, address)
        else:
            self._take(self._reads, person)

    def new_room(self, person: int, *, is_guest: bool) -> None:
        """One more room."""
        self._take(self._guest_rooms if is_guest else self._member_rooms, person)

    def typing(self, person: int, room: int) -> bool:
        """Whether one more typing signal is worth passing on."""
        return self._is_open or not self._typing.take((person, room), time.monotonic())

    def _take(self, buckets: Buckets, key: Hashable) -> None:
        if self._is_open:
            return
        wait_ms = buckets.take(key, time.monotonic())
        if wait_ms:
            raise RateLimited(retry_ms=wait_ms)
