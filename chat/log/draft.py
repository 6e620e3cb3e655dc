"""A transaction in the making: heads that move, rows that will be written."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from chat.core.frames import Change, Msg
from chat.core.ids import MessageId, RoomId
from chat.core.kinds import Kind
from chat.core.ops import Author, Post
from chat.core.values import Batch, Posted


@dataclass(slots=True)
class OpenRoom:
    """A locked room: its head moves as operations are applied."""

    room: RoomId
    head: int
    seq: int
    tok: int
    last_at: int
    start: int
    start_tok: int
    changes: list[Change] = field(default_factory=list)

    def batch(self) -> Batch:
        """What this transaction added to the room."""
        return Batch(
            room=self.room,
            pv=self.start,
            ptok=f"{self.start_tok:08x}",
            v=self.head,
            tok=f"{self.tok:08x}",
            seq=self.seq,
            changes=self.changes,
        )


@dataclass(slots=True)
class NewMessage:
    """A message whose row, and so whose id, does not exist yet."""

    op: Post
    seq: int
    v: int
    at: int
    #: Where its change waits for the id, in the room's list and in the log's rows.
    place: int
    row: int


@dataclass(slots=True)
class Draft:
    """Everything one transaction will write, collected room by room."""

    now: int
    rooms: dict[RoomId, OpenRoom]
    spent: dict[tuple[int, str], tuple[str, Posted]]
    enrolled: dict[tuple[int, int], str]
    fresh: dict[tuple[int, str], NewMessage] = field(default_factory=dict)
    posts: list[NewMessage] = field(default_factory=list)
    #: (room, v, kind, obj, tok, at), in the order of the change table.
    log_rows: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)
    members: list[tuple[int, int, str, str | None, int]] = field(default_factory=list)

    def advance(self, room: OpenRoom, kind: Kind, obj: int) -> int:
        """Give out the room's next version for a change of ``obj``."""
        room.head += 1
        room.tok = secrets.randbits(32)
        room.last_at = max(self.now, room.last_at)
        self.log_rows.append((room.room, room.head, kind, obj, room.tok, room.last_at))
        return room.head


def digest(room: int, body: str) -> str:
    """Tells a repeated send from a nonce used again for something else."""
    return hashlib.blake2b(f"{room}:{body}".encode(), digest_size=16).hexdigest()


def message_change(post: NewMessage, message: MessageId) -> Msg:
    """The new message as the room will see it."""
    op = post.op
    return Msg(
        id=f"m{message}",
        v=post.v,
        seq=post.seq,
        at=post.at,
        by=op.author.by,
        body=op.body,
        nonce=op.nonce,
        reply_to=None if op.reply_to is None else f"m{op.reply_to}",
    )


def enrolment_key(room: int, author: Author) -> tuple[int, int]:
    """The key of a membership."""
    return (room, author.id)
