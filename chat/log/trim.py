"""
Forget what nobody can still need: old lines of the log, and nonces long spent.

State is never touched. A cursor from before a room's ``floor`` gets the newest
messages instead of a delta, as one from another history does.
"""

from __future__ import annotations

import time

from django.db import connection, transaction

from chat.core.ids import RoomId
from chat.models import Change, Nonce, RoomHead

#: Lines of the log are kept for this long (ms), and this many a room.
KEEP_LOG_MS = 30 * 24 * 3600 * 1000
KEEP_LOG_ROWS = 100_000
#: A phone may repeat a send for days: nonces outlive its outbox (72 h) by far.
KEEP_NONCES_MS = 14 * 24 * 3600 * 1000
#: Rows deleted in one transaction, so that no message waits long behind it.
STRIDE = 2000


def overdue(now_ms: int | None = None) -> list[tuple[RoomId, int]]:
    """
    The rooms with lines to forget, and up to which version each (a read).

    At most one stride a room: ask again until the list is empty.
    """
    now = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    heads = RoomHead.objects.values_list("room_id", "head")
    found = [
        (RoomId(room), _floor(room, head, now - KEEP_LOG_MS))
        for room, head in heads.iterator()
    ]
    return [(room, floor) for room, floor in found if floor]


def forget_lines(room: RoomId, floor: int) -> None:
    """
    Delete a room's lines below ``floor``.

    The line at the floor stays: its token still proves a cursor that stands there.
    """
    with transaction.atomic(durable=not connection.in_atomic_block):
        RoomHead.objects.filter(room_id=room, floor__lt=floor).update(floor=floor)
        Change.objects.filter(room_id=room, v__lt=floor).delete()


def forget_nonces(now_ms: int | None = None) -> int:
    """One stride of nonces long spent; returns how many went."""
    now = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    oldest = Nonce.objects.order_by("pk")[:STRIDE].values_list("pk", "at")
    spent = [key for key, at in oldest if at < now - KEEP_NONCES_MS]
    gone, _ = Nonce.objects.filter(pk__in=spent).delete()
    return gone


def _floor(room: int, head: int, oldest_at: int) -> int:
    lines = Change.objects.filter(room_id=room)
    lowest = lines.order_by("v").values_list("v", "at").first()
    if lowest is None:
        return 0
    first, at = lowest
    by_count = head - KEEP_LOG_ROWS
    if at >= oldest_at and first >= by_count:
        return 0
    # The newest line always stays.
    most = min(first + STRIDE, head)
    # Times do not fall within a room, so the first young line bounds those that go.
    young = lines.filter(v__lt=most, at__gte=oldest_at).order_by("v")
    by_age = young.values_list("v", flat=True).first() or most
    floor = min(most, max(by_age, by_count))
    return floor if floor > first else 0
