"""What lower floors need from higher ones, or the delivery from the outside world."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from chat.core.frames import By
from chat.core.ids import RoomId
from chat.core.values import At, Batch, Head, Page


class Store(Protocol):
    """The log as the hub reads it. Every read is one consistent snapshot."""

    async def page(
        self, room: RoomId, since: At, limit: int, *, whole: bool = False
    ) -> Page | None:
        """The log after ``since``, far back only if ``whole``; None: no such room."""

    async def window(self, room: RoomId, limit: int) -> Page | None:
        """The newest messages and the room's state; None when the room is gone."""

    async def heads(self, rooms: Iterable[RoomId]) -> dict[RoomId, Head]:
        """Where these rooms stand; a room that is gone is left out."""

    async def rooms_named(self, slugs: Iterable[str]) -> dict[str, RoomId]:
        """Those of the names that are rooms by now."""


class Doorbell(Protocol):
    """How processes tell each other that a room has moved. It may lose anything."""

    async def join(self, room: RoomId) -> None:
        """Hear this room; returns once that was seen to work, or was given up."""

    async def leave(self, room: RoomId) -> None:
        """Stop hearing this room."""

    async def watch_name(self, slug: str) -> None:
        """Hear when the room of this name is born."""

    async def forget_name(self, slug: str) -> None:
        """Stop that."""


class Listener(Protocol):
    """What the doorbell calls, always on the event loop, never awaited."""

    def heard(self, batch: Batch) -> None:
        """Another process, or this one, committed these changes."""

    def heard_head(self, room: RoomId, v: int) -> None:
        """The room has reached ``v``; the changes did not travel along."""

    def heard_born(self, slug: str, room: RoomId) -> None:
        """The room of this name exists now."""

    def heard_typing(self, room: RoomId, by: By) -> None:
        """Somebody types."""


#: Called after each commit, once a room, in order of version.
CommitSink = Callable[[Batch], None]
