"""Change or take back one's own message."""

from __future__ import annotations

import asyncio

from chat.actions.send import clean_text
from chat.actions.speaker import Speaker
from chat.core.ids import MessageId, RoomId
from chat.core.ops import Retract, Revise
from chat.delivery.house import House
from chat.log.append import Answer


def edit(
    house: House,
    speaker: Speaker,
    room: RoomId,
    message: MessageId,
    *,
    body: str,
    if_v: int | None = None,
) -> asyncio.Future[Answer]:
    """
    Queue a new text for one's own message; the future has its version.

    Raises:
        ChatError: Refused at once; nothing was queued.
    """
    text = clean_text(body)
    house.pace.edit(speaker.person.id)
    return house.log.append(Revise(room, speaker.author(), message, text, if_v))


def delete(
    house: House, speaker: Speaker, room: RoomId, message: MessageId
) -> asyncio.Future[Answer]:
    """
    Queue the deletion of one's own message; the future has its version.

    Raises:
        ChatError: Refused at once; nothing was queued.
    """
    house.pace.edit(speaker.person.id)
    return house.log.append(Retract(room, speaker.author(), message))
