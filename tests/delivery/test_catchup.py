"""Catching up: rooms behind the log, and listeners behind their room."""

from __future__ import annotations

import asyncio

import pytest

from chat.core.errors import NotFound
from chat.core.frames import End, Ev, SyncPage
from chat.delivery import catchup, feed
from chat.delivery.feed import Listener, Wire
from chat.delivery.hub import Hub
from tests.delivery.clients import Client, Recorder, visible
from tests.delivery.fakes import MemoryStore, StillBell
from tests.delivery.world import COZINHA, SALA, World

# Gaps


async def test_a_gap_is_filled_by_one_read_however_many_listen(world: World) -> None:
    for _ in range(5):
        await world.client()
    reads = len(world.store.reads)
    world.store.posts(COZINHA, 3)

    for _ in range(4):
        world.hub.heard(world.store.post(COZINHA))
    await world.rest()

    assert len(world.store.reads) == reads + 1
    assert world.hub.counters.fills == 1
    world.assert_all_told()


async def test_a_ring_without_changes_is_read_from_the_log(world: World) -> None:
    client = await world.client()
    batch = world.store.posts(COZINHA, 3)

    world.hub.heard_head(COZINHA, batch.v)
    await world.rest()

    assert client.state.pos == batch.v
    world.assert_all_told()


async def test_an_old_ring_changes_nothing(world: World) -> None:
    client = await world.client()
    first = world.store.post(COZINHA)
    for batch in (first, world.store.post(COZINHA), first):
        world.hub.heard(batch)
    world.hub.heard_head(COZINHA, first.v)
    await world.rest()

    assert len(client.all_of(Ev)) == 2
    assert world.hub.counters.fills == 0


async def test_a_lost_ring_is_found_by_the_sweeper(world: World) -> None:
    client, seed = await world.client(), await world.seed()
    world.store.posts(COZINHA, 2)

    await world.hub.sweep(world.hub.warm_rooms())
    await world.rest()

    assert seed.said == ["1", "2"] == client.bodies()


async def test_a_process_that_slept_long_streams_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its clients missed they read themselves, each in its own time."""
    monkeypatch.setattr(catchup, "MAX_FILL", 10)
    clients = [await world.client() for _ in range(3)]
    seed = await world.seed()
    for _ in range(12):
        world.store.post(COZINHA)

    await world.hub.sweep([COZINHA])
    await world.rest()

    assert all(client.all_of(Ev) == [] for client in clients)
    assert seed.said == [str(n) for n in range(1, 13)]
    world.assert_all_told()
    world.say("agora")
    assert isinstance(clients[0].frames[-1], Ev)
    world.assert_all_told()


async def test_what_rings_while_a_room_warms_up_is_not_lost(world: World) -> None:
    """Its head was read before the commit, and the ring came before the head."""

    class Slow(MemoryStore):
        async def heads(self, rooms):  # type: ignore[no-untyped-def]
            heads = await super().heads(rooms)
            hub.heard(self.post(COZINHA))
            hub.heard_head(COZINHA, self.posts(COZINHA, 2).v)
            return heads

    store = Slow()
    store.make(COZINHA)
    hub = Hub(store, StillBell())
    client = Client()
    await client.subscribe(hub, COZINHA)

    await client.reaches(4)

    assert client.faults == []
    assert visible(client.state) == visible(store.state(COZINHA))
    await hub.close()


async def test_a_lost_suffix_of_the_log_sends_everybody_a_window(world: World) -> None:
    """A failover lost what we had shown: nobody keeps a message that is not there."""
    clients = [await world.client() for _ in range(2)]
    world.say("fica", "some")
    world.store.lose(COZINHA, 1)

    await world.hub.sweep([COZINHA])
    await world.rest()

    assert [client.bodies() for client in clients] == [["fica"]] * 2
    world.assert_all_told()


async def test_a_version_given_out_twice_sends_everybody_a_window(
    world: World,
) -> None:
    client = await world.client()
    world.say("some")
    world.store.lose(COZINHA, 1)
    world.store.post(COZINHA, "outra")

    await world.hub.sweep([COZINHA])
    await world.rest()

    assert client.bodies() == ["outra"]
    world.assert_all_told()


async def test_a_ring_that_follows_another_history_is_not_taken(world: World) -> None:
    client = await world.client()
    world.say("some")
    world.store.lose(COZINHA, 1)
    world.store.post(COZINHA, "outra")

    world.say("e mais uma")
    await world.rest()

    assert client.bodies() == ["outra", "e mais uma"]
    world.assert_all_told()


async def test_a_sweep_takes_no_commit_for_a_lost_one(world: World) -> None:
    """The room goes on while its head is read: that is no other history."""
    client = await world.client()
    read = world.store.read

    async def late(name, work):  # type: ignore[no-untyped-def]
        answer = await read(name, work)
        world.say("entretanto")
        return answer

    world.store.read = late  # type: ignore[method-assign]
    await world.hub.sweep([COZINHA])
    world.store.read = read  # type: ignore[method-assign]
    await world.rest()

    assert len(client.all_of(SyncPage)) == 1, "nobody was sent to the log"
    world.assert_all_told()


async def test_a_sweep_of_many_rooms_is_one_read(world: World) -> None:
    await world.client()
    other = Client()
    world.store.make(SALA, "sala")
    await other.subscribe(world.hub, SALA)
    reads = len(world.store.reads)

    await world.hub.sweep(world.hub.warm_rooms())

    assert len(world.store.reads) == reads + 1
    world.hub.leave(other.listener)


async def test_a_room_that_was_deleted_ends(world: World) -> None:
    client, watcher = await world.client(), Recorder()
    listener = Listener(watcher, Wire.V1)
    await world.hub.follow_head(COZINHA, listener)
    del world.store.logs[COZINHA]

    await world.hub.sweep([COZINHA])
    await world.rest()

    assert client.frames[-1] == End(room="r1", code="not_found")
    assert b'"end"' in watcher.payloads[-1]
    assert world.hub.warm_rooms() == []
    world.hub.leave(listener)


async def test_a_ring_of_what_is_not_there_ends_after_one_read(world: World) -> None:
    await world.client()
    reads = len(world.store.reads)

    world.hub.heard_head(COZINHA, 10**6)
    await world.rest()

    assert len(world.store.reads) == reads + 1


async def test_a_room_that_goes_while_it_is_read_ends(world: World) -> None:
    """For those who listen by a word, for those who come by an error."""
    client, late = await world.client(), Client()
    world.store.posts(COZINHA, 2)
    gone = world.store.logs.pop(COZINHA)

    world.hub.heard_head(COZINHA, gone.head.at.v)
    with pytest.raises(NotFound):
        await late.subscribe(world.hub, COZINHA, anew=True)
    await world.rest()

    assert client.frames[-1] == End(room="r1", code="not_found")


async def test_a_cursor_ahead_of_a_log_that_lost_it_gets_a_window(
    world: World,
) -> None:
    """The process never saw the end of the history that the client has seen."""
    world.say("fica")
    await world.client()
    lost = world.store.post(COZINHA, "some")
    late = Client()
    late.state.pos, late.state.tok = lost.v, lost.tok
    world.clients.append(late)
    world.store.lose(COZINHA, 1)

    await late.subscribe(world.hub, COZINHA)

    world.assert_all_told()


async def test_a_client_of_the_new_history_meets_a_hub_of_the_old(
    world: World,
) -> None:
    """Same number, other token: the log has the word, for the hub too."""
    old = await world.client()
    world.say("some")
    world.store.lose(COZINHA, 1)
    new = world.store.post(COZINHA, "outra")
    client = Client(world.store.state(COZINHA))
    world.clients.append(client)
    assert client.at == (new.v, new.tok)

    await client.subscribe(world.hub, COZINHA)
    await world.rest()

    assert old.bodies() == ["outra"]
    world.assert_all_told()


# Clients that do not read


async def test_who_does_not_read_gets_nothing_more_and_then_all(world: World) -> None:
    reader, phone = await world.client(), await world.client()
    world.say("antes")
    phone.pause()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    written = len(phone.payloads)

    world.say(*map(str, range(50)))
    stopped = len(phone.payloads)
    phone.resume()
    await world.rest()

    assert stopped == written
    assert len(reader.all_of(Ev)) == 51
    assert world.hub.counters.lagged == 1
    world.assert_all_told()


async def test_who_stops_reading_in_the_middle_of_a_broadcast_misses_nothing(
    world: World,
) -> None:
    """The write that fills the pipe is the one that makes it stop."""

    class Narrow(Client):
        def came(self, payload: bytes) -> None:
            super().came(payload)
            if len(self.payloads) % 5 == 0:
                self.pause()

    narrow = Narrow()
    world.clients.append(narrow)
    await world.client()
    await narrow.subscribe(world.hub, COZINHA)

    for n in range(40):
        world.say(str(n))
        await asyncio.sleep(0)
        if n % 7 == 0:
            narrow.resume()
    while narrow.is_lagging:
        narrow.resume()
        await world.rest()
    await world.rest()

    world.assert_all_told()


async def test_a_seed_client_that_did_not_read_hears_each_message_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catchup, "PAGE", 3)
    monkeypatch.setattr(feed, "RING", 2)
    seed = await world.seed()
    world.say("antes")
    seed.pause()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    world.say(*map(str, range(10)))
    world.hub.heard(world.store.edit(COZINHA, 2, "editada"))
    seed.resume()
    await world.rest()
    world.say("depois")

    assert sorted(seed.said) == sorted(
        ["antes", *(str(n) for n in range(1, 10)), "editada", "depois"]
    )


async def test_a_client_that_left_while_it_lagged_is_not_served_again(
    world: World,
) -> None:
    client = await world.client()
    client.pause()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    world.say("oi")
    client.resume()
    world.hub.leave(client.listener)
    await world.rest()

    world.say("tchau")

    assert client.bodies() == []


async def test_more_than_fits_is_collected_by_reading_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PENDING", 3)
    monkeypatch.setattr(feed, "RING", 3)
    world.say(*map(str, range(5)))
    await world.client()
    slow = Client()
    world.clients.append(slow)
    slow.pause()
    catching_up = asyncio.create_task(slow.subscribe(world.hub, COZINHA))
    await slow.until(lambda: bool(slow.frames))

    world.say(*map(str, range(10)))
    slow.resume()
    await catching_up

    world.assert_all_told()
