"""Send a message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from chat.actions.rooms import find_or_make
from chat.actions.speaker import Speaker
from chat.core.errors import BadFrame, ChatError, TooLarge
from chat.core.ids import MessageId, RoomId
from chat.core.names import RoomName
from chat.core.ops import Post
from chat.core.text import BadText, clean
from chat.delivery.house import House
from chat.log.append import Answer


def send(
    house: House,
    speaker: Speaker,
    room: RoomId,
    *,
    nonce: str,
    body: str,
    reply_to: MessageId | None = None,
) -> asyncio.Future[Answer]:
    """
    Check a message and queue it for the log; never waits.

    Messages of one caller are stored in the order of these calls. The future has the
    ``Posted``, once it is on disk.

    Raises:
        ChatError: Refused at once; nothing was queued.
    """
    text = _checked(house, speaker, room, body)
    return house.log.append(Post(room, speaker.author(), nonce, text, reply_to))


async def send_named(
    house: House,
    speaker: Speaker,
    name: RoomName,
    *,
    nonce: str,
    body: str,
    reply_to: MessageId | None = None,
    check_turn: Callable[[], None] | None = None,
) -> tuple[RoomId, asyncio.Future[Answer]]:
    """
    Like ``send``, to the room of this name; it is made if this is its first message.

    To find a room takes time, in which an earlier message may have been refused.
    ``check_turn`` is called last of all, and may refuse this one too.

    Returns:
        The room, and the future of ``send``.

    Raises:
        ChatError: Refused; no room was made for a message that is not taken.
    """
    text = _checked(house, speaker, name.slug, body)
    room = await find_or_make(house, speaker, name)
    if check_turn is not None:
        check_turn()
    post = Post(room, speaker.author(), nonce, text, reply_to)
    return room, house.log.append(post)


def _checked(house: House, speaker: Speaker, room: RoomId | str, body: str) -> str:
    text = clean_text(body)
    house.pace.message(
        speaker.person.id, speaker.address, room, is_guest=speaker.is_guest
    )
    return text


def clean_text(body: str) -> str:
    """
    The text by the rules of ``chat.core.text``.

    Raises:
        ChatError: TooLarge or BadFrame.
    """
    try:
        return clean(body)
    except BadText as bad:
        error: ChatError = (
            TooLarge(bad.reason) if bad.reason == "too_long" else BadFrame(bad.reason)
        )
        raise error from None
