"""The log as the hub reads it: queries, carried over the bridge to the threads."""

from __future__ import annotations

from collections.abc import Iterable

from chat import queries
from chat.core.ids import RoomId
from chat.core.values import At, Head, Page
from chat.db import in_db


class DatabaseStore:
    """The ``Store`` port over the database (chat.core.ports)."""

    async def page(
        self, room: RoomId, since: At, limit: int, *, whole: bool = False
    ) -> Page | None:
        """See ``chat.queries.page``."""
        return await in_db(queries.page, room, since, limit, whole=whole)

    async def window(self, room: RoomId, limit: int) -> Page | None:
        """See ``chat.queries.window``."""
        return await in_db(queries.window, room, limit)

    async def heads(self, rooms: Iterable[RoomId]) -> dict[RoomId, Head]:
        """See ``chat.queries.heads``."""
        return await in_db(queries.heads, list(rooms))

    async def rooms_named(self, slugs: Iterable[str]) -> dict[str, RoomId]:
        """See ``chat.queries.rooms_named``."""
        return await in_db(queries.rooms_named, list(slugs))
