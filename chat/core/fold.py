"""
The fold: a room as a client holds it, and what a frame does to it.

This is the reference for every client (the page's ``core/room.js`` folds the same
golden vectors, tests/vectors/fold.json). Rules C1, C2 and C5 of docs/protocol.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from chat.core.frames import (
    Change,
    Ev,
    GoneChange,
    MemberChange,
    Msg,
    RoomChange,
    SyncPage,
)


@dataclass(slots=True)
class RoomState:
    """A materialised room: what its log up to ``pos`` adds up to."""

    pos: int = 0
    tok: str = ""
    room: RoomChange | None = None
    msgs: dict[str, Msg] = field(default_factory=dict)
    members: dict[str, MemberChange] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)


def fold_ev(state: RoomState, ev: Ev) -> bool:
    """
    Fold one commit batch.

    Returns:
        False when the batch starts after ``state.pos``: a hole that only a ``sync``
        can fill; nothing was applied then. True otherwise.
    """
    if ev.pv > state.pos:
        return False
    if ev.v > state.pos:
        fold_changes(state, ev.c)
        state.pos, state.tok = ev.v, ev.tok
    return True


def fold_sync(state: RoomState, page: SyncPage) -> None:
    """Fold one page of catching up; a window throws the room away first."""
    if page.mode == "window":
        state.room = None
        for held in (state.msgs, state.members, state.gone):
            held.clear()
        state.pos = 0
    fold_changes(state, page.c)
    if page.to >= state.pos:
        state.pos, state.tok = page.to, page.tok


def fold_changes(state: RoomState, changes: list[Change]) -> None:
    """Fold changes: each counts only if newer than what is held of its object."""
    for change in changes:
        match change:
            case Msg():
                newest = _version(state.msgs.get(change.id), state.gone.get(change.id))
                if change.v > newest:
                    state.msgs[change.id] = change
            case GoneChange():
                state.msgs.pop(change.id, None)
                state.gone[change.id] = max(change.v, state.gone.get(change.id, 0))
            case RoomChange():
                if state.room is None or change.v > state.room.v:
                    state.room = change
            case MemberChange():
                if change.v > _version(state.members.get(change.id), None):
                    state.members[change.id] = change
            case _:
                assert_never(change)


def _version(held: Msg | MemberChange | None, gone: int | None) -> int:
    return max(held.v if held else 0, gone or 0)
