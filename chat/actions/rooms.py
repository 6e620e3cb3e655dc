"""Find a room by name, or make it for its first message."""

from __future__ import annotations

from chat import queries
from chat.actions.speaker import Speaker
from chat.core.errors import NotFound
from chat.core.ids import RoomId
from chat.core.names import BadRoomName, RoomName, room_name
from chat.core.values import Head
from chat.db import in_db, in_writer
from chat.delivery.house import House
from chat.log.rooms import find_or_create


def named(raw: str) -> RoomName:
    """
    The room name that somebody wrote, by the one rule of ``chat.core.names``.

    Raises:
        NotFound: No room can be called so.
    """
    try:
        return room_name(raw)
    except BadRoomName as bad:
        raise NotFound(bad.reason) from None


async def find(slug: str) -> RoomId | None:
    """The room of this name, if its first message was written."""
    info = await in_db(queries.room_by_slug, slug)
    return None if info is None else info.id


async def standing(slug: str) -> tuple[RoomId, Head] | None:
    """The room of this name and where it stands, if its first message was written."""
    return await in_db(queries.standing, slug)


async def find_or_make(house: House, speaker: Speaker, name: RoomName) -> RoomId:
    """
    The room of this name; made now if this is its first message.

    Raises:
        RateLimited: This person has made enough rooms for now.
    """
    found = await find(name.slug)
    if found is not None:
        return found
    house.pace.new_room(speaker.person.id, is_guest=speaker.is_guest)
    room, created = await in_writer(
        find_or_create, name.slug, name.shown, speaker.person.id
    )
    if created:
        house.hub.heard_born(name.slug, room)
        house.bell.ring_born(name.slug, room)
    return room
