"""The delivery of whole processes: real log, real layer, real database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pytest_django import Settings

from chat import db
from chat.actions.rooms import find_or_make, named
from chat.actions.speaker import Speaker
from chat.core import codec_v1
from chat.core.errors import Close
from chat.core.frames import Bye, Eph, Ev
from chat.core.ids import RoomId
from chat.core.packets import Packet
from chat.core.values import Posted
from chat.delivery import house as houses
from chat.delivery.feed import Wire
from chat.delivery.house import House
from chat.log import commit, trim
from chat.models import Change, Nonce, Room
from tests.cast import a_post, say_all
from tests.delivery.clients import Client, Recorder, SeedClient, visible
from tests.fold_check import fresh_state


async def say(house: House, room: RoomId, who: Speaker, body: str = "oi") -> Posted:
    posted = await house.log.append(a_post(room, who, body))
    assert isinstance(posted, Posted)
    return posted


async def test_what_one_process_stores_the_other_tells_at_once(
    house: House, neighbour: House, cozinha: RoomId, ana: Speaker
) -> None:
    here, there, seed = Client(), Client(), SeedClient()
    await here.subscribe(house.hub, cozinha, anew=True)
    await there.subscribe(neighbour.hub, cozinha, anew=True)
    await seed.join(neighbour.hub, cozinha)

    posted = await say(house, cozinha, ana)
    await there.reaches(posted.v)
    await seed.until(lambda: bool(seed.said))

    assert visible(here.state) == visible(there.state)
    assert seed.said == ["oi"]
    assert len(there.all_of(Ev)) == 1
    assert neighbour.hub.counters.fills == 0, "the ring brought the changes along"


async def test_the_writer_has_its_answer_before_the_room_hears(
    house: House, cozinha: RoomId, ana: Speaker
) -> None:
    acked: list[bool] = []

    class Watching(Client):
        def came(self, payload: bytes) -> None:
            super().came(payload)
            acked.append(answer.done())

    client = Watching()
    answer = house.log.append(a_post(cozinha, ana))
    await client.subscribe(house.hub, cozinha)
    await answer
    answer = house.log.append(a_post(cozinha, ana))
    told = len(client.frames)
    await client.until(lambda: len(client.frames) > told)

    assert acked[-1]


async def test_two_processes_that_talk_at_once_tell_one_story(
    house: House, neighbour: House, cozinha: RoomId, ana: Speaker, bia: Speaker
) -> None:
    clients = [Client() for _ in range(4)]
    for number, client in enumerate(clients):
        hub = (house, neighbour)[number % 2].hub
        await client.subscribe(hub, cozinha, anew=True)

    said = await asyncio.gather(
        *[
            say(where, cozinha, who, f"{who.person.name} {n}")
            for n in range(40)
            for where, who in ((house, ana), (neighbour, bia))
        ]
    )
    newest = max(posted.v for posted in said)
    for client in clients:
        await client.reaches(newest)

    fresh = await fresh_state(cozinha)
    for client in clients:
        assert client.faults == []
        assert visible(client.state) == visible(fresh)


async def test_a_commit_that_never_rang_is_found_by_the_sweeper(
    house: House,
    cozinha: RoomId,
    ana: Speaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another process was killed between its commit and its ring."""
    client = Client()
    await client.subscribe(house.hub, cozinha, anew=True)
    monkeypatch.setattr(houses, "SUSPECT_SWEEP_S", 0.01)
    monkeypatch.setattr(houses, "SWEEP_S", 0.01)

    outcome = await db.in_writer(say_all, cozinha, ana, "um", "dois")
    house.bell.suspected.set()
    await client.reaches(outcome.batches[0].v)

    assert client.faults == []
    assert client.bodies() == ["um", "dois"]


async def test_the_sweeper_outlives_whatever_it_meets(
    house: House,
    cozinha: RoomId,
    ana: Speaker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = Client()
    await client.subscribe(house.hub, cozinha, anew=True)
    monkeypatch.setattr(houses, "SUSPECT_SWEEP_S", 0.01)
    monkeypatch.setattr(houses, "SWEEP_S", 0.01)
    stumbled = asyncio.Event()

    async def stumble(_rooms: list[RoomId]) -> None:
        stumbled.set()
        undo.undo()
        raise KeyError("a fault of ours")

    undo = pytest.MonkeyPatch()
    undo.setattr(house.hub, "sweep", stumble)
    house.bell.suspected.set()
    await stumbled.wait()
    outcome = await db.in_writer(say_all, cozinha, ana, "oi")
    await client.reaches(outcome.batches[0].v)

    assert "sweep failed by a fault of ours" in caplog.text


async def test_very_many_rooms_are_swept_slice_by_slice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(houses, "SWEEP_ROOMS", 3)
    monkeypatch.setattr(houses, "SUSPECT_SWEEP_S", 0.001)
    monkeypatch.setattr(houses, "SWEEP_S", 0.001)
    rooms = [RoomId(n) for n in range(1, 8)]
    swept: list[list[RoomId]] = []
    enough = asyncio.Event()

    async def sweep(some: list[RoomId]) -> None:
        swept.append(some)
        if len(swept) == 5:
            enough.set()

    monkeypatch.setattr(house.hub, "warm_rooms", lambda: list(rooms))
    monkeypatch.setattr(house.hub, "sweep", sweep)
    house.bell.suspected.set()
    await enough.wait()

    assert all(len(some) == 3 for some in swept)
    assert set().union(*swept[:3]) == set(rooms)


async def test_a_room_born_in_one_process_is_heard_in_the_other(
    house: House, neighbour: House, ana: Speaker
) -> None:
    client = Client()
    client.listener.name = "reunião"
    await neighbour.hub.wait_for("reunião", client.listener)

    room = await find_or_make(house, ana, named("Reunião"))
    posted = await say(house, room, ana, "primeira")
    await client.reaches(posted.v)

    assert client.faults == []
    assert client.bodies() == ["primeira"]
    assert client.state.room is not None
    assert client.state.room.shown == "Reunião"


async def test_two_processes_make_one_room(
    house: House, neighbour: House, ana: Speaker, bia: Speaker
) -> None:
    rooms = await asyncio.gather(
        find_or_make(house, ana, named("sala nova")),
        find_or_make(neighbour, bia, named("Sala Nova")),
    )

    assert rooms[0] == rooms[1]
    assert await db.in_db(Room.objects.count) == 1


async def test_typing_is_heard_by_the_other_process_and_stored_nowhere(
    house: House, neighbour: House, cozinha: RoomId, ana: Speaker
) -> None:
    client = Client()
    await client.subscribe(neighbour.hub, cozinha, anew=True)
    before = client.state.pos

    house.bell.ring_typing(cozinha, ana.by())
    await client.until(lambda: bool(client.all_of(Eph)))

    assert client.state.pos == before


async def test_a_process_that_ends_says_goodbye_to_each_client_in_its_language(
    house: House,
) -> None:
    page, seed, mailbox = Recorder(), Recorder(), Recorder()
    for outlet, wire in ((page, Wire.V1), (seed, Wire.SEED), (mailbox, Wire.V1)):
        house.opened(outlet, wire)
    house.closed(mailbox)

    await house.drain(5)

    (payload,) = page.payloads
    assert payload == codec_v1.encode(Bye(4000, _retry_ms(payload)))
    # One client alone need not wait as a herd must.
    assert 0 <= _retry_ms(payload) < 2000
    assert seed.payloads == []
    assert page.close_code == seed.close_code == Close.DRAINING
    assert mailbox.close_code is None
    assert house.is_draining


async def test_one_that_is_gone_already_keeps_nobody_from_its_goodbye(
    house: House,
) -> None:
    class Gone(Recorder):
        async def close(self, code: Close) -> None:
            raise ConnectionResetError

    class Stuck(Recorder):
        async def close(self, code: Close) -> None:
            await asyncio.Event().wait()

    polite = Recorder()
    for outlet in (Gone(), Stuck(), polite):
        house.opened(outlet, Wire.V1)

    await house.drain(0.05)

    assert polite.close_code == Close.DRAINING


async def test_acks_of_what_is_being_stored_go_out_before_the_goodbye(
    house: House, cozinha: RoomId, ana: Speaker
) -> None:
    client = Recorder()
    house.opened(client, Wire.V1)
    answer = house.log.append(a_post(cozinha, ana))
    answer.add_done_callback(lambda _: client.write(Packet(b'"ok"')))

    await house.drain(5)

    assert client.payloads[0] == b'"ok"'
    assert b'"bye"' in client.payloads[1]


async def test_one_house_a_process_and_a_new_one_after_it_ended(
    house: House, settings: Settings
) -> None:
    same = await asyncio.gather(*[houses.current() for _ in range(3)])
    await houses.stop()
    other = await houses.current()

    assert all(each is house for each in same)
    assert other is not house
    assert other.epoch == house.epoch


async def test_a_house_that_stopped_leaves_no_task(
    house: House, cozinha: RoomId, ana: Speaker
) -> None:
    client = Client()
    await client.subscribe(house.hub, cozinha, anew=True)
    await say(house, cozinha, ana)
    client.closed()

    await houses.stop()

    ours = [task for task in asyncio.all_tasks() if "chat" in str(task.get_coro())]
    assert ours == []


async def test_a_flushed_bell_loses_no_message(
    house: House, neighbour: House, cozinha: RoomId, ana: Speaker
) -> None:
    """The layer forgets every group: rings pass by unheard until it is noticed."""
    client = Client()
    await client.subscribe(neighbour.hub, cozinha, anew=True)
    await neighbour.bell._layer.flush()
    commit_there = await db.in_writer(commit, [a_post(cozinha, ana, "no escuro")])

    neighbour.bell._suspect()
    await client.reaches(commit_there.batches[0].v)

    assert client.bodies() == ["no escuro"]


async def test_rooms_without_listeners_are_forgotten_in_time(
    house: House, cozinha: RoomId, monkeypatch: pytest.MonkeyPatch
) -> None:
    cooled = asyncio.Event()
    monkeypatch.setattr(houses, "COOL_S", 0.01)
    monkeypatch.setattr(house.bell, "leave", _telling(cooled))
    client = Client()
    await client.subscribe(house.hub, cozinha, anew=True)
    house.hub.leave(client.listener)

    house._crew.spawn(house._cool())
    await cooled.wait()

    assert house.hub.warm_rooms() == []


async def test_old_lines_and_nonces_are_forgotten_in_time(
    house: House, cozinha: RoomId, ana: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(house, cozinha, ana)
    monkeypatch.setattr(houses, "TRIM_S", 0.01)
    monkeypatch.setattr(trim, "KEEP_LOG_MS", -1000)
    monkeypatch.setattr(trim, "KEEP_NONCES_MS", -1000)

    house._crew.spawn(house._trim())
    async with asyncio.timeout(10):
        while await db.in_db(Nonce.objects.count):  # noqa: ASYNC110
            await asyncio.sleep(0)

    assert await db.in_db(Change.objects.filter(room=cozinha).count) == 1


async def test_a_drain_without_a_house_is_none() -> None:
    await houses.drain(1)


def _telling(event: asyncio.Event) -> Callable[[RoomId], Awaitable[None]]:
    async def leave(_room: RoomId) -> None:
        event.set()

    return leave


def _retry_ms(payload: bytes) -> int:
    return int(payload.rpartition(b":")[2].rstrip(b"}"))
