"""Two workers, PostgreSQL and Redis: one town, whatever breaks between the houses."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from itertools import count

import pytest
import redis.asyncio as aioredis

from chat.core.frames import Eph, Ev, Msg, Ok, Sub, SyncPage, Typing
from tests.client import Guest, Visit
from tests.processes.conftest import Town, people, verdict
from tests.processes.workers import one_on_each, replaced, spread, worker_of
from tests.resuming import Client

pytestmark = [pytest.mark.processes, pytest.mark.timeout(90)]

#: What is missed must be made up within this: a sweep each 2 s, and a slow machine.
REPAIR_S = 6.0

_rooms = count(1)


def bodies(frame: Ev | SyncPage) -> list[str]:
    return [change.body for change in frame.c if isinstance(change, Msg)]


@pytest.fixture
def sala() -> str:
    return f"sala-{next(_rooms)}"


@pytest.fixture
async def visit(town: Town) -> AsyncIterator[Visit]:
    async with Visit(town.product.url) as visit:
        yield visit


@pytest.fixture
async def guests(town: Town) -> list[Guest]:
    return await people(town.product, 4)


class Talk:
    """Four clients on both workers, who talk until told to stop."""

    def __init__(self, town: Town, guests: list[Guest], room: str) -> None:
        self.town, self.room = town, room
        self.clients = [Client(town.product.url, guest, [room]) for guest in guests]
        self.repair_s = 0.0
        self._task: asyncio.Task[None] | None = None
        self._said = 0

    async def __aenter__(self) -> "Talk":
        for client in self.clients:
            await client.__aenter__()
        await spread(self.town.product, self.clients)
        self._task = asyncio.create_task(self._go_on())
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait([self._task])
        if kind is None:
            await self._finish()
        for client in self.clients:
            await client.__aexit__()

    async def more(self, how_many: int) -> None:
        """Wait until so many more messages have reached everybody."""
        goal = self._said + how_many
        for client in self.clients:
            await client.holds(self.room, goal, 30)

    async def aside(self, client: Client, how_many: int) -> None:
        """Let one write so many more on their own, until they are stored."""
        for number in range(how_many):
            client.post(self.room, f"à parte {number}")
        self._said += how_many
        await client.settled()

    async def _go_on(self) -> None:
        while True:
            for client in self.clients:
                client.post(self.room, str(self._said))
                self._said += 1
            for client in self.clients:
                await client.until(lambda c=client: len(c.outbox) < 10, 30)  # type: ignore[misc]
            await self._next()

    async def _next(self) -> None:
        """Wait until everybody has what the first one has: how long did it take?"""
        held = len(self.clients[0].state[self.room].msgs)
        begun = time.monotonic()
        for client in self.clients:
            await client.holds(self.room, held, 30)
        self.repair_s = max(self.repair_s, time.monotonic() - begun)

    async def _finish(self) -> None:
        for client in self.clients:
            await client.settled(30)
        for client in self.clients:
            await client.holds(self.room, self._said, 30)
        verdict(self.town.product, self.room, self.clients)


async def test_a_room_spans_the_workers(
    town: Town, visit: Visit, guests: list[Guest], sala: str
) -> None:
    """Born on one worker while somebody waits for it on the other."""
    ana, bia = guests[:2]
    here, there = await one_on_each(town.product, lambda: visit.line(ana))
    answer = await there.ask(Sub(id=50, name=sala))
    assert isinstance(answer, Ok)

    await here.send(name=sala, body="oi do outro lado")
    page = await there.take(SyncPage)
    told = bodies(page)
    while not told:
        told = bodies(await there.take(Ev))
    await here.sub(page.room)
    await there.send(room=page.room, body="oi de volta")
    back = await here.take(Ev)
    await here.say(Typing(room=page.room))
    typing = await there.take(Eph)

    assert told == ["oi do outro lado"]
    assert bodies(back) == ["oi de volta"]
    assert typing.by.id == ana.id
    assert bia.id != ana.id


async def test_the_tutorials_clients_meet_across_the_workers(
    town: Town, visit: Visit, sala: str
) -> None:
    here, there = await one_on_each(town.product, lambda: visit.seed(sala))
    await here.entered()
    await there.entered()

    await here.say("alô")
    await there.hear()
    await there.say("alô alô")

    assert [await here.hear(), await here.hear()] == ["alô", "alô alô"]


async def test_to_come_back_to_the_other_worker_costs_nothing(
    town: Town, visit: Visit, guests: list[Guest], sala: str
) -> None:
    """Elsewhere reliable resume worked on the same node only."""
    here, there = await one_on_each(town.product, lambda: visit.line(guests[0]))
    room = (await here.send(name=sala, body="0")).room
    assert room is not None
    page = await here.sub(room)
    for number in range(1, 31):
        await here.send(room=room, body=str(number))

    delta = await there.sub(room, since=(page.to, page.tok))

    missed = bodies(delta)
    while len(missed) < 30:
        missed += bodies(await there.take(Ev))
    assert delta.mode == "delta"
    assert missed == [str(number) for number in range(1, 31)]


async def test_redis_dies_and_comes_back_and_nobody_misses_a_word(
    town: Town, guests: list[Guest], sala: str
) -> None:
    """The bell is lossy by contract: who hears nothing reads the log instead."""
    async with Talk(town, guests, sala) as talk:
        await talk.more(20)
        town.redis.kill9()
        try:
            await talk.more(60)
        finally:
            await asyncio.to_thread(town.redis.start)
        await talk.more(60)

    assert talk.repair_s < REPAIR_S


@pytest.mark.parametrize(
    "command",
    ["FLUSHALL", "CLIENT KILL TYPE pubsub", "CLIENT KILL TYPE normal", "SCRIPT FLUSH"],
)
async def test_redis_forgets_or_hangs_up_and_nobody_misses_a_word(
    town: Town, guests: list[Guest], sala: str, command: str
) -> None:
    """A subscription that is gone does not say so; the process hears it from itself."""
    async with Talk(town, guests, sala) as talk:
        await talk.more(20)
        async with aioredis.from_url(town.redis.url) as client:
            await client.execute_command(*command.split())  # type: ignore[no-untyped-call]
        await talk.more(60)

    assert talk.repair_s < REPAIR_S


async def test_s24_who_reaches_redis_can_read_but_not_write(
    town: Town, visit: Visit, guests: list[Guest], sala: str
) -> None:
    """A forged ring shows nothing, and the room goes on (R-47)."""
    here, there = await one_on_each(town.product, lambda: visit.line(guests[0]))
    room = (await here.send(name=sala, body="0")).room
    assert room is not None
    await there.sub(room)
    heard: list[tuple[bytes, bytes]] = []

    async with (
        aioredis.from_url(town.redis.url) as client,
        client.pubsub() as taps,
    ):
        await taps.psubscribe("*")
        await here.send(room=room, body="verdade")
        async with asyncio.timeout(10):
            async for message in taps.listen():
                if message["type"] == "pmessage" and b"verdade" in message["data"]:
                    heard.append((message["channel"], message["data"]))
                    break
        [(channel, data)] = heard
        for forged in (
            data.replace(b"verdade", b"mentira"),
            b"",
            b"\x00" * 99,
            data[:9],
        ):
            await client.publish(channel, forged)
    await here.send(room=room, body="fim")

    said: list[str] = []
    while not said or said[-1] != "fim":
        said += bodies(await there.take(Ev))
    assert said == ["verdade", "fim"]


async def test_postgresql_restarts_and_every_message_finds_its_way(
    town: Town, guests: list[Guest], sala: str
) -> None:
    """Nobody knows then what was stored; the nonce does."""
    async with Talk(town, guests, sala) as talk:
        await talk.more(20)
        await asyncio.to_thread(town.postgres.stop)
        await asyncio.to_thread(town.postgres.start)
        await talk.more(40)


async def test_a_worker_dies_and_its_people_go_on_with_the_other(
    town: Town, guests: list[Guest], sala: str
) -> None:
    async with Talk(town, guests, sala) as talk:
        await talk.more(20)
        victim = worker_of(town.product, talk.clients[0])
        os.kill(victim, signal.SIGKILL)
        await talk.more(60)
        await replaced(town.product, victim)


async def test_a_worker_that_is_stopped_for_a_while_catches_up(
    town: Town, guests: list[Guest], sala: str
) -> None:
    """A laptop's lid, a full disk, a debugger: it wakes up and reads what it missed."""
    async with Talk(town, guests, sala) as talk:
        await talk.more(20)
        sleeper = worker_of(town.product, talk.clients[0])
        awake = next(c for c in talk.clients if worker_of(town.product, c) != sleeper)
        os.kill(sleeper, signal.SIGSTOP)
        try:
            await talk.aside(awake, 30)
        finally:
            os.kill(sleeper, signal.SIGCONT)
        await talk.more(40)
