"""
The fold: a room as a client holds it, and what a frame does to it.

This is the reference for every client (the page's ``core/room.js`` folds the same
golden vectors, tests/vectors/fold.json). Rules C1, C2 and C5 of docs/protocol.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from msgspec import UNSET

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
    """
    A materialised room: what its log up to ``pos`` adds up to.

    Messages whose ordinal is below ``low`` are not loaded: the room was taken up from
    a window that did not reach its beginning.
    """

    pos: int = 0
    tok: str = ""
    low: int = 0
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
    """
    Fold one page of catching up; a window throws the room away first.

    A late page of an earlier question changes nothing.
    """
    if page.mode == "window":
        state.room = None
        for held in (state.msgs, state.members, state.gone):
            held.clear()
        state.low = _lowest(page)
    elif not page.from_ <= state.pos <= page.to:
        return
    fold_changes(state, page.c)
    state.pos, state.tok = page.to, page.tok


def fold_changes(state: RoomState, changes: list[Change]) -> None:
    """Fold changes: each counts only if newer than what is held of its object."""
    for change in changes:
        match change:
            case Msg():
                held = state.msgs.get(change.id)
                is_loaded = held is not None or change.seq >= state.low
                if is_loaded and change.v > _newest(state, change.id, held):
                    state.msgs[change.id] = change
            case GoneChange():
                # References tell their sort: what is gone is in one of them at most.
                state.msgs.pop(change.id, None)
                state.members.pop(change.id, None)
                state.gone[change.id] = max(change.v, state.gone.get(change.id, 0))
            case RoomChange():
                if state.room is None or change.v > state.room.v:
                    state.room = change
            case MemberChange():
                member = state.members.get(change.id)
                if change.v > _newest(state, change.id, member):
                    state.members[change.id] = change
            case _:
                assert_never(change)


def _newest(state: RoomState, ref: str, held: Msg | MemberChange | None) -> int:
    return max(held.v if held else 0, state.gone.get(ref, 0))


def _lowest(page: SyncPage) -> int:
    lowest = min((c.seq for c in page.c if isinstance(c, Msg)), default=0)
    has_older = lowest > 1 if page.older is UNSET else page.older
    return lowest if has_older else 0
