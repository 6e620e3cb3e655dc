"""The fold, by the golden vectors that the page's own fold is held to as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core.fold import RoomState, fold_changes, fold_ev, fold_sync
from chat.core.frames import (
    By,
    Change,
    Ev,
    GoneChange,
    MemberChange,
    Msg,
    RoomChange,
    SyncPage,
)

VECTORS = Path(__file__).resolve().parent.parent / "vectors" / "fold.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
OURS = [case for case in CASES if not case["client"]]


@pytest.mark.parametrize("case", OURS, ids=lambda case: case["name"])
def test_the_fold_agrees_with_the_golden_vectors(case: dict[str, Any]) -> None:
    state = _state(case["room"])
    is_behind = False

    for frame in case["frames"]:
        match frame["t"]:
            case "ev":
                is_behind |= not fold_ev(state, msgspec.convert(_known(frame), Ev))
            case "sync":
                fold_sync(state, msgspec.convert(_known(frame), SyncPage))
                is_behind = False
            case _:
                pass

    assert _plain(state) == case["expect"]
    assert is_behind == case["behind"]


def test_most_vectors_are_run_here() -> None:
    """The others need rules of a client that holds frames back or asks for history."""
    assert len(OURS) > 15


BY = By("u1", "Ana", "a1b2")


def _msg(v: int, *, key: int = 1, seq: int = 1, body: str = "oi") -> Msg:
    return Msg(f"m{key}", v, seq, 1, BY, body, f"nonce-{key:04}")


def _page(mode: Any, from_: int, to: int, *changes: Change, **more: Any) -> SyncPage:
    return SyncPage(1, "r7", mode, from_, to, f"{to:08x}", [*changes], False, **more)


def test_a_page_from_beyond_a_hole_changes_nothing() -> None:
    state = RoomState(pos=3, tok="00000003")

    fold_sync(state, _page("delta", 5, 6, _msg(6)))

    assert state == RoomState(pos=3, tok="00000003")


def test_a_late_page_of_an_earlier_question_changes_nothing() -> None:
    state = RoomState(pos=7, tok="00000007")

    fold_sync(state, _page("delta", 3, 6, _msg(6)))

    assert state == RoomState(pos=7, tok="00000007")


def test_an_edit_of_a_message_before_the_window_is_left_alone() -> None:
    state = RoomState()
    fold_sync(state, _page("window", 0, 9, _msg(9, key=9, seq=60), older=True))

    fold_ev(state, Ev("r7", 9, 10, "0000000a", [_msg(10, key=1, seq=2)]))

    assert list(state.msgs) == ["m9"]
    assert state.pos == 10


def test_a_window_that_reaches_the_beginning_leaves_nothing_out() -> None:
    state = RoomState()

    fold_sync(state, _page("window", 0, 9, _msg(9, key=9, seq=60), older=False))

    assert state.low == 0


def test_a_purged_member_goes_and_stays_away() -> None:
    member = MemberChange("u2", "Bia", "c3d4", "guest", 2)
    state = RoomState(pos=2, members={"u2": member})

    fold_changes(state, [GoneChange("member", "u2", 3), member])

    assert state.members == {}


@st.composite
def _logs(draw: st.DrawFn) -> list[Change]:
    """What a room may hold after each version, object by object."""
    changes: list[Change] = []
    for v in range(1, draw(st.integers(1, 12)) + 1):
        key = draw(st.integers(1, 3))
        kinds = ["msg", "gone", "room", "member"]
        match draw(st.sampled_from(kinds)):
            case "msg":
                changes.append(_msg(v, key=key, seq=key, body=str(v)))
            case "gone":
                changes.append(GoneChange("msg", f"m{key + 10}", v))
            case "room":
                changes.append(RoomChange("r7", "sala", "Sala", str(v), v))
            case _:
                changes.append(MemberChange(f"u{key}", "Ana", "a1b2", "guest", v))
    return changes


@given(log=_logs(), data=st.data())
def test_changes_heard_doubled_and_in_any_order_end_in_the_same_room(
    log: list[Change], data: st.DataObject
) -> None:
    heard = data.draw(st.permutations(log + data.draw(st.lists(st.sampled_from(log)))))
    state, told = RoomState(), RoomState()

    fold_changes(state, log)
    fold_changes(told, heard)

    assert told == state


@given(log=_logs(), data=st.data())
def test_cut_into_batches_anywhere_the_log_ends_in_the_same_room(
    log: list[Change], data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(log)))) | {len(log)})
    state, told = RoomState(), RoomState()
    fold_changes(state, log)

    start = 0
    for cut in cuts:
        ev = Ev("r7", start, cut, f"{cut:08x}", log[start:cut])
        assert fold_ev(told, ev)
        assert fold_ev(told, ev)
        start = cut

    assert (told.msgs, told.members, told.room) == (
        state.msgs,
        state.members,
        state.room,
    )
    assert told.pos == len(log)


def _known(frame: dict[str, Any]) -> dict[str, Any]:
    """A frame as a client in Python reads it: kinds it does not know, it skips."""
    kinds = {"msg", "gone", "room", "member"}
    known = [c for c in frame["c"] if isinstance(c, dict) and c.get("k") in kinds]
    return {**frame, "c": known}


def _state(room: dict[str, Any]) -> RoomState:
    return RoomState(
        pos=room["pos"],
        tok=room["tok"],
        low=room["low"],
        room=msgspec.convert(room["room"], RoomChange | None),
        msgs=msgspec.convert(room["msgs"], dict[str, Msg]),
        members=msgspec.convert(room["members"], dict[str, MemberChange]),
    )


def _plain(state: RoomState) -> Any:
    return msgspec.to_builtins(
        {
            "pos": state.pos,
            "tok": state.tok,
            "low": state.low,
            "msgs": state.msgs,
            "room": state.room,
            "members": state.members,
        }
    )
