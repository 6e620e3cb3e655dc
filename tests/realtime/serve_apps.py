"""Applications for servers that run in processes of their own."""

import asyncio
import os
import sys
from typing import Any

from realtime.scopes import Receive, Scope, Send

farewells: set[asyncio.Event] = set()
keepers: set[asyncio.Task[None]] = set()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer pages with the process id; keep sockets until told to go."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http":
        if scope["path"] == "/slow":
            await asyncio.Event().wait()
        await _page(send, b"%d" % os.getpid())
    else:
        await _keep(scope, receive, send)


async def drain(grace_s: float) -> None:
    """Send every socket away with 4000, as the product does."""
    print("draining", flush=True)  # noqa: T201
    for farewell in farewells:
        farewell.set()
    # The close frames shall be written when we return.
    await asyncio.gather(*keepers)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        if os.environ.get("FAIL"):
            await send({"type": "lifespan.startup.failed", "message": "no database"})
            return
        await send({"type": event["type"] + ".complete"})
        if event["type"] == "lifespan.shutdown":
            print("stopped", flush=True)  # noqa: T201
            return


async def _page(send: Send, body: bytes) -> None:
    head: list[Any] = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})


async def _keep(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    if scope["path"] != "/stubborn":
        farewell = asyncio.Event()
        farewells.add(farewell)
        keepers.add(asyncio.create_task(_say(farewell, send)))
    while (await receive())["type"] != "websocket.disconnect":
        continue


async def _say(farewell: asyncio.Event, send: Send) -> None:
    await farewell.wait()
    await send({"type": "websocket.close", "code": 4000})


if __name__ == "__main__":
    sys.exit("for tests only")
