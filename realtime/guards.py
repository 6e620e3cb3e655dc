"""Limits below ASGI, and the one timer that enforces them on every connection."""

import asyncio
import heapq
import logging
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

from uvicorn.config import Config
from uvicorn.server import ServerState

log = logging.getLogger(__name__)

KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What one peer may do to this process before any code of the app sees it."""

    head_s: float = 5.0
    head_bytes: int = 16 * KIB
    line_bytes: int = 8000
    headers: int = 64
    body_s: float = 30.0
    body_bytes: int = 256 * KIB
    pipelined: int = 16
    # A new connection has this long to bring its request to a server that stops.
    last_s: float = 1.0

    fragments: int = 16
    # None lifts the rate; the guards against freezes and leaks stay.
    frames: int | None = 200
    frames_window_s: float = 10.0

    buffer_high: int = 256 * KIB
    buffer_low: int = 64 * KIB
    buffer_max: int = 1024 * KIB
    progress_s: float = 30.0

    # Pings leave every 20 to 25 s: the pong is looked for after 20, then jitter.
    ping_s: float = 20.0
    ping_jitter_s: float = 5.0
    pong_s: float = 20.0
    close_s: float = 5.0
    # After a refusal the peer's bytes are read and forgotten for a while: closing
    # a socket with unread bytes resets it, and the peer never sees our answer.
    linger_s: float = 2.0
    linger_bytes: int = 4096 * KIB


class GuardedConfig(Config):
    """uvicorn's configuration with the guards of our protocol classes."""

    guards: Guards = Guards()


def guards_of(config: Config) -> Guards:
    """Return the guards to hold; the defaults under a configuration not ours."""
    return config.guards if isinstance(config, GuardedConfig) else Guards()


class Alarm:
    """A call in the future. `cancel()` may be called at any time, also after it."""

    __slots__ = ("_call", "_slot")

    def __init__(self, call: Callable[[], None], slot: "set[Alarm]") -> None:
        self._call: Callable[[], None] | None = call
        self._slot = slot

    def cancel(self) -> None:
        """Forget the call and all it refers to."""
        self._call = None
        self._slot.discard(self)

    def ring(self) -> None:
        """Make the call, if it was not cancelled."""
        call, self._call = self._call, None
        if call is not None:
            call()


class Wheel:
    """
    Coarse timers for many connections on one timer of the loop.

    A call comes at most `TICK_S` late. A timer of uvloop costs some 600 bytes, and
    every connection always has one deadline pending.
    """

    __slots__ = ("_loop", "_order", "_slots", "_timer")

    TICK_S = 0.25

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._slots: dict[int, set[Alarm]] = {}
        self._order: list[int] = []
        self._timer: asyncio.TimerHandle | None = None

    def after(self, delay_s: float, call: Callable[[], None]) -> Alarm:
        """Call `call` in `delay_s` seconds, unless the alarm is cancelled."""
        number = int((self._loop.time() + delay_s) / self.TICK_S) + 1
        slot = self._slots.get(number)
        if slot is None:
            slot = self._slots[number] = set()
            heapq.heappush(self._order, number)
            if self._order[0] == number:
                self._aim()
        alarm = Alarm(call, slot)
        slot.add(alarm)
        return alarm

    def _aim(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._order[0] * self.TICK_S, self._turn)

    def _turn(self) -> None:
        self._timer = None
        # The loop's clock may stand a hair before the slot it woke up for.
        now = int((self._loop.time() + 0.001) / self.TICK_S)
        while self._order and self._order[0] <= now:
            slot = self._slots.pop(heapq.heappop(self._order))
            while slot:
                try:
                    slot.pop().ring()
                except Exception:
                    log.exception("a deadline failed")
        if self._order and self._timer is None:
            self._aim()


def wheel_of(state: ServerState, loop: asyncio.AbstractEventLoop) -> Wheel:
    """Return the wheel that all connections of one server share."""
    found = state.__dict__.get("wheel")
    if not isinstance(found, Wheel):
        found = state.__dict__["wheel"] = Wheel(loop)
    return found


# Kernel buffers of a peer that stopped reading hold stale frames where nobody can
# drop them: unset, loopback swallowed 3.9 MiB before the first pushback. So they are
# kept small, and bytes unacknowledged for 30 s end the connection (RFC 5482; set on
# the listening socket, which hands it down).
USER_TIMEOUT_MS = 30_000
SEND_BUFFER_BYTES = 64 * KIB
NOT_SENT_BYTES = 32 * KIB
_TCP_NOTSENT_LOWAT = 25  # Linux; the socket module of 3.11 does not name it.
_RESET = struct.pack("ii", 1, 0)


def tune(transport: asyncio.Transport) -> None:
    """Keep the kernel's send buffer of a WebSocket small."""
    _set(transport, socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    _set(transport, socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, NOT_SENT_BYTES)


def reset(transport: asyncio.Transport) -> None:
    """Drop the connection now; what the kernel holds for the peer is freed too."""
    _set(transport, socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()


def _set(
    transport: asyncio.Transport, level: int, option: int, value: int | bytes
) -> None:
    try:
        transport.get_extra_info("socket").setsockopt(level, option, value)
    except (AttributeError, OSError):
        # Not Linux, a Unix socket, or a peer already gone: the app's limits remain.
        pass
