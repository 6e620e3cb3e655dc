"""What may be asked of the log: one value a kind of write."""

from __future__ import annotations

from dataclasses import dataclass

from chat.core.frames import By
from chat.core.ids import MessageId, RoomId, UserId


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: the person, and how the room will see them."""

    id: UserId
    by: By
    role: str


@dataclass(frozen=True, slots=True)
class Post:
    """A new message. The same nonce of the same author is the same message."""

    room: RoomId
    author: Author
    nonce: str
    body: str
    reply_to: MessageId | None = None


@dataclass(frozen=True, slots=True)
class Revise:
    """A new text for one's own message; ``if_v`` guards against a lost update."""

    room: RoomId
    author: Author
    message: MessageId
    body: str
    if_v: int | None = None


@dataclass(frozen=True, slots=True)
class Retract:
    """One's own message taken back."""

    room: RoomId
    author: Author
    message: MessageId


@dataclass(frozen=True, slots=True)
class Describe:
    """A new spelling or topic of the room."""

    room: RoomId
    author: Author
    shown: str
    topic: str


@dataclass(frozen=True, slots=True)
class Enrol:
    """Somebody joins, is renamed, or (``role`` None) leaves."""

    room: RoomId
    author: Author
    role: str | None


Op = Post | Revise | Retract | Describe | Enrol
