"""
The subscribe algorithm, proved by looking at everything that can happen.

A model small enough to be explored whole: commits, rings that are lost, doubled and
reordered, the hub's fill, the sweeper, and one subscriber that reads pages. In every
state the client has been sent exactly s+1, s+2, ...; where nothing more can happen, it
has reached the head. Each rule of the algorithm is then left out in turn: the model
must find the harm, or it would prove nothing.

tests/delivery/test_interleavings.py does the same to the hub itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import pytest

COMMITS = 3
PAGE = 2
LOST_RINGS = 1
DOUBLED_RINGS = 1
#: In a buffer: something was dropped here.
OVERFLOW = -1


@dataclass(frozen=True)
class Rules:
    """The algorithm; each field is a rule that can be left out."""

    registers_before_reading: bool = True
    collects_while_reading: bool = True
    cuts_the_overlap: bool = True
    waits_for_the_hub: bool = True
    fills_gaps: bool = True
    reads_again_after_overflow: bool = True
    distrusts_stale_reads: bool = True


class State(NamedTuple):
    """Everything that matters for what may happen next."""

    head: int
    rings: tuple[int, ...]
    losses: int
    doubles: int
    cur: int
    #: What the running fill has read: the head at that time.
    fill: int | None
    #: new, early (read before registered), waiting (registered), paged, live
    phase: str
    buffer: tuple[int, ...]
    pos: int
    #: The page that was read: where it ends, and the head it saw.
    page: tuple[int, int] | None
    sent: tuple[int, ...]


Move = tuple[str, State]


class Model:
    """One start of the world, and all its futures."""

    def __init__(
        self,
        rules: Rules,
        *,
        since: int,
        cur: int,
        capacity: int = 99,
        has_replica: bool = False,
    ) -> None:
        self._rules = rules
        self._since = since
        self._first_cur = cur
        self._capacity = capacity
        self._has_replica = has_replica
        head = max(since, cur)
        self._last = head + COMMITS
        self._start = State(
            head, (), LOST_RINGS, DOUBLED_RINGS, cur, None, "new", (), since, None, ()
        )

    def explore(self) -> tuple[int, str | None]:
        """Visit every state; return how many, and the shortest story of harm."""
        came: dict[State, tuple[State, str] | None] = {self._start: None}
        queue = deque([self._start])
        while queue:
            state = queue.popleft()
            moves = list(self._moves(state))
            if fault := self._fault(state, is_last=not moves):
                return len(came), f"{fault}: {_story(came, state)}"
            for name, following in moves:
                if following not in came:
                    came[following] = (state, name)
                    queue.append(following)
        return len(came), None

    def _fault(self, state: State, *, is_last: bool) -> str | None:
        due = tuple(range(self._since + 1, self._since + 1 + len(state.sent)))
        if state.sent != due:
            return f"sent {state.sent}"
        if is_last and self._since + len(state.sent) != state.head:
            return f"ended with {state.sent} of {state.head}"
        return None

    def _moves(self, state: State) -> Iterator[Move]:
        if state.head < self._last:
            rings = tuple(sorted((*state.rings, state.head + 1)))
            yield "commit", state._replace(head=state.head + 1, rings=rings)
        yield from self._rings(state)
        if state.fill is not None:
            yield "filled", self._advanced(state, state.fill)._replace(fill=None)
        elif state.cur < state.head:
            yield "sweep", state._replace(fill=state.head)
        yield from self._subscriber(state)

    def _rings(self, state: State) -> Iterator[Move]:
        for place, v in enumerate(state.rings):
            rest = state.rings[:place] + state.rings[place + 1 :]
            silent = state._replace(rings=rest)
            if state.losses:
                yield f"lose {v}", silent._replace(losses=state.losses - 1)
            if state.doubles:
                rings = tuple(sorted((*state.rings, v)))
                yield (
                    f"double {v}",
                    state._replace(rings=rings, doubles=state.doubles - 1),
                )
            yield f"ring {v}", self._rung(silent, v)

    def _rung(self, state: State, v: int) -> State:
        if v <= state.cur:
            return state
        if v == state.cur + 1:
            return self._advanced(state, v)
        if not self._rules.fills_gaps:
            return self._given(state, v)._replace(cur=v)
        return state._replace(fill=state.head) if state.fill is None else state

    def _advanced(self, state: State, to: int) -> State:
        """The hub's only way to move: without a hole, in one step."""
        for v in range(state.cur + 1, to + 1):
            state = self._given(state, v)._replace(cur=v)
        return state

    def _given(self, state: State, v: int) -> State:
        if state.phase == "live":
            return state._replace(sent=(*state.sent, v))
        if state.phase not in ("waiting", "paged") or OVERFLOW in state.buffer:
            return state
        if not self._rules.collects_while_reading:
            return state
        if len(state.buffer) < self._capacity:
            return state._replace(buffer=(*state.buffer, v))
        if self._rules.reads_again_after_overflow:
            return state._replace(buffer=(OVERFLOW,))
        return state

    def _subscriber(self, state: State) -> Iterator[Move]:
        match state.phase:
            case "new" if self._rules.registers_before_reading:
                yield "register", state._replace(phase="waiting")
            case "new":
                page = (state.head, state.head)
                yield "read first", state._replace(phase="early", page=page)
            case "early" | "paged":
                yield self._served(state)
            case "waiting":
                heads = {state.head}
                if self._has_replica:
                    heads.add(self._first_cur)
                for head in sorted(heads):
                    to = max(state.pos, min(state.pos + PAGE, head))
                    page = (to, head)
                    yield f"read of {head}", state._replace(phase="paged", page=page)
            case _:
                pass

    def _served(self, state: State) -> Move:
        assert state.page is not None
        to, head = state.page
        base = min([state.cur, *(v - 1 for v in state.buffer[:1])])
        is_stale = self._has_replica and head < base
        if is_stale and self._rules.distrusts_stale_reads:
            return "distrust", state._replace(phase="waiting", page=None)
        sent = state.sent + tuple(range(state.pos + 1, to + 1))
        told = state._replace(sent=sent, pos=to, page=None)
        if state.phase == "early":
            return "go live", told._replace(phase="live")
        if to < head:
            return "next page", told._replace(phase="waiting")
        if to > state.cur and self._rules.waits_for_the_hub:
            filling = state.head if state.fill is None else state.fill
            return "wait for the hub", state._replace(fill=filling)
        if OVERFLOW in state.buffer:
            return "read again", told._replace(phase="waiting", buffer=())
        rest = tuple(
            v for v in state.buffer if v > to or not self._rules.cuts_the_overlap
        )
        return "go live", told._replace(phase="live", buffer=(), sent=sent + rest)


def _story(came: dict[State, tuple[State, str] | None], state: State) -> str:
    names = []
    while (step := came[state]) is not None:
        state, name = step
        names.append(name)
    return " > ".join(names[::-1])


@pytest.mark.parametrize("since", [0, 1, 2])
@pytest.mark.parametrize("cur", [0, 1, 2])
def test_no_interleaving_misses_doubles_or_reorders(since: int, cur: int) -> None:
    states, story = Model(Rules(), since=since, cur=cur).explore()

    assert story is None
    assert states > 5000


@pytest.mark.parametrize("cur", [0, 1])
def test_a_buffer_that_overflows_loses_nothing(cur: int) -> None:
    _states, story = Model(Rules(), since=0, cur=cur, capacity=1).explore()

    assert story is None


def test_reads_from_a_replica_that_lags_lose_nothing() -> None:
    _states, story = Model(Rules(), since=0, cur=1, has_replica=True).explore()

    assert story is None


@pytest.mark.parametrize(
    "rule",
    [
        "registers_before_reading",
        "collects_while_reading",
        "cuts_the_overlap",
        "waits_for_the_hub",
        "fills_gaps",
    ],
)
def test_each_rule_is_needed(rule: str) -> None:
    """Leave one out, and some order of events breaks the promise."""
    _states, story = Model(replace(Rules(), **{rule: False}), since=0, cur=0).explore()

    assert story is not None


def test_reading_again_after_an_overflow_is_needed() -> None:
    rules = Rules(reads_again_after_overflow=False)
    _states, story = Model(rules, since=0, cur=0, capacity=1).explore()

    assert story is not None


def test_distrusting_a_read_older_than_the_hub_is_needed() -> None:
    rules = Rules(distrusts_stale_reads=False)
    _states, story = Model(rules, since=0, cur=1, has_replica=True).explore()

    assert story is not None
