"""Starts and stops the house of this process, with or without the server's help."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from chat.delivery import house

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Lifespan:
    """Wraps the application: nobody is served before the house has started."""

    def __init__(self, inner: Application) -> None:
        self._inner = inner
        self._started: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope; `lifespan` is answered here."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        # A server without lifespan (daphne, test clients) starts us by its first guest.
        if self._started is None or not self._started.done():
            await self._start()
        await self._inner(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self._start()
                except Exception:
                    log.exception("start failed")
                    await send({"type": "lifespan.startup.failed", "message": ""})
                    return
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await house.stop()
                self._started = None
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _start(self) -> None:
        if self._started is None:
            self._started = asyncio.ensure_future(house.start())
        await asyncio.shield(self._started)
