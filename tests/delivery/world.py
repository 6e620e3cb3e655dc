"""A hub with its store and bell in memory, and the clients that came to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from chat.core.ids import RoomId
from chat.delivery.hub import Hub
from tests.delivery.clients import Client, SeedClient, visible
from tests.delivery.fakes import MemoryStore, StillBell

COZINHA, SALA, NOWHERE = RoomId(1), RoomId(2), RoomId(9)


class World:
    """A hub, its store and its bell; and the clients that came."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.bell = StillBell()
        self.hub = Hub(self.store, self.bell)
        self.store.make(COZINHA, "cozinha")
        self.clients: list[Client | SeedClient] = []

    async def client(self, past: Client | None = None, *, anew: bool = False) -> Client:
        """A client of the cozinha, live: from the start, or where another one stood."""
        client = Client(past.state if past else None)
        self.clients.append(client)
        await client.subscribe(self.hub, COZINHA, anew=anew)
        return client

    async def seed(self) -> SeedClient:
        client = SeedClient()
        self.clients.append(client)
        await client.join(self.hub, COZINHA)
        return client

    def say(self, *bodies: str) -> None:
        """Each a commit of this process."""
        for body in bodies:
            self.hub.heard(self.store.post(COZINHA, body))

    async def rest(self) -> None:
        """Until nothing is left to do."""
        while len(self.hub._crew):
            await asyncio.gather(*self.hub._crew._tasks, return_exceptions=True)

    def assert_all_told(self) -> None:
        for client in self.clients:
            if isinstance(client, Client) and not client.listener.has_left:
                assert client.faults == []
                assert visible(client.state) == visible(self.store.state(COZINHA))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    yield world
    for client in world.clients:
        world.hub.leave(client.listener)
        client.closed()
    await world.rest()
    await world.hub.cool()
    hub = world.hub
    assert not hub._feeds
    assert not hub._warming
    assert not hub._waiting
    assert not hub._catch_up._fills
    assert not hub._crew
    assert (world.bell.rooms, world.bell.names) == (set(), set())
    await hub.close()
