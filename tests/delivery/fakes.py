"""
A store and a doorbell without a database and without a layer, for hubs under test.

They keep the contracts of chat.core.ports (tests/delivery/test_fakes.py holds the
store against the real one), and wait where their owner tells them to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from chat.core.fold import RoomState, fold_changes
from chat.core.frames import By, Change, GoneChange, Msg, RoomChange
from chat.core.ids import RoomId
from chat.core.values import At, Batch, Head, Page

T = TypeVar("T")

BY = By("u1", "Ana", "a1b2")


@dataclass(frozen=True, slots=True)
class Line:
    """One change of a room's log, with what its object was at that version."""

    tok: str
    change: Change


@dataclass(slots=True)
class Log:
    """A room's log: line ``n`` is version ``n + 1``. ``floor`` is what is kept."""

    lines: list[Line] = field(default_factory=list)
    seq: int = 0
    floor: int = 0

    @property
    def head(self) -> Head:
        return Head(At(len(self.lines), self.tok(len(self.lines))), self.seq)

    def tok(self, v: int) -> str:
        return self.lines[v - 1].tok if v else "00000000"


class MemoryStore:
    """The ``Store`` port over lists. ``commit`` is what other processes do."""

    def __init__(self) -> None:
        self.logs: dict[RoomId, Log] = {}
        self.names: dict[str, RoomId] = {}
        self.reads: list[str] = []
        self.has_lost = False
        self._toks = count(1)

    # Writing

    def make(self, room: RoomId, slug: str = "") -> Batch:
        """A room comes to be."""
        self.logs[room] = Log()
        self.names[slug or f"sala-{room}"] = room
        return self.commit(room, self._described)

    def post(self, room: RoomId, body: str = "") -> Batch:
        """One new message; its body is its ordinal unless given."""
        if not body:
            return self.commit(room, self._numbered)
        return self.commit(room, lambda v, log: self._message(v, log, body))

    def posts(self, room: RoomId, number: int) -> Batch:
        """Many in one commit."""
        return self.commit(room, *[self._numbered] * number)

    def edit(self, room: RoomId, seq: int, body: str) -> Batch:
        """Another text for the message of this ordinal."""
        return self.commit(room, lambda v, log: self._edited(v, log, seq, body))

    def purge(self, room: RoomId, seq: int) -> Batch:
        """The message of this ordinal is no longer stored."""
        return self.commit(room, lambda v, _log: GoneChange("msg", f"m{seq}", v))

    def commit(self, room: RoomId, *writes: Callable[[int, Log], Change]) -> Batch:
        """Store changes under the next versions; what a bell would ring."""
        log = self.logs[room]
        start = log.head.at
        for write in writes:
            change = write(len(log.lines) + 1, log)
            log.lines.append(Line(f"{next(self._toks):08x}", change))
        at = log.head.at
        changes = [line.change for line in log.lines[start.v :]]
        return Batch(room, *start, at.v, at.tok, log.seq, changes)

    def lose(self, room: RoomId, number: int) -> None:
        """An older copy of the database is put in its place."""
        self.has_lost = True
        log = self.logs[room]
        del log.lines[len(log.lines) - number :]
        log.seq = sum(
            isinstance(line.change, Msg) and line.change.ed is None
            for line in log.lines
        )

    def state(self, room: RoomId) -> RoomState:
        """What the whole log adds up to."""
        log = self.logs[room]
        state = RoomState(pos=log.head.at.v, tok=log.head.at.tok)
        fold_changes(state, [line.change for line in log.lines])
        return state

    # Reading: the port

    async def page(
        self, room: RoomId, since: At, limit: int, *, whole: bool = False
    ) -> Page | None:
        return await self.read(
            f"page {since.v}", lambda: self._page(room, since, limit)
        )

    async def window(self, room: RoomId, limit: int) -> Page | None:
        return await self.read("window", lambda: self._window(room, limit))

    async def heads(self, rooms: Iterable[RoomId]) -> dict[RoomId, Head]:
        wanted = list(rooms)
        return await self.read("heads", lambda: self._heads(wanted))

    async def rooms_named(self, slugs: Iterable[str]) -> dict[str, RoomId]:
        wanted = list(slugs)
        return await self.read("names", lambda: self._named(wanted))

    async def read(self, name: str, work: Callable[[], T]) -> T:
        """One snapshot; subclasses say when it is taken, and when it arrives."""
        self.reads.append(name)
        return work()

    def _page(self, room: RoomId, since: At, limit: int) -> Page | None:
        log = self.logs.get(room)
        if log is None:
            return None
        is_ours = log.floor <= since.v <= len(log.lines)
        if not is_ours or (since.v and log.tok(since.v) != since.tok):
            return self._window(room, 50)
        to = min(since.v + limit, len(log.lines))
        newest = {line.change.id: line.change for line in log.lines}
        ids = dict.fromkeys(line.change.id for line in log.lines[since.v : to])
        changes = [newest[ref] for ref in ids if newest[ref].v <= to]
        changes.sort(key=lambda change: change.v)
        return Page(room, since.v, At(to, log.tok(to)), log.head, changes)

    def _window(self, room: RoomId, limit: int) -> Page | None:
        log = self.logs.get(room)
        if log is None:
            return None
        state = self.state(room)
        newest = sorted(state.msgs.values(), key=lambda message: message.seq)
        changes: list[Change] = [*newest[-limit:]]
        if state.room is not None:
            changes.append(state.room)
        head = log.head
        older = len(newest) > limit
        return Page(room, 0, head.at, head, changes, reset=True, older=older)

    def _heads(self, rooms: list[RoomId]) -> dict[RoomId, Head]:
        return {room: self.logs[room].head for room in rooms if room in self.logs}

    def _named(self, slugs: list[str]) -> dict[str, RoomId]:
        return {slug: self.names[slug] for slug in slugs if slug in self.names}

    # What is written

    def _described(self, v: int, _log: Log) -> Change:
        return RoomChange("r1", "sala", "Sala", "", v)

    def _numbered(self, v: int, log: Log) -> Change:
        return self._message(v, log, str(log.seq + 1))

    def _message(self, v: int, log: Log, body: str) -> Change:
        log.seq += 1
        return Msg(f"m{log.seq}", v, log.seq, v, BY, body, f"nonce-{log.seq:04}")

    def _edited(self, v: int, log: Log, seq: int, body: str) -> Change:
        return Msg(f"m{seq}", v, seq, seq, BY, body, f"nonce-{seq:04}", ed=v)


class StillBell:
    """The ``Doorbell`` port: notes what is listened to; rings nothing by itself."""

    def __init__(self) -> None:
        self.rooms: set[RoomId] = set()
        self.names: set[str] = set()

    async def join(self, room: RoomId) -> None:
        self.rooms.add(room)

    async def leave(self, room: RoomId) -> None:
        self.rooms.discard(room)

    async def watch_name(self, slug: str) -> None:
        self.names.add(slug)

    async def forget_name(self, slug: str) -> None:
        self.names.discard(slug)
