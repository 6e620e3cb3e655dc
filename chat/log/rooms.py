"""How a room comes to be: with its first message, under the first spelling."""

from __future__ import annotations

import secrets
import time

from django.db import connection, transaction

from chat.core.ids import RoomId
from chat.core.kinds import Kind
from chat.models import Change, Room, RoomHead


def find_or_create(slug: str, shown: str, creator: int) -> tuple[RoomId, bool]:
    """
    The room of this name, made if there is none yet.

    Two processes may come first at once: one makes the room, both get it.

    Returns:
        The room, and whether this call made it.
    """
    with transaction.atomic(durable=not connection.in_atomic_block):
        room, created = Room.objects.get_or_create(
            slug=slug, defaults={"shown": shown, "created_by_id": creator, "v": 1}
        )
        if created:
            _first_change(room)
    return RoomId(room.pk), created


def _first_change(room: Room) -> None:
    now = time.time_ns() // 1_000_000
    tok = secrets.randbits(32)
    RoomHead.objects.create(room=room, head=1, tok=tok, last_at=now)
    Change.objects.create(
        room=room, v=1, kind=Kind.ROOM, obj_id=room.pk, tok=tok, at=now
    )
