"""Values that pass between the floors: what was stored, what was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from chat.core.frames import Change, Msg
from chat.core.ids import MessageId, RoomId


class At(NamedTuple):
    """
    A place in a room's log, and proof that it is this log.

    ``tok`` is random, so a version that was given out twice (a restored backup, a
    database that lost its last commits) has another one the second time.
    """

    v: int
    tok: str


@dataclass(frozen=True, slots=True)
class Batch:
    """
    What one commit, or one read of the log, added to a room.

    ``changes`` are present states in order of version. ``seq`` is the room's last
    message ordinal at ``v``. ``ptok`` is the token at ``pv``: a batch of another
    history does not follow, even where its numbers do.
    """

    room: RoomId
    pv: int
    ptok: str
    v: int
    tok: str
    seq: int
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Head:
    """Where a room stands now."""

    at: At
    seq: int


@dataclass(frozen=True, slots=True)
class Page:
    """
    A stretch of a room's log, read in one snapshot.

    Attributes:
        start: Where it begins; ``changes`` lie after it.
        to: Where it ends.
        head: The room's head in the same snapshot; equal to ``to`` on the last page.
        reset: The cursor asked for is not in this log: ``changes`` are the newest
            messages, to be taken instead of all that was known.
        older: With ``reset``: whether there are messages before these.
    """

    room: RoomId
    start: int
    to: At
    head: Head
    changes: list[Change]
    reset: bool = False
    older: bool = False

    @property
    def more(self) -> bool:
        """Whether the log goes on after this page."""
        return self.to.v < self.head.at.v


@dataclass(frozen=True, slots=True)
class Posted:
    """A stored message; ``dup`` when an earlier attempt had stored it."""

    room: RoomId
    message: MessageId
    seq: int
    v: int
    at: int
    dup: bool = False


@dataclass(frozen=True, slots=True)
class RoomInfo:
    """What pages show of a room."""

    id: RoomId
    slug: str
    shown: str
    topic: str


@dataclass(frozen=True, slots=True)
class History:
    """A run of messages, oldest first, as they were at version ``at_v``."""

    msgs: list[Msg]
    at_v: int
    more: bool
