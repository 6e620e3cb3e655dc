"""A queue and a gate for one waiting task: asyncio's take 2.5 KiB a connection."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Inbox(Generic[Item]):
    """
    An unbounded queue with one reader; memory only while something waits in it.

    Whoever fills it bounds it: the protocol stops reading from the peer.
    """

    __slots__ = ("_items", "_loop", "_reader")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._items: deque[Item] | None = None
        self._reader: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        """Say whether `get` would wait."""
        return not self._items

    def put_nowait(self, item: Item) -> None:
        """Add an item and wake the reader."""
        if self._items is None:
            self._items = deque()
        self._items.append(item)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def take_all(self) -> list[Item]:
        """Return what waits, and forget it."""
        items, self._items = self._items, None
        return list(items or ())

    async def get(self) -> Item:
        """Return the next item; may be cancelled without losing one."""
        while not self._items:
            self._items = None
            self._reader = self._loop.create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._items.popleft()


class Gate:
    """Open or shut. Tasks pass while it is open."""

    __slots__ = ("_is_open", "_loop", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._is_open = True
        self._waiting: asyncio.Future[None] | None = None

    def is_set(self) -> bool:
        """Say whether it is open."""
        return self._is_open

    def set(self) -> None:
        """Open it."""
        self._is_open = True
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def clear(self) -> None:
        """Shut it."""
        self._is_open = False

    async def wait(self) -> bool:
        """Wait until it is open."""
        while not self._is_open:
            if self._waiting is None:
                self._waiting = self._loop.create_future()
            # Shielded: a task that gives up must not take the others with it.
            await asyncio.shield(self._waiting)
        return True
