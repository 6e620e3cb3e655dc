"""
The kinds of change a room's log holds.

A new kind is welcomed here: its row in ``FAMILY_OF`` says which objects it moves; the
wire shape of a new family is a struct in ``frames``, its fold a branch in ``fold``,
its loader a row in ``chat.queries.LOADERS``. The architecture test and ``assert_fold``
fail for a kind that lacks one of them.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Family(StrEnum):
    """A sort of object that has its own last version; the ``k`` of the wire."""

    MESSAGE = "msg"
    ROOM = "room"
    MEMBER = "member"


class Kind(IntEnum):
    """What happened, as stored in ``Change.kind``. Numbers are never reused."""

    MESSAGE = 1
    EDIT = 2
    DELETE = 3
    ROOM = 4
    MEMBER = 5


FAMILY_OF: dict[Kind, Family] = {
    Kind.MESSAGE: Family.MESSAGE,
    Kind.EDIT: Family.MESSAGE,
    Kind.DELETE: Family.MESSAGE,
    Kind.ROOM: Family.ROOM,
    Kind.MEMBER: Family.MEMBER,
}
