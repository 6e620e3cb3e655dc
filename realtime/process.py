"""One process that serves, and drains before it stops."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from types import FrameType
from typing import Any

from uvicorn.config import STARTUP_FAILURE
from uvicorn.server import HANDLED_SIGNALS, Server

from realtime.guards import GuardedConfig
from realtime.proxies import TrustedProxies
from realtime.values import Network

log = logging.getLogger(__name__)

# The app's farewell, if it has loaded such a module: `async drain(grace_s: float)`.
DRAIN_HOOK = ("chat.delivery.house", "drain")

DRAIN_S = 20.0
LIFESPAN_S = 10.0
CANCEL_S = 1.0
POLL_S = 0.05
EXIT_FORCED = 1

# With the defaults, a pass over the oldest generation stopped 2,000 clients for 0.2
# to 0.4 s. What lives after the start is frozen; connections cut their own circles.
GC_THRESHOLD = (50_000, 50, 50)

Listening = Callable[[socket.socket], None]


class RaiConfig(GuardedConfig):
    """uvicorn's configuration, with guards and trusted proxies. Can be pickled."""

    proxies: Sequence[Network] = ()
    parent: int | None = None
    drain_hook: tuple[str, str] = DRAIN_HOOK

    def load(self) -> None:
        """Load the application, behind our own reading of X-Forwarded-*."""
        super().load()
        if self.proxies:
            self.loaded_app = TrustedProxies(self.loaded_app, self.proxies)


class RaiServer(Server):
    """One process that serves. Stops by draining; the same signal again stops now."""

    config: RaiConfig

    def __init__(self, config: RaiConfig, listening: Listening | None = None) -> None:
        super().__init__(config)
        self._listening = listening
        self._parent = config.parent
        self._drain_hook = config.drain_hook

    def serve_on(self, listener: socket.socket) -> int:
        """Serve until a signal; return the exit code."""
        try:
            self.run(sockets=[listener])
        except SystemExit as stop:
            return stop.code if isinstance(stop.code, int) else STARTUP_FAILURE
        if not self.started:
            return STARTUP_FAILURE
        return EXIT_FORCED if self.force_exit else 0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the app, then listen."""
        await super().startup(sockets=sockets)
        if _is_own_process():
            gc.collect()
            gc.freeze()
            gc.set_threshold(*GC_THRESHOLD)
        if self._listening is not None and sockets:
            self._listening(sockets[0])

    async def on_tick(self, counter: int) -> bool:
        """Do what is due ten times a second; say whether to stop."""
        if self._parent is not None and os.getppid() != self._parent:
            # A worker whose parent was killed would hold the port for ever.
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, say goodbye, wait for the peers, abort the rest."""
        until = time.monotonic() + DRAIN_S
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        await self._within(self._goodbye(), DRAIN_S)
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._within(self._all_gone(), until - time.monotonic())
        await self._abort_rest()
        if not self.force_exit:
            await self._within(self.lifespan.shutdown(), LIFESPAN_S)

    async def _goodbye(self) -> None:
        module, name = self._drain_hook
        drain: Callable[[float], Awaitable[None]] | None
        drain = getattr(sys.modules.get(module), name, None)
        if drain is not None:
            await drain(DRAIN_S - self.config.guards.close_s)

    async def _within(self, work: Coroutine[Any, Any, None], limit_s: float) -> None:
        """Await `work` for `limit_s` seconds at most, or until somebody is in haste."""
        task = asyncio.create_task(work)
        until = time.monotonic() + limit_s
        while not task.done() and time.monotonic() < until and not self.force_exit:
            await asyncio.wait([task], timeout=POLL_S)
        if not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=CANCEL_S)
        elif (error := task.exception()) is not None:
            log.error("stopping: %r", error, exc_info=error)

    async def _all_gone(self) -> None:
        state = self.server_state
        # Neither set can be awaited.
        while state.connections or state.tasks:  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)

    async def _abort_rest(self) -> None:
        rest = list(self.server_state.connections)
        if rest:
            log.warning("aborted %d connections that did not go", len(rest))
        for connection in rest:
            connection.transport.abort()
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CANCEL_S)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals, and do not raise them again: being told to stop is fine."""
        if not _is_own_process():
            yield
            return
        before = {sig: signal.signal(sig, self.handle_exit) for sig in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for sig, handler in before.items():
                signal.signal(sig, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note a signal; the same one twice means haste."""
        # Ctrl-C reaches a worker both as SIGINT from the terminal and as SIGTERM from
        # its parent, so two different ones do not.
        self.force_exit = self.force_exit or sig in self._captured_signals
        self._captured_signals.append(sig)
        self.should_exit = True


def _is_own_process() -> bool:
    """Say whether the process is ours to tune, not a guest's thread in another's."""
    return threading.current_thread() is threading.main_thread()
