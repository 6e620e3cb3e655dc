"""What the pages show: values for the templates, made from the reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.utils import timezone

from accounts.people import Person
from chat.core.frames import By, Limits, Msg
from chat.core.ids import room_ref, user_ref
from chat.core.values import Page, RoomInfo

#: Messages of one author closer than this (ms) stand under one head.
GROUP_MS = 5 * 60 * 1000


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message in its place: ``day`` where a new day begins above it."""

    id: str
    seq: int
    v: int
    at: int
    by: By
    body: str
    nonce: str
    ed: int | None
    deleted: Literal["author", "mod"] | None
    mine: bool
    first_of_group: bool
    day: dt.date | None


@dataclass(frozen=True, slots=True)
class RoomHead:
    """What the room's page says of the room; ``ref`` is None before its birth."""

    ref: str | None
    slug: str
    shown: str
    topic: str


def lines(messages: Iterable[Msg], reader: Person | None) -> list[MessageLine]:
    """The messages with what their neighbours make of them, oldest first."""
    found: list[MessageLine] = []
    me = None if reader is None else user_ref(reader.id)
    before: Msg | None = None
    for message in messages:
        day = _day(message)
        new_day = before is None or _day(before) != day
        found.append(
            MessageLine(
                message.id,
                message.seq,
                message.v,
                message.at,
                message.by,
                message.body,
                message.nonce,
                message.ed,
                message.deleted,
                mine=message.by.id == me,
                first_of_group=new_day or before is None or _parts(before, message),
                day=day if new_day else None,
            )
        )
        before = message
    return found


def page_data(
    head: RoomHead, page: Page | None, reader: Person | None
) -> dict[str, object]:
    """What the page's script starts from: where the server-rendered log ends."""
    messages = messages_of(page)
    me = (
        None
        if reader is None
        else {"id": user_ref(reader.id), "name": reader.name, "mark": reader.mark}
    )
    limits = Limits()
    return {
        "room": head.ref,
        "name": head.slug,
        "shown": head.shown,
        "cursor": None if page is None else [page.to.v, page.to.tok],
        "me": me,
        "limits": {"body": limits.body, "bytes": limits.bytes},
        "more": page is not None and page.older,
        "oldest": messages[0].seq if messages else None,
    }


def messages_of(page: Page | None) -> list[Msg]:
    """The messages of a page of the log, oldest first."""
    changes = [] if page is None else page.changes
    return [change for change in changes if isinstance(change, Msg)]


def head_of(info: RoomInfo) -> RoomHead:
    """A room as its page shows it."""
    return RoomHead(room_ref(info.id), info.slug, info.shown, info.topic)


def _day(message: Msg) -> dt.date:
    when = dt.datetime.fromtimestamp(message.at / 1000, dt.UTC)
    return timezone.localtime(when).date()


def _parts(before: Msg, message: Msg) -> bool:
    return before.by != message.by or message.at - before.at > GROUP_MS
