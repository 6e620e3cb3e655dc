"""The hub: who listens, and what is heard."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from chat.core.errors import NotFound
from chat.core.frames import By, Eph, Ev, HeadFrame, ServerFrame, SyncPage
from chat.delivery import catchup, feed
from chat.delivery import hub as hub_module
from chat.delivery.feed import Listener, Wire
from tests.delivery.clients import Client, Recorder, SeedClient, visible
from tests.delivery.world import COZINHA, NOWHERE, SALA, World

ANA = By("u1", "Ana", "a1b2")


def _frame(payload: bytes) -> ServerFrame:
    frame: ServerFrame = msgspec.json.decode(payload, type=ServerFrame)
    return frame


# Reading


async def test_a_commit_reaches_everybody_without_a_read(world: World) -> None:
    clients = [await world.client() for _ in range(3)]
    seed = await world.seed()
    reads = len(world.store.reads)

    world.say("oi", "tudo bem?")

    assert len(world.store.reads) == reads
    assert [client.bodies() for client in clients] == [["oi", "tudo bem?"]] * 3
    assert seed.said == ["oi", "tudo bem?"]
    world.assert_all_told()


async def test_a_batch_is_encoded_once_for_everybody(world: World) -> None:
    clients = [await world.client() for _ in range(3)]

    world.say("oi")

    payloads = {id(client.payloads[-1]) for client in clients}
    assert len(payloads) == 1


async def test_a_short_absence_costs_no_read_of_the_log(world: World) -> None:
    """A deploy sends everybody away at once; they come back to the ring."""
    here, away = await world.client(), await world.client()
    world.hub.leave(away.listener)
    world.say(*map(str, range(20)))
    reads = len(world.store.reads)

    back = await world.client(away)

    assert len(world.store.reads) == reads
    assert world.hub.counters.ring_hits == 1
    assert back.bodies() == here.bodies()
    world.assert_all_told()


async def test_coming_back_twice_without_news_brings_nothing_twice(
    world: World,
) -> None:
    client = await world.client()
    world.say("oi")
    for _ in range(3):
        world.hub.leave(client.listener)
        client = await world.client(client)

    assert client.all_of(Ev) == []
    assert client.bodies() == ["oi"]


async def test_the_ring_does_not_know_another_history(world: World) -> None:
    client = await world.client()
    world.say("um", "dois")
    client.state.tok = "deadbeef"
    world.hub.leave(client.listener)

    back = await world.client(client)

    first = back.all_of(SyncPage)[0]
    assert isinstance(first, SyncPage)
    assert first.mode == "window"
    assert world.hub.counters.windows == 1


async def test_a_seed_client_hears_all_from_the_moment_its_socket_opened(
    world: World,
) -> None:
    """Between its handshake and its joining others have spoken."""
    world.say("antes")
    opened = world.store.logs[COZINHA].head
    world.say("entre", "e mais")
    seed = SeedClient()
    world.clients.append(seed)

    await world.hub.join_live(COZINHA, seed.listener, opened)
    world.say("depois")

    assert seed.said == ["entre", "e mais", "depois"]


async def test_a_longer_absence_is_read_from_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "RING", 3)
    monkeypatch.setattr(catchup, "PAGE", 4)
    away = await world.client()
    world.hub.leave(away.listener)
    await world.client()
    world.say(*map(str, range(10)))

    back = await world.client(away)

    pages = [page for page in back.all_of(SyncPage) if isinstance(page, SyncPage)]
    assert [page.more for page in pages] == [True, True, False]
    world.assert_all_told()


async def test_somebody_new_gets_the_newest_messages(world: World) -> None:
    world.say(*map(str, range(60)))

    client = await world.client(anew=True)

    assert client.bodies() == [str(n) for n in range(10, 60)]
    assert client.state.low == 11


async def test_a_cursor_from_the_future_is_counted(world: World) -> None:
    """It is how an operator learns that a backup was restored."""
    client = Client()
    client.state.pos, client.state.tok = 99, "00000063"
    world.clients.append(client)

    await client.subscribe(world.hub, COZINHA)

    assert world.hub.counters.future_cursors == 1
    world.assert_all_told()


async def test_a_room_that_is_not_there_is_not_found(world: World) -> None:
    for _ in range(2):
        with pytest.raises(NotFound):
            await Client().subscribe(world.hub, NOWHERE)
        with pytest.raises(NotFound):
            await SeedClient().join(world.hub, NOWHERE)
    await world.rest()

    assert NOWHERE not in world.bell.rooms


async def test_many_who_come_to_a_cold_room_share_one_look(world: World) -> None:
    await asyncio.gather(*[world.client() for _ in range(10)])

    assert world.store.reads.count("heads") == 1


# Names, typing, heads


async def test_who_waits_for_a_name_hears_the_room_from_its_birth(
    world: World,
) -> None:
    client = Client()
    client.listener.name = "sala"
    world.clients.append(client)
    await world.hub.wait_for("sala", client.listener)
    waiting = set(world.bell.names)
    world.store.make(SALA, "sala")
    world.store.post(SALA, "primeira")

    world.hub.heard_born("sala", SALA)
    await world.rest()

    assert waiting == {"sala"}
    assert world.bell.names == set()
    assert client.bodies() == ["primeira"]
    page = client.frames[0]
    assert isinstance(page, SyncPage)
    assert (page.room, page.name) == ("r2", "sala")


async def test_a_birth_nobody_heard_of_is_found_by_the_sweeper(world: World) -> None:
    client = Client()
    client.listener.name = "sala"
    world.clients.append(client)
    await world.hub.wait_for("sala", client.listener)
    world.store.make(SALA, "sala")

    await world.hub.sweep([])
    await world.rest()

    assert visible(client.state) == visible(world.store.state(SALA))


async def test_a_room_born_while_we_asked_is_served_at_once(world: World) -> None:
    world.store.make(SALA, "sala")
    client = Client()
    client.listener.name = "sala"
    world.clients.append(client)

    await world.hub.wait_for("sala", client.listener)
    await world.rest()

    assert client.state.pos == 1


async def test_who_left_before_the_birth_is_not_served(world: World) -> None:
    client = Client()
    client.listener.name = "sala"
    await world.hub.wait_for("sala", client.listener)
    world.hub.leave(client.listener)
    world.store.make(SALA, "sala")

    world.hub.heard_born("sala", SALA)
    await world.rest()

    assert client.frames == []


async def test_typing_is_told_to_small_rooms_only(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "TYPING_AUDIENCE", 2)
    clients = [await world.client() for _ in range(2)]
    world.hub.heard_typing(COZINHA, ANA)
    clients.append(await world.client())
    world.hub.heard_typing(COZINHA, ANA)
    world.hub.heard_typing(NOWHERE, ANA)

    told = [len(client.all_of(Eph)) for client in clients]
    assert told == [1, 1, 0]


async def test_typing_is_what_a_slow_client_does_without(world: World) -> None:
    client = await world.client()
    client.pause()

    world.hub.heard_typing(COZINHA, ANA)

    assert client.all_of(Eph) == []
    client.resume()


async def test_who_wants_the_head_alone_is_told_no_more(world: World) -> None:
    watcher = Recorder()
    listener = Listener(watcher, Wire.V1)
    await world.hub.follow_head(COZINHA, listener)

    world.say("oi")

    kinds = {type(_frame(payload)) for payload in watcher.payloads}
    assert kinds == {HeadFrame}
    world.hub.leave(listener)


async def test_who_wants_the_head_and_did_not_read_is_told_it_again(
    world: World,
) -> None:
    watcher = Recorder()
    listener = Listener(watcher, Wire.V1)
    await world.hub.follow_head(COZINHA, listener)
    watcher.is_lagging = True
    world.say("oi")
    before = len(watcher.payloads)

    watcher.is_lagging = False
    world.hub.unlag(listener)

    newest = _frame(watcher.payloads[-1])
    assert len(watcher.payloads) == before + 1
    assert isinstance(newest, HeadFrame)
    assert (newest.v, newest.seq) == (2, 1)
    world.hub.leave(listener)


async def test_nobody_follows_a_room_that_is_not_there(world: World) -> None:
    with pytest.raises(NotFound):
        await world.hub.follow_head(NOWHERE, Listener(Recorder(), Wire.V1))


# The audit


async def test_the_audit_finds_a_client_that_fell_behind(world: World) -> None:
    client = await world.client()
    world.say("um")
    assert not world.hub.needs_fix(client.listener, 2)
    world.say("dois")

    in_flight = world.hub.needs_fix(client.listener, 2)
    lost = world.hub.needs_fix(client.listener, 2)
    mended = world.hub.needs_fix(client.listener, 3)
    future = world.hub.needs_fix(client.listener, 9)

    assert (in_flight, lost, mended, future) == (False, True, False, True)


async def test_the_audit_leaves_alone_who_is_being_served(world: World) -> None:
    client = await world.client()
    client.pause()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    world.say("oi")

    assert not world.hub.needs_fix(client.listener, 1)
    assert not world.hub.needs_fix(Listener(client, Wire.V1), 1)
    client.resume()


# Forgetting


async def test_a_room_without_listeners_is_forgotten(world: World) -> None:
    client = await world.client()
    await world.hub.cool()
    kept = world.hub.warm_rooms()
    world.hub.leave(client.listener)

    await world.hub.cool()

    assert kept == [COZINHA]
    assert world.hub.warm_rooms() == []
    assert world.bell.rooms == set()


async def test_who_comes_while_a_room_is_forgotten_hears_it(world: World) -> None:
    client = await world.client()
    world.hub.leave(client.listener)

    cooling = asyncio.create_task(world.hub.cool())
    back = await world.client(client)
    await cooling

    assert COZINHA in world.bell.rooms
    world.say("oi")
    assert back.bodies() == ["oi"]


async def test_churn_leaves_nothing_behind(world: World) -> None:
    for n in range(60):
        client = await world.client(anew=n % 2 == 0)
        world.say(str(n))
        if n % 3:
            client.pause()
        world.hub.leave(client.listener)
        client.closed()
    await world.rest()
    await world.hub.cool()

    assert world.hub.warm_rooms() == []
