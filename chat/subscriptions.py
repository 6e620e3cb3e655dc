"""The rooms that one rai.v1 connection listens to, and their goings and comings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from chat.actions import rooms
from chat.core.ids import RoomId, room_ref
from chat.core.names import RoomName
from chat.core.values import At
from chat.delivery.feed import Listener, Wire
from chat.doors import Door


class Subscriptions:
    """
    Listeners by the key under which the client asked: a reference or a name.

    Asking again for one room, under whatever key, ends the earlier subscription (rule
    C7 is the client's half of that). ``forgotten`` is told of every other key that
    ends with it.
    """

    def __init__(self, door: Door, forgotten: Callable[[str], None]) -> None:
        self._door = door
        self._forgotten = forgotten
        self._hub = door.house.hub
        self._listeners: dict[str, Listener] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, key: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run the start of a subscription, in place of an earlier one."""
        self._end_aliases(key, key)
        self._end(key)
        task = self._tasks[key] = self._door.spawn(work)
        return task

    async def follow(
        self, key: str, room: RoomId, frame_id: int, since: At | None, window: int
    ) -> None:
        """
        Bring a room from ``since`` to live.

        Raises:
            NotFound: The room is not there.
        """
        listener = self._listeners[key] = Listener(self._door.outlet, Wire.V1, frame_id)
        await self._hub.subscribe(room, listener, since, window)

    async def follow_head(self, key: str, room: RoomId) -> None:
        """Only where the room stands; see ``Hub.follow_head``."""
        listener = self._listeners[key] = Listener(self._door.outlet, Wire.V1)
        await self._hub.follow_head(room, listener)

    async def follow_name(
        self, key: str, name: RoomName, frame_id: int, since: At | None, window: int
    ) -> bool:
        """Like ``follow``; False when the room is yet to be born and is waited for."""
        listener = Listener(self._door.outlet, Wire.V1, frame_id, name.slug)
        self._listeners[key] = listener
        room = await rooms.find(name.slug)
        self._end_aliases(name.slug if room is None else room_ref(room), key)
        if room is None:
            return False
        await self._hub.subscribe(room, listener, since, window)
        return True

    async def wait(self, key: str) -> None:
        """Serve the room of this key as soon as it is born."""
        listener = self._listeners.get(key)
        if listener is not None and listener.name is not None:
            await self._hub.wait_for(listener.name, listener)

    def end(self, key: str) -> None:
        """Listen no more, under whichever key the room was asked for."""
        self._end_aliases(key, key)
        self._end(key)

    def _end_aliases(self, ref_or_slug: str, but: str) -> None:
        for key, listener in list(self._listeners.items()):
            known = None if listener.room is None else room_ref(listener.room)
            if key != but and ref_or_slug in (known, listener.name):
                self._end(key)
                self._forgotten(key)

    def _end(self, key: str) -> None:
        task = self._tasks.pop(key, None)
        if task is not None:
            task.cancel()
        listener = self._listeners.pop(key, None)
        if listener is not None:
            self._hub.leave(listener)

    def end_all(self) -> None:
        """Listen to nothing any more."""
        for key in list(self._listeners):
            self._end(key)

    def astray(self, positions: dict[str, int]) -> list[str]:
        """Rooms in which the client does not stand where it should (``ping.pos``)."""
        by_room = {
            room_ref(listener.room): listener
            for listener in self._listeners.values()
            if listener.room is not None
        }
        return [
            ref
            for ref, position in positions.items()
            # A room we do not know of is one whose subscription was lost.
            if ref not in by_room or self._hub.needs_fix(by_room[ref], position)
        ]

    def lag(self) -> None:
        """The client does not read."""
        for listener in self._listeners.values():
            self._hub.lag(listener)

    def unlag(self) -> None:
        """It reads again."""
        for listener in self._listeners.values():
            self._hub.unlag(listener)
