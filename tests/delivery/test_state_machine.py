"""
Three processes, many clients, and everything that can go wrong, at random.

Hypothesis invents the story: sends, edits, purges, rings that are lost, doubled and
late, processes that die, clients that stop reading, leave, and come back with any old
cursor, rooms born while they are waited for, a database that loses its last commits.
After each step nobody has seen a hole or a change twice; at the end, when what was
lost has been swept up, everybody's room is the database's.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from chat.core.fold import RoomState
from chat.core.ids import RoomId
from chat.core.values import Batch
from chat.delivery import catchup as catchup_module
from chat.delivery import feed as feed_module
from chat.delivery import hub as hub_module
from chat.delivery.hub import Hub
from tests.delivery.clients import Client, SeedClient, visible
from tests.delivery.fakes import MemoryStore, StillBell
from tests.fold_check import copied

T = TypeVar("T")

EXAMPLES = int(os.environ.get("RAI_EXAMPLES", "150"))
STEPS = 40
#: Turns of the loop after which what still spins waits for a sweep.
RESTLESS = 400

HUBS = 3
ROOMS = [RoomId(1), RoomId(2)]
UNBORN = ["sala-a", "sala-b"]

hubs = st.integers(0, HUBS - 1)
rooms = st.sampled_from(ROOMS)
turns = st.integers(0, 6)


class SlowStore(MemoryStore):
    """Answers arrive some turns of the loop after they were read."""

    delay = 0

    async def read(self, name: str, work: Callable[[], T]) -> T:
        answer = await super().read(name, work)
        for _ in range(self.delay):
            await asyncio.sleep(0)
        return answer


@dataclass
class Process:
    """One process: a hub, its bell, and what is on its way to it."""

    hub: Hub
    bell: StillBell
    rings: list[Callable[[], None]] = field(default_factory=list)


@dataclass
class Visitor:
    """Somebody connected to one process, listening to one room."""

    client: Client | SeedClient
    process: Process
    room: RoomId | None
    task: asyncio.Task[Any] | None = None
    #: Messages a seed client need not hear: those from before it came.
    heard_from: int = 0


class Town(RuleBasedStateMachine):
    """The world; each rule is something that happens in it."""

    visitors: Bundle[Visitor] = Bundle("visitors")
    pasts: Bundle[tuple[RoomId, RoomState]] = Bundle("pasts")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.store = SlowStore()
        self.processes: list[Process] = []
        self.present: list[Visitor] = []
        self.all_tasks: list[asyncio.Task[Any]] = []

    @initialize()
    def begin(self) -> None:
        self.processes = [self.new_process() for _ in range(HUBS)]
        for room in ROOMS:
            self.store.make(room)

    # What people do

    @rule(room=rooms, hub=hubs, number=st.sampled_from([1, 1, 2, 5, 20]), after=turns)
    def post(self, room: RoomId, hub: int, number: int, after: int) -> None:
        self.committed(hub, self.store.posts(room, number))
        self.run(after)

    @rule(room=rooms, hub=hubs, pick=st.integers(0, 100), after=turns)
    def edit(self, room: RoomId, hub: int, pick: int, after: int) -> None:
        stored = sorted(m.seq for m in self.store.state(room).msgs.values())
        if stored:
            seq = stored[pick % len(stored)]
            self.committed(hub, self.store.edit(room, seq, f"{seq} editada"))
            self.run(after)

    @rule(room=rooms, hub=hubs, pick=st.integers(0, 100), after=turns)
    def purge(self, room: RoomId, hub: int, pick: int, after: int) -> None:
        stored = sorted(m.seq for m in self.store.state(room).msgs.values())
        if stored:
            seq = stored[pick % len(stored)]
            self.committed(hub, self.store.purge(room, seq))
            self.run(after)

    @rule(target=visitors, room=rooms, hub=hubs, window=st.sampled_from([1, 3, 50]))
    def come_anew(self, room: RoomId, hub: int, window: int) -> Visitor:
        client = Client()
        visitor = self.enter(client, hub, room)
        visitor.task = self.spawn(
            client.subscribe(visitor.process.hub, room, anew=True, window=window)
        )
        return visitor

    @rule(target=visitors, past=pasts, hub=hubs, after=turns)
    def come_back(
        self, past: tuple[RoomId, RoomState], hub: int, after: int
    ) -> Visitor:
        room, state = past
        client = Client(copied(state))
        visitor = self.enter(client, hub, room)
        visitor.task = self.spawn(client.subscribe(visitor.process.hub, room))
        self.run(after)
        return visitor

    @rule(target=visitors, room=rooms, hub=hubs)
    def come_as_seed(self, room: RoomId, hub: int) -> Visitor:
        client = SeedClient()
        visitor = self.enter(client, hub, room)
        visitor.task = self.spawn(client.join(visitor.process.hub, room))
        self.run()
        visitor.heard_from = client.listener.unheard.seq
        return visitor

    @rule(target=visitors, slug=st.sampled_from(UNBORN), hub=hubs)
    def wait_for_a_room(self, slug: str, hub: int) -> Any:
        if slug in self.store.names:
            return multiple()
        client = Client()
        client.listener.name = slug
        visitor = self.enter(client, hub, None)
        visitor.task = self.spawn(visitor.process.hub.wait_for(slug, client.listener))
        return visitor

    @rule(slug=st.sampled_from(UNBORN), hub=hubs, after=turns)
    def give_birth(self, slug: str, hub: int, after: int) -> None:
        if slug in self.store.names:
            return
        room = RoomId(100 + UNBORN.index(slug))
        self.store.make(room, slug)
        for number, process in enumerate(self.processes):
            if number == hub:
                self.loop.call_soon(process.hub.heard_born, slug, room)
            elif slug in process.bell.names:
                process.rings.append(partial(process.hub.heard_born, slug, room))
        self.committed(hub, self.store.post(room))
        self.run(after)

    @rule(target=pasts, visitor=consumes(visitors))
    def go(self, visitor: Visitor) -> Any:
        """The connection is gone; the client keeps what it had."""
        return self.leave(visitor)

    @rule(target=pasts, visitor=visitors)
    def remember(self, visitor: Visitor) -> Any:
        """What a tab that will be thawed one day still believes."""
        return self.state_of(visitor) or multiple()

    @rule(visitor=visitors, after=turns)
    def stop_reading(self, visitor: Visitor, after: int) -> None:
        self.loop.call_soon(visitor.client.pause)
        self.run(after)

    @rule(visitor=visitors, after=turns)
    def read_again(self, visitor: Visitor, after: int) -> None:
        self.loop.call_soon(visitor.client.resume)
        self.run(after)

    # What goes wrong

    @rule(hub=hubs, pick=st.integers(0, 50), after=turns)
    def ring(self, hub: int, pick: int, after: int) -> None:
        if ringing := self.pick_ring(hub, pick):
            self.processes[hub].rings.remove(ringing)
            self.loop.call_soon(ringing)
            self.run(after)

    @rule(hub=hubs, pick=st.integers(0, 50), after=turns)
    def ring_twice(self, hub: int, pick: int, after: int) -> None:
        if ringing := self.pick_ring(hub, pick):
            self.loop.call_soon(ringing)
            self.run(after)

    @rule(hub=hubs, pick=st.integers(0, 50))
    def lose_a_ring(self, hub: int, pick: int) -> None:
        if ringing := self.pick_ring(hub, pick):
            self.processes[hub].rings.remove(ringing)

    @rule(hub=hubs)
    def go_deaf(self, hub: int) -> None:
        self.processes[hub].rings.clear()

    @rule(hub=hubs, after=turns)
    def sweep(self, hub: int, after: int) -> None:
        hub_ = self.processes[hub].hub
        self.spawn(hub_.sweep(hub_.warm_rooms()))
        self.run(after)

    @rule(hub=hubs, after=turns)
    def cool(self, hub: int, after: int) -> None:
        self.spawn(self.processes[hub].hub.cool())
        self.run(after)

    @rule(delay=st.integers(0, 8))
    def the_database_is_slow(self, delay: int) -> None:
        self.store.delay = delay

    @rule(room=rooms, number=st.integers(1, 4))
    def the_database_loses_its_last_commits(self, room: RoomId, number: int) -> None:
        """
        An older copy is put in its place.

        Not while somebody stands between two pages: a page leaves out what moved on
        beyond its end, and that is not to be had any more then.
        """
        halfway = any(
            isinstance(visitor.client, Client) and visitor.client.is_between_pages
            for visitor in self.present
        )
        if not halfway and not any(
            process.hub._catch_up._fills for process in self.processes
        ):
            self.store.lose(room, min(number, len(self.store.logs[room].lines) - 1))

    @rule(target=pasts, hub=hubs)
    def a_process_dies(self, hub: int) -> Any:
        process = self.processes[hub]
        gone = [v for v in self.present if v.process is process]
        kept = [self.state_of(visitor) for visitor in gone]
        for visitor in gone:
            if visitor.task is not None:
                visitor.task.cancel()
            visitor.client.closed()
            self.present.remove(visitor)
        self.loop.run_until_complete(process.hub.close())
        self.processes[hub] = self.new_process()
        return multiple(*[past for past in kept if past is not None])

    # What must hold

    @invariant()
    def nobody_saw_a_hole_or_a_change_twice(self) -> None:
        for visitor in self.present:
            if isinstance(visitor.client, Client):
                assert visitor.client.faults == []

    def teardown(self) -> None:
        try:
            if self.processes:
                self.calm_down()
                self.check_everybody()
                self.go_home()
        finally:
            self.loop.run_until_complete(self.end())
            self.loop.close()

    def calm_down(self) -> None:
        """Everybody reads again; what was lost is found by two sweeps."""
        self.store.delay = 0
        for visitor in self.present:
            self.loop.call_soon(visitor.client.resume)
        for _ in range(2):
            self.run()
            for process in self.processes:
                self.spawn(process.hub.sweep(process.hub.warm_rooms()))
        self.run()

    def check_everybody(self) -> None:
        for visitor in self.present:
            client = visitor.client
            assert not client.is_closed
            if isinstance(client, SeedClient):
                self.check_seed(visitor, client)
                continue
            room = visitor.room or self.store.names.get(client.listener.name or "")
            if room is not None:
                assert client.faults == []
                assert visible(client.state) == visible(self.seen_from(room, client))

    def seen_from(self, room: RoomId, client: Client) -> RoomState:
        """The stored room, as far back as the client has loaded it."""
        state = self.store.state(room)
        low = client.state.low
        loaded = {ref: m for ref, m in state.msgs.items() if m.seq >= low}
        return replace(state, msgs=loaded)

    def check_seed(self, visitor: Visitor, client: SeedClient) -> None:
        """It hears what is new, in order, and nothing twice; its wire has no more."""
        if self.store.has_lost:
            return
        heard = [int(body.split()[0]) for body in client.said]
        assert len(heard) == len(set(heard))
        assert visitor.room is not None
        stored = {m.seq for m in self.store.state(visitor.room).msgs.values()}
        assert {seq for seq in stored if seq > visitor.heard_from} <= set(heard)

    def go_home(self) -> None:
        for visitor in list(self.present):
            self.leave(visitor)
        self.run()
        for process in self.processes:
            self.spawn(process.hub.cool())
            self.run()
            hub = process.hub
            assert not hub._feeds
            assert not hub._waiting
            assert not hub._warming
            assert not hub._catch_up._fills
            assert not hub._crew
            assert not process.bell.rooms
            assert not process.bell.names
        for task in self.all_tasks:
            assert task.done()

    async def end(self) -> None:
        for process in self.processes:
            await process.hub.close()
        for task in self.all_tasks:
            task.cancel()
        await asyncio.gather(*self.all_tasks, return_exceptions=True)

    # How

    def new_process(self) -> Process:
        bell = StillBell()
        return Process(Hub(self.store, bell), bell)

    def enter(
        self, client: Client | SeedClient, hub: int, room: RoomId | None
    ) -> Visitor:
        process = self.processes[hub]
        client.on_lag = lambda: process.hub.lag(client.listener)
        client.on_drain = lambda: process.hub.unlag(client.listener)
        visitor = Visitor(client, process, room)
        self.present.append(visitor)
        return visitor

    def leave(self, visitor: Visitor) -> Any:
        if visitor not in self.present:
            return multiple()
        self.present.remove(visitor)
        # As a door does: the subscription's task first.
        if visitor.task is not None:
            visitor.task.cancel()
        visitor.process.hub.leave(visitor.client.listener)
        visitor.client.closed()
        return self.state_of(visitor) or multiple()

    def state_of(self, visitor: Visitor) -> tuple[RoomId, RoomState] | None:
        client = visitor.client
        if isinstance(client, SeedClient) or visitor.room is None:
            return None
        if client.is_between_pages:
            return None
        return visitor.room, copied(client.state)

    def committed(self, hub: int, batch: Batch) -> None:
        for number, process in enumerate(self.processes):
            if number == hub:
                self.loop.call_soon(process.hub.heard, batch)
            elif batch.room in process.bell.rooms:
                process.rings.append(self.as_ring(process.hub, batch))

    def as_ring(self, hub: Hub, batch: Batch) -> Callable[[], None]:
        # A large batch travels without its changes.
        if len(batch.changes) > 10:
            return partial(hub.heard_head, batch.room, batch.v)
        return partial(hub.heard, batch)

    def pick_ring(self, hub: int, pick: int) -> Callable[[], None] | None:
        rings = self.processes[hub].rings
        return rings[pick % len(rings)] if rings else None

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self.loop.create_task(work)
        self.all_tasks.append(task)
        return task

    def run(self, number: int | None = None) -> None:
        """Let the loop turn a number of times, or until nothing is left to do."""
        left = RESTLESS if number is None else number
        ready = self.loop._ready  # type: ignore[attr-defined]
        while left and ready:
            left -= 1
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()


def test_whatever_happens_everybody_ends_with_the_same_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Bounds so small that every story meets them.
    small = {
        catchup_module: {"PAGE": 3, "MAX_FILL": 15, "STALE_WAIT_S": 0},
        hub_module: {"RETRY_S": 0},
        feed_module: {"RING": 5, "PENDING": 4},
    }
    for module, bounds in small.items():
        for name, value in bounds.items():
            monkeypatch.setattr(module, name, value)

    run_state_machine_as_test(
        Town,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=os.environ.get("CI") == "true",
            suppress_health_check=list(HealthCheck),
        ),
    )
