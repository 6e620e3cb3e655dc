"""An outlet without a socket, for those who ask over HTTP: it says when to look."""

from __future__ import annotations

import asyncio

from chat.core.errors import Close
from chat.core.packets import Packet
from chat.delivery.outlet import Outlet


class Mailbox(Outlet):
    """Remembers only that something came."""

    def __init__(self) -> None:
        super().__init__()
        self._arrived = asyncio.Event()

    def write(self, packet: Packet) -> None:
        """Something came."""
        self._arrived.set()

    def buffered(self) -> int:
        """Nothing is kept."""
        return 0

    async def close(self, code: Close) -> None:
        """Wake whoever waits: the server is going."""
        self._arrived.set()
        self.closed()

    def abort(self) -> None:
        """See ``close``."""
        self._arrived.set()
        self.closed()

    def empty(self) -> None:
        """Forget what came so far."""
        self._arrived.clear()

    async def arrived(self, timeout_s: float) -> bool:
        """Wait until something comes, or the time is over (False)."""
        try:
            await asyncio.wait_for(self._arrived.wait(), timeout_s)
        except TimeoutError:
            return False
        return True
