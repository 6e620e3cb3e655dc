"""
Reads: for the hub, the pages and the rules. Core values go out, never querysets.

All synchronous; async code comes through ``chat.db.in_db``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import F

from chat.core.frames import Change as WireChange
from chat.core.frames import GoneChange, Msg
from chat.core.ids import RoomId, message_ref, room_ref, user_ref
from chat.core.kinds import FAMILY_OF, Family, Kind
from chat.core.values import At, Head, History, Page, RoomInfo
from chat.db import snapshot
from chat.models import Change, Member, Message, Room, RoomHead

#: Members that a window brings along; larger rooms ask for theirs.
WINDOW_MEMBERS = 200
#: Who missed more changes than this gets the newest messages instead.
MAX_DELTA = 1000
#: Text of one page of the log, in bytes, above which it is cut short.
PAGE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class OpenRoom:
    """A line of the list of rooms: ``last_at`` in epoch ms."""

    slug: str
    shown: str
    topic: str
    last_at: int


def page(room: RoomId, since: At, limit: int, *, whole: bool = False) -> Page | None:
    """
    The log after ``since``, at most ``limit`` changes, in one snapshot.

    A cursor that is not in this log, or too far behind, gives a reset page: the newest
    messages, to be taken instead. ``whole`` is for those who cannot take a window:
    nothing in the log is too far for them. None when the room is gone.
    """
    with snapshot():
        head = _head(room)
        if head is None:
            return None
        entries = _entries(room, since.v, limit)
        is_near = whole or head.at.v - since.v <= MAX_DELTA
        if not (is_near and _continues(entries, since, head)):
            return _window(room, head, limit=50)
        after = entries[:limit] if since.v == 0 else entries[1:]
        if not after:
            return Page(room, since.v, since, head, [])
        changes = _states(room, after, after[-1].v)
        to = _fitting(after, changes)
        kept = [change for change in changes if change.v <= to.v]
        return Page(room, since.v, to, head, kept)


def window(room: RoomId, limit: int) -> Page | None:
    """The newest messages, the room and its members; None when the room is gone."""
    with snapshot():
        head = _head(room)
        return None if head is None else _window(room, head, limit)


def heads(rooms: Iterable[RoomId]) -> dict[RoomId, Head]:
    """Where these rooms stand; a room that is gone is left out."""
    rows = RoomHead.objects.filter(room_id__in=list(rooms))
    return {
        RoomId(room): Head(At(v, _tok(tok)), seq)
        for room, v, tok, seq in rows.values_list("room_id", "head", "tok", "seq")
    }


def room_by_slug(slug: str) -> RoomInfo | None:
    """The room of this name, if its first message was written."""
    return _info(Room.objects.filter(slug=slug).first())


def standing(slug: str) -> tuple[RoomId, Head] | None:
    """The room of this name and where it stands, if its first message was written."""
    head = RoomHead.objects.filter(room__slug=slug)
    row = head.values_list("room_id", "head", "tok", "seq").first()
    if row is None:
        return None
    room, v, tok, seq = row
    return RoomId(room), Head(At(v, _tok(tok)), seq)


def room_by_id(room: RoomId) -> RoomInfo | None:
    """The room, if it is there."""
    return _info(Room.objects.filter(pk=room).first())


def rooms_named(slugs: Iterable[str]) -> dict[str, RoomId]:
    """Those of the names that are rooms by now."""
    rows = Room.objects.filter(slug__in=list(slugs)).values_list("slug", "pk")
    return {slug: RoomId(key) for slug, key in rows}


def open_rooms(limit: int) -> list[OpenRoom]:
    """Rooms by last activity, newest first."""
    rows = Room.objects.order_by(F("head__last_at").desc(), "pk")[:limit]
    return [
        OpenRoom(*row)
        for row in rows.values_list("slug", "shown", "topic", "head__last_at")
    ]


def history(
    room: RoomId,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int = 50,
) -> History | None:
    """
    A run of messages by ordinal, oldest first.

    Give one of the three ordinals; ``around`` includes it. None when the room is gone.
    """
    with snapshot():
        head = _head(room)
        if head is None:
            return None
        rows = Message.objects.filter(room_id=room)
        if after is not None:
            found = list(rows.filter(seq__gt=after).order_by("seq")[: limit + 1])
            return History(_values(found[:limit]), head.at.v, len(found) > limit)
        newest = before if around is None else around + limit // 2 + 1
        if newest is not None:
            rows = rows.filter(seq__lt=newest)
        found = list(rows.order_by("-seq")[: limit + 1])
        return History(_values(found[:limit][::-1]), head.at.v, more=len(found) > limit)


def is_member(room: RoomId, user: int) -> bool:
    """Whether this person has written here and not left."""
    rows = Member.objects.filter(room_id=room, user_id=user, role__isnull=False)
    return rows.exists()


# Below: inside a snapshot.


#: (v, kind, obj_id, tok) of one line of the log.
@dataclass(frozen=True, slots=True)
class _Entry:
    v: int
    kind: int
    obj: int
    tok: int


def _head(room: RoomId) -> Head | None:
    return heads([room]).get(room)


def _entries(room: RoomId, since: int, limit: int) -> list[_Entry]:
    # From ``since`` itself: its line proves that the cursor is of this history.
    rows = Change.objects.filter(room_id=room, v__gte=since).order_by("v")
    return [
        _Entry(*row)
        for row in rows.values_list("v", "kind", "obj_id", "tok")[: limit + 1]
    ]


def _continues(entries: list[_Entry], since: At, head: Head) -> bool:
    if since.v > head.at.v:
        return False
    if since.v == 0:
        first = 1
    elif not entries or _tok(entries[0].tok) != since.tok:
        return False
    else:
        first = since.v
    # No holes: a range of the log has exactly as many lines as versions.
    return all(entry.v == first + n for n, entry in enumerate(entries))


def _window(room: RoomId, head: Head, limit: int) -> Page:
    newest = list(Message.objects.filter(room_id=room).order_by("-seq")[: limit + 1])
    members = Member.objects.filter(room_id=room, role__isnull=False).order_by("-v")
    changes: list[WireChange] = [row.as_change() for row in newest[:limit][::-1]]
    changes += [row.as_change() for row in Room.objects.filter(pk=room)]
    changes += [row.as_change() for row in members[:WINDOW_MEMBERS]]
    return Page(room, 0, head.at, head, changes, reset=True, older=len(newest) > limit)


def _states(room: RoomId, entries: list[_Entry], to: int) -> list[WireChange]:
    """
    What the objects of these log lines look like now, in order of version.

    An object that moved on beyond ``to`` is left for the page in which it did.
    """
    changes: list[WireChange] = []
    by_family = sorted(entries, key=lambda entry: FAMILY_OF[Kind(entry.kind)])
    for family, lines in groupby(by_family, lambda e: FAMILY_OF[Kind(e.kind)]):
        last = {entry.obj: entry.v for entry in lines}
        found = LOADERS[family](room, list(last))
        changes += [state for state in found.values() if state.v <= to]
        changes += [
            GoneChange(of=family.value, id=_ref(family, obj), v=v)
            for obj, v in last.items()
            if obj not in found
        ]
    return sorted(changes, key=lambda change: change.v)


def _fitting(entries: list[_Entry], changes: list[WireChange]) -> At:
    """The last line of the log up to which the changes fit into one page, or one."""
    size, end = 0, entries[-1].v
    for place, change in enumerate(changes):
        size += len(change.body.encode()) if isinstance(change, Msg) else 0
        if size > PAGE_BYTES and place:
            end = change.v - 1
            break
    last = [entry for entry in entries if entry.v <= end][-1]
    return At(last.v, _tok(last.tok))


def _load_messages(room: RoomId, ids: list[int]) -> dict[int, WireChange]:
    rows = Message.objects.filter(room_id=room, pk__in=ids)
    return {row.pk: row.as_change() for row in rows}


def _load_room(room: RoomId, ids: list[int]) -> dict[int, WireChange]:
    return {row.pk: row.as_change() for row in Room.objects.filter(pk=room)}


def _load_members(room: RoomId, ids: list[int]) -> dict[int, WireChange]:
    rows = Member.objects.filter(room_id=room, user_id__in=ids)
    return {row.user_id: row.as_change() for row in rows}


#: How the objects of each family are read; a new family has its row here.
LOADERS: dict[Family, Callable[[RoomId, list[int]], dict[int, WireChange]]] = {
    Family.MESSAGE: _load_messages,
    Family.ROOM: _load_room,
    Family.MEMBER: _load_members,
}

_REFS: dict[Family, Callable[[int], str]] = {
    Family.MESSAGE: message_ref,
    Family.ROOM: room_ref,
    Family.MEMBER: user_ref,
}


def _ref(family: Family, obj: int) -> str:
    return _REFS[family](obj)


def _values(rows: Iterable[Message]) -> list[Msg]:
    return [row.as_change() for row in rows]


def _info(room: Room | None) -> RoomInfo | None:
    if room is None:
        return None
    return RoomInfo(RoomId(room.pk), room.slug, room.shown, room.topic)


def _tok(number: int) -> str:
    return f"{number:08x}"
