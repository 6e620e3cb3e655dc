"""Tell a room that somebody types: never stored, lost without harm."""

from __future__ import annotations

from chat.actions.speaker import Speaker
from chat.core.ids import RoomId
from chat.delivery.house import House


def typing(house: House, speaker: Speaker, room: RoomId) -> None:
    """Pass the signal on, unless this person's last one is still fresh."""
    if house.pace.typing(speaker.person.id, room):
        house.hub.heard_typing(room, speaker.by())
        house.bell.ring_typing(room, speaker.by())
