"""
A hub on a stage: nothing happens until the director says so, and then only that.

Reads of the log, joining the bell and rings all wait to be played; between two moves
the event loop runs until nothing is left to do. So the order of events is a list of
names, which can be played again, and the whole tree of orders explored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from django.db import OperationalError

from chat.core.ids import RoomId
from chat.core.values import Batch, Page
from chat.delivery.hub import Hub
from tests.delivery.clients import Client
from tests.delivery.fakes import MemoryStore, StillBell

T = TypeVar("T")
Move = Callable[[], None]

ROOM = RoomId(1)


@dataclass(frozen=True)
class Script:
    """What may happen, and how often."""

    before: int = 1
    commits: int = 2
    losses: int = 1
    doubles: int = 0
    failures: int = 0
    pauses: int = 0
    leaves: int = 0
    has_past: bool = False
    #: Whether rooms may move between the moment heads are read and their arrival.
    has_slow_heads: bool = False
    #: Whether the hub remembers the last batches, so that they need no read.
    has_ring: bool = True


@dataclass(eq=False)
class Cue:
    """Something the hub waits for: first it is looked at, then told."""

    name: str
    work: Callable[[], Any]
    told: asyncio.Future[Any]
    answer: Any = None
    is_looked_at: bool = False


@dataclass
class Prompter:
    """Where everything that waits is written down."""

    cues: list[Cue] = field(default_factory=list)

    async def wait(self, name: str, work: Callable[[], T]) -> T:
        cue = Cue(name, work, asyncio.get_running_loop().create_future())
        self.cues.append(cue)
        try:
            answer: T = await cue.told
        finally:
            if cue in self.cues:
                self.cues.remove(cue)
        return answer


class StagedStore(MemoryStore):
    """Reads wait for the director: when they look, and when they are told."""

    def __init__(self, prompter: Prompter) -> None:
        super().__init__()
        self._prompter = prompter

    async def read(self, name: str, work: Callable[[], T]) -> T:
        return await self._prompter.wait(name, work)


class StagedBell(StillBell):
    """Joining a room takes as long as the director likes."""

    def __init__(self, prompter: Prompter) -> None:
        super().__init__()
        self._prompter = prompter

    async def join(self, room: RoomId) -> None:
        await self._prompter.wait("join", lambda: self.rooms.add(room))


class Stage:
    """One performance: a hub, a room, and a client that subscribes to it."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.prompter = Prompter()
        self.store = StagedStore(self.prompter)
        self.bell = StagedBell(self.prompter)
        self.hub = Hub(self.store, self.bell)
        self.client = Client()
        self.rings: list[Batch] = []
        self.left: dict[str, int] = {
            "commit": script.commits,
            "lose": script.losses,
            "double": script.doubles,
            "fail": script.failures,
            "pause": script.pauses,
            "leave": script.leaves,
        }
        self._subscribing: asyncio.Task[None] | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self.store.make(ROOM)
        for _ in range(script.before):
            self.store.post(ROOM)
        if script.has_past:
            self.client.state = self.store.state(ROOM)

    @property
    def has_left(self) -> bool:
        """Whether the client said that it wants no more."""
        return self.script.leaves > self.left["leave"]

    def moves(self) -> dict[str, Move]:
        """What could happen next, each by a name of its own."""
        named: dict[str, Move] = {}
        for name, move in self._moves():
            while name in named:
                name += "'"
            named[name] = move
        return named

    def _moves(self) -> Iterator[tuple[str, Move]]:
        if self._subscribing is None:
            yield "subscribe", self._subscribe
        if self.left["commit"]:
            yield "commit", self._commit
        yield from self._rings()
        yield from self._cues()
        if self._may_sweep():
            yield "sweep", self._sweep
        if self.client.is_lagging:
            yield "resume", self.client.resume
        elif self.left["pause"] and self._subscribing is not None:
            yield "pause", self._pause
        if self.left["leave"] and self._subscribing is not None:
            yield "leave", self._leave

    def _rings(self) -> Iterator[tuple[str, Move]]:
        for batch in self.rings:
            yield f"ring {batch.v}", partial(self._ring, batch)
            if self.left["lose"]:
                yield f"lose {batch.v}", partial(self._lose, batch)
            if self.left["double"]:
                yield f"double {batch.v}", partial(self._double, batch)

    def _cues(self) -> Iterator[tuple[str, Move]]:
        for cue in self.prompter.cues:
            if cue.is_looked_at or self._is_quick(cue):
                yield f"tell {cue.name}", partial(self._tell, cue)
            else:
                yield f"look {cue.name}", partial(self._look, cue)
            if self.left["fail"] and cue.name != "join":
                yield f"fail {cue.name}", partial(self._fail, cue)

    def _subscribe(self) -> None:
        work = self.client.subscribe(self.hub, ROOM)
        self._subscribing = asyncio.create_task(work)

    def _commit(self) -> None:
        self.left["commit"] -= 1
        batch = self.store.post(ROOM)
        if ROOM in self.bell.rooms:
            self.rings.append(batch)

    def _ring(self, batch: Batch) -> None:
        self.rings.remove(batch)
        self.hub.heard(batch)

    def _lose(self, batch: Batch) -> None:
        self.left["lose"] -= 1
        self.rings.remove(batch)

    def _double(self, batch: Batch) -> None:
        self.left["double"] -= 1
        self.hub.heard(batch)

    def _look(self, cue: Cue) -> None:
        cue.answer = cue.work()
        cue.is_looked_at = True

    def _is_quick(self, cue: Cue) -> bool:
        is_slow = self.script.has_slow_heads and cue.name == "heads"
        return not (is_slow or cue.name.startswith(("page", "window")))

    def _tell(self, cue: Cue) -> None:
        if not cue.is_looked_at:
            self._look(cue)
        cue.told.set_result(cue.answer)

    def _fail(self, cue: Cue) -> None:
        self.left["fail"] -= 1
        cue.told.set_exception(OperationalError("server closed the connection"))

    def _may_sweep(self) -> bool:
        feed = self.hub._feeds.get(ROOM)
        is_free = self._sweeping is None or self._sweeping.done()
        return is_free and feed is not None and feed.at != self.store.logs[ROOM].head.at

    def _sweep(self) -> None:
        self._sweeping = asyncio.create_task(self.hub.sweep([ROOM]))

    def _pause(self) -> None:
        self.left["pause"] -= 1
        self.client.pause()

    def _leave(self) -> None:
        self.left["leave"] -= 1
        # As the door does: the task of the subscription first, then the listener.
        assert self._subscribing is not None
        self._subscribing.cancel()
        self.hub.leave(self.client.listener)
        self.frames_when_left = len(self.client.frames)

    async def settle(self) -> None:
        """Run the loop until everything waits for the director."""
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
        await asyncio.sleep(0)
        # No event would do: it is the loop itself that has to have run dry.
        while ready:  # noqa: ASYNC110
            await asyncio.sleep(0)
        self._retry_what_failed()

    def _retry_what_failed(self) -> None:
        # A door answers with an error; its client asks again.
        if isinstance(_failure(self._subscribing), OperationalError):
            self._subscribing = None
        # The house logs a sweep that failed, and sweeps again.
        _failure(self._sweeping)

    def fingerprint(self) -> tuple[Any, ...]:
        """All that decides what may come of this: two alike have one future."""
        listener = self.client.listener
        feed = self.hub._feeds.get(ROOM)
        standing = None
        if feed is not None:
            standing = (
                feed.at,
                feed.is_live(listener),
                listener in feed.pending,
                len(feed._ring),
            )
        return (
            len(self.store.logs[ROOM].lines),
            tuple(batch.v for batch in self.rings),
            tuple(self.left.values()),
            standing,
            ROOM in self.hub._warming and len(self.hub._warming[ROOM].heard),
            listener.at,
            tuple(beat.batch.v for beat in listener.pending or ()),
            (listener.overflow, listener.is_held, self.client.is_lagging),
            self.client.state.pos,
            tuple(sorted(_outline(cue) for cue in self.prompter.cues)),
            (len(self.hub._crew), len(self.hub._catch_up._fills)),
            (_phase(self._subscribing), _phase(self._sweeping)),
            len(self.client.faults),
            len(asyncio.all_tasks()),
        )

    async def close(self) -> None:
        """Leave no task behind."""
        mine = [task for task in (self._subscribing, self._sweeping) if task]
        for task in mine:
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)
        self.client.closed()
        await self.hub.close()


def _failure(task: asyncio.Task[None] | None) -> BaseException | None:
    if task is None or not task.done() or task.cancelled():
        return None
    return task.exception()


def _outline(cue: Cue) -> tuple[str, str]:
    answer = cue.answer
    if isinstance(answer, Page):
        return cue.name, f"{answer.start}-{answer.to.v}/{answer.head.at.v}"
    return cue.name, repr(answer) if cue.is_looked_at else ""


def _phase(task: asyncio.Task[None] | None) -> str:
    if task is None:
        return "none"
    return "done" if task.done() else "running"
