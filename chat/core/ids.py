"""Identities of things: plain integers inside, short references on the wire."""

from __future__ import annotations

from typing import NewType

RoomId = NewType("RoomId", int)
UserId = NewType("UserId", int)
MessageId = NewType("MessageId", int)
#: A room's change number: 1, 2, 3 … without holes.
Version = NewType("Version", int)
#: A room's message number: 1, 2, 3 … without holes; edits do not consume one.
Seq = NewType("Seq", int)

#: Database keys are signed 64-bit; a longer number would be an error down there.
_LONGEST_DIGITS = 18


def room_ref(room: int) -> str:
    """The wire's name of a room: ``r7``."""
    return f"r{room}"


def user_ref(user: int) -> str:
    """The wire's name of a person: ``u5``."""
    return f"u{user}"


def message_ref(message: int) -> str:
    """The wire's name of a message: ``m91``."""
    return f"m{message}"


def parse_room(ref: str) -> RoomId | None:
    """The room that ``r7`` names, or None for anything else."""
    number = _parse("r", ref)
    return None if number is None else RoomId(number)


def parse_message(ref: str) -> MessageId | None:
    """The message that ``m91`` names, or None for anything else."""
    number = _parse("m", ref)
    return None if number is None else MessageId(number)


def _parse(prefix: str, ref: str) -> int | None:
    digits = ref[1:]
    # str.isdecimal alone lets in other scripts' digits.
    well_formed = (
        ref[:1] == prefix
        and digits.isascii()
        and digits.isdecimal()
        and len(digits) <= _LONGEST_DIGITS
    )
    return int(digits) if well_formed else None
