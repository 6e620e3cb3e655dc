"""
One client's way out: bounded, and never waited for.

Where the server lends us its transport (``rai.transport``, docs/server.md) a frame is
one write; anywhere else it goes through ASGI's ``send``, one task a connection.
A client that does not read is not disconnected: it is marked lagging, gets nothing
more, and catches up from the log once it drains ("lag, don't drop").
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from chat.core.errors import Close
from chat.core.packets import Packet

log = logging.getLogger(__name__)

#: Bytes that may wait for a client before it counts as lagging (fallback path).
HIGH_WATER = 256 * 1024
LOW_WATER = 64 * 1024
#: A lagging client that takes not a byte for this long is let go.
STALL_S = 30.0
STALL_LOOK_S = 5.0

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Transport(Protocol):
    """What ``scope["extensions"]["rai.transport"]`` offers."""

    def write(self, frame: bytes) -> None:
        """Write framed bytes now."""

    def take(self, on_text: Callable[[bytes], None]) -> None:
        """Hand text messages to this callback."""

    def watch(
        self, on_pause: Callable[[], None], on_resume: Callable[[], None]
    ) -> None:
        """Tell about flow control."""

    def buffered(self) -> int:
        """Bytes not yet taken by the kernel."""

    def abort(self) -> None:
        """Free the peer at once."""


class Outlet:
    """
    A client's way out. ``write`` never waits and never raises.

    ``on_lag`` is called once when the client falls behind, ``on_drain`` when it has
    caught up with what was written.
    """

    def __init__(self) -> None:
        self.on_lag: Callable[[], None] = _nothing
        self.on_drain: Callable[[], None] = _nothing
        self.is_lagging = False
        self.is_closed = False
        self._drained: asyncio.Event | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._left = 0
        self._stalled_s = 0.0

    def write(self, packet: Packet) -> None:
        """Send one packet; silently nothing once closed."""
        raise RuntimeError

    def buffered(self) -> int:
        """Bytes written that have not left yet."""
        raise RuntimeError

    async def close(self, code: Close) -> None:
        """Send a close frame."""
        raise RuntimeError

    def abort(self) -> None:
        """Let the client go without ceremony."""
        raise RuntimeError

    async def drained(self) -> bool:
        """Wait until the client takes more; False when it went away instead."""
        while self.is_lagging and not self.is_closed:
            self._drained = self._drained or asyncio.Event()
            await self._drained.wait()
        return not self.is_closed

    def closed(self) -> None:
        """The connection is over: nothing goes out any more."""
        self.is_closed = True
        self.is_lagging = False
        self.on_lag = self.on_drain = _nothing
        self._stop_watching()

    def _paused(self) -> None:
        if self.is_lagging or self.is_closed:
            return
        self.is_lagging = True
        self._watch_stall()
        # Not now: we may stand in the middle of a write to a whole room.
        asyncio.get_running_loop().call_soon(self._lagged)

    def _lagged(self) -> None:
        if self.is_lagging:
            self.on_lag()

    def _resumed(self) -> None:
        if not self.is_lagging:
            return
        self.is_lagging = False
        self._stop_watching()
        self.on_drain()

    def _watch_stall(self) -> None:
        self._left, self._stalled_s = self.buffered(), 0.0
        self._look_again()

    def _look_again(self) -> None:
        loop = asyncio.get_running_loop()
        self._stall = loop.call_later(STALL_LOOK_S, self._look_for_progress)

    def _look_for_progress(self) -> None:
        left = self.buffered()
        # Looked at often: what the kernel still took just after the pause must not
        # buy the client a second full measure of patience.
        self._stalled_s = 0.0 if left < self._left else self._stalled_s + STALL_LOOK_S
        self._left = left
        if self._stalled_s < STALL_S:
            self._look_again()
        else:
            log.info("socket aborted code=%s", Close.NO_PROGRESS.value)
            self.abort()

    def _stop_watching(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
        if self._drained is not None:
            self._drained.set()
            self._drained = None


class TransportOutlet(Outlet):
    """Straight to the server's transport."""

    def __init__(self, transport: Transport, send: Send) -> None:
        super().__init__()
        self._transport = transport
        self._send = send
        transport.watch(self._paused, self._resumed)

    def write(self, packet: Packet) -> None:
        """One call, all frames of the packet."""
        if not self.is_closed:
            self._transport.write(packet.wire)

    def buffered(self) -> int:
        """What the transport holds."""
        return self._transport.buffered()

    async def close(self, code: Close) -> None:
        """Close through ASGI, so that the server's own state follows."""
        if self.is_lagging:
            # A close frame would queue behind what the client does not read.
            self.abort()
        elif not self.is_closed:
            await self._send({"type": "websocket.close", "code": int(code)})
        self.closed()

    def abort(self) -> None:
        """Drop the connection and what it holds."""
        self._transport.abort()
        self.closed()


class SendOutlet(Outlet):
    """Through ASGI's ``send``: works on any server, one task a busy connection."""

    def __init__(self, send: Send) -> None:
        super().__init__()
        self._send = send
        self._queue: deque[bytes] = deque()
        self._size = 0
        self._task: asyncio.Task[None] | None = None

    def write(self, packet: Packet) -> None:
        """Queue the packet's messages."""
        if self.is_closed:
            return
        self._queue.extend(packet.payloads)
        self._size += sum(map(len, packet.payloads))
        if self._task is None:
            self._task = asyncio.create_task(self._pump(), name="outlet")
        if self._size > HIGH_WATER:
            self._paused()

    def buffered(self) -> int:
        """Bytes in our queue."""
        return self._size

    async def close(self, code: Close) -> None:
        """Close, after what was queued where the client still reads."""
        if self._task is not None and not self.is_lagging:
            await asyncio.wait([self._task], timeout=1.0)
        if not self.is_closed:
            await self._send({"type": "websocket.close", "code": int(code)})
        self.abort()

    def abort(self) -> None:
        """Forget the queue; ASGI has no way to cut the connection itself."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._queue.clear()
        self._size = 0
        self.closed()

    async def _pump(self) -> None:
        try:
            while self._queue:
                payload = self._queue[0]
                await self._send({"type": "websocket.send", "text": payload.decode()})
                self._queue.popleft()
                self._size -= len(payload)
                if self._size < LOW_WATER:
                    self._resumed()
        except asyncio.CancelledError:
            raise
        # Each server has its own exception for a peer that left.
        except Exception as error:  # noqa: BLE001
            log.debug("peer left error=%s", type(error).__name__)
            self._queue.clear()
            self._size = 0
            self.closed()
        finally:
            self._task = None


def _nothing() -> None:
    return None
