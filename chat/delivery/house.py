"""
The delivery of one process: log, hub and bell wired together, and their clocks.

Doors ask for ``current()``; the server calls ``start``, ``drain`` and ``stop``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from typing import cast

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError, InterfaceError

from chat import db, epoch
from chat.core import codec_v1
from chat.core.errors import Close
from chat.core.frames import Bye
from chat.core.packets import Packet
from chat.core.values import Batch
from chat.delivery.bell import Bell, Layer
from chat.delivery.crew import Crew
from chat.delivery.feed import Wire
from chat.delivery.hub import Hub
from chat.delivery.outlet import Outlet
from chat.delivery.pace import Pace
from chat.delivery.store import DatabaseStore
from chat.delivery.turnstile import Turnstile
from chat.log import Log, trim

log = logging.getLogger(__name__)

#: The longest that a change stays unseen when its ring is lost.
SWEEP_S = 2.0
SUSPECT_SWEEP_S = 0.25
#: Rooms compared with the log in one sweep.
SWEEP_ROOMS = 2000
#: Rooms without listeners are forgotten every so often.
COOL_S = 60.0
#: Old lines of the log are forgotten every so often, stride by stride.
TRIM_S = 3600.0
#: Clients of a closing process come back spread over this long.
RETURN_SPREAD_MS = 20_000
#: So much of it for each client: two people need not wait as a herd must.
RETURN_EACH_MS = 200


class House:
    """Everything that delivers, in one process and on one event loop."""

    def __init__(self) -> None:
        self.bell = Bell(cast("Layer", get_channel_layer()), settings.SECRET_KEY)
        self.hub = Hub(DatabaseStore(), self.bell)
        self.log = Log(self._committed)
        self.pace = Pace(is_open=not settings.RAI_LIMITS)
        self.turnstile = Turnstile(is_open=not settings.RAI_LIMITS)
        self.epoch = ""
        self.is_draining = False
        self._outlets: dict[Outlet, Wire] = {}
        self._crew = Crew()
        self._swept = 0

    async def start(self) -> None:
        """Begin to listen and to sweep."""
        self.epoch = await db.in_writer(epoch.current)
        await self.bell.start(self.hub)
        for chore in (self._sweep, self._cool, self._trim):
            self._crew.spawn(chore())

    async def stop(self) -> None:
        """Answer what was asked, ring what was committed, then end."""
        await self.log.settle()
        await self._crew.end()
        await self.hub.close()
        await self.bell.stop()

    def opened(self, outlet: Outlet, wire: Wire) -> None:
        """A client came."""
        self._outlets[outlet] = wire

    def closed(self, outlet: Outlet) -> None:
        """A client went."""
        self._outlets.pop(outlet, None)

    async def drain(self, grace_s: float) -> None:
        """
        Say goodbye to every client, each with its own time to come back.

        Acks of what is being committed go out first. Returns when the close frames
        are written, or after ``grace_s`` seconds.
        """
        self.is_draining = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace_s):
                await self._say_goodbye()

    async def _say_goodbye(self) -> None:
        await self.log.settle()
        # One more turn of the loop: the acks are written by callbacks.
        await asyncio.sleep(0)
        closing = []
        herd_ms = RETURN_EACH_MS * len(self._outlets)
        spread_ms = min(RETURN_SPREAD_MS, 1000 + herd_ms)
        for outlet, wire in self._outlets.items():
            if wire is Wire.V1:
                retry_ms = random.randrange(spread_ms)  # noqa: S311 - jitter
                bye = Bye(code=Close.DRAINING, retry_ms=retry_ms)
                outlet.write(Packet(codec_v1.encode(bye)))
            closing.append(outlet.close(Close.DRAINING))
        # All at once: one that is slow, or gone already, keeps nobody else waiting.
        await asyncio.gather(*closing, return_exceptions=True)

    def _committed(self, batch: Batch) -> None:
        # Every commit passes here, so no action can forget to ring.
        self.hub.heard(batch)
        self.bell.ring(batch)

    async def _sweep(self) -> None:
        while True:
            await self._until_next_sweep()
            rooms = self.hub.warm_rooms()
            if len(rooms) > SWEEP_ROOMS:
                self._swept %= len(rooms)
                rooms = (rooms + rooms)[self._swept : self._swept + SWEEP_ROOMS]
                self._swept += SWEEP_ROOMS
            try:
                await self.hub.sweep(rooms)
            except (DatabaseError, InterfaceError) as error:
                log.warning("sweep failed error=%s", type(error).__name__)
            except Exception:
                # Every promise of delivery ends with the sweeper: it must go on.
                log.exception("sweep failed by a fault of ours")

    async def _until_next_sweep(self) -> None:
        if self.bell.is_suspect:
            await asyncio.sleep(SUSPECT_SWEEP_S)
        else:
            # A bell that becomes suspect meanwhile is swept for at once.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_S):
                    await self.bell.suspected.wait()

    async def _cool(self) -> None:
        while True:
            await asyncio.sleep(COOL_S)
            await self.hub.cool()

    async def _trim(self) -> None:
        while True:
            await asyncio.sleep(TRIM_S)
            try:
                await self._trim_once()
            except (DatabaseError, InterfaceError) as error:
                log.warning("trim failed error=%s", type(error).__name__)

    async def _trim_once(self) -> None:
        # Each stride is a write of its own: messages that queued behind it go first.
        while lines := await db.in_db(trim.overdue):
            for room, floor in lines:
                await db.in_writer(trim.forget_lines, room, floor)
        while await db.in_writer(trim.forget_nonces):
            continue


_house: House | None = None
_starting: asyncio.Lock | None = None


async def current() -> House:
    """The house of this process, started when first asked for."""
    if _house is not None:
        return _house
    return await start()


async def start() -> House:
    """Start the house, once."""
    global _house, _starting
    _starting = _starting or asyncio.Lock()
    async with _starting:
        if _house is None:
            house = House()
            await house.start()
            _house = house
    return _house


async def drain(grace_s: float) -> None:
    """Send every client away in good order; see ``House.drain``."""
    if _house is not None:
        await _house.drain(grace_s)


async def stop() -> None:
    """End the house of this process."""
    global _house, _starting
    house, _house, _starting = _house, None, None
    if house is not None:
        await house.stop()
