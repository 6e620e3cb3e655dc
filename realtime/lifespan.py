"""Starts and stops the house of this process, with or without the server's help."""

import logging

from chat.delivery import house
from realtime.scopes import Application, Receive, Scope, Send

log = logging.getLogger(__name__)


class Lifespan:
    """Wraps the application: nobody is served before the house has started."""

    def __init__(self, inner: Application) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope; `lifespan` is answered here."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        # A server without lifespan (daphne, test clients) starts us by its first guest.
        await house.current()
        await self._inner(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    await receive()  # lifespan.startup
    try:
        await house.start()
    except Exception:
        log.exception("start failed")
        await send({"type": "lifespan.startup.failed", "message": "see above"})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()  # lifespan.shutdown
    await house.stop()
    await send({"type": "lifespan.shutdown.complete"})
