"""A Channels layer in memory that can lose, double, hang, go deaf and forget."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from itertools import count
from typing import Any


class Hub:
    """What stands between processes: Redis, to the layers of one test."""

    def __init__(self) -> None:
        self.groups: dict[str, set[str]] = defaultdict(set)
        self.queues: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.numbers = count(1)


class FakeLayer:
    """One process's layer. Set ``fault`` to a name of what is wrong with it."""

    def __init__(self, hub: Hub | None = None) -> None:
        self.hub = hub or Hub()
        self.channel = ""
        #: "", "broken" (every call fails), "hanging" (no call ends), "deaf" (calls
        #: succeed and nothing arrives).
        self.fault = ""
        self.opened = 0

    async def new_channel(self, prefix: str = "specific.") -> str:
        await self._suffer()
        self.opened += 1
        self.channel = f"{prefix}{next(self.hub.numbers)}"
        self.hub.queues[self.channel] = asyncio.Queue()
        return self.channel

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        await self._suffer()
        self._deliver(channel, message)

    async def receive(self, channel: str) -> dict[str, Any]:
        if self.fault == "broken":
            raise ConnectionError
        return await self.hub.queues[channel].get()

    async def group_add(self, group: str, channel: str) -> None:
        await self._suffer()
        self.hub.groups[group].add(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        await self._suffer()
        self.hub.groups[group].discard(channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await self._suffer()
        self.hub.sent.append((group, message))
        for channel in self.hub.groups[group]:
            self._deliver(channel, message)

    async def flush(self) -> None:
        self.hub.queues.pop(self.channel, None)
        for channels in self.hub.groups.values():
            channels.discard(self.channel)

    def forget(self) -> None:
        """Redis was restarted, and remembers no group."""
        self.hub.groups.clear()

    async def _suffer(self) -> None:
        if self.fault == "broken":
            raise ConnectionError
        if self.fault == "hanging":
            await asyncio.Event().wait()

    def _deliver(self, channel: str, message: dict[str, Any]) -> None:
        queue = self.hub.queues.get(channel)
        if queue is not None and not (self.fault == "deaf" and channel == self.channel):
            queue.put_nowait(message)
