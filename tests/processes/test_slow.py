"""Clients that do not read, or do not speak: they cost little, and not for ever."""

import asyncio
import contextlib
import json
import select
import time
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import pytest

from chat.core.fold import RoomState, fold_ev, fold_sync
from chat.core.frames import Ev, Msg, ServerFrame, SyncPage
from tests.client import Line, Visit
from tests.processes.conftest import people, stored
from tests.processes.workers import resident_bytes
from tests.realtime.serving import TEXT, Peer, frame
from tests.services import Product

pytestmark = [pytest.mark.processes, pytest.mark.timeout(150)]

ROOM = "cozinha"
READERS = 10
# Fewer than make a window of what was missed.
MESSAGES = 900
LETTERS = 3900
MIB = 1024 * 1024

_frames: msgspec.json.Decoder[ServerFrame] = msgspec.json.Decoder(ServerFrame)


@dataclass(slots=True)
class Flood:
    """What happened while some did not read."""

    product: Product
    peers: list[Peer]
    silent: Peer
    begun: float
    slowest_s: float
    grown_bytes: int
    #: What the first of them got when it read on.
    read: list[Ev | SyncPage]


@pytest.fixture(scope="module")
def flood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flood]:
    """Ten readers stop; others talk for a while as if nothing was."""
    product = Product(tmp_path_factory.mktemp("slow") / "data", {"LIMITS": "off"})
    with contextlib.ExitStack() as stack:
        stack.callback(product.kill9)
        product.start()
        silent = stack.enter_context(Peer(product.port)).join("/ws/v1")
        begun = time.monotonic()
        peers = [
            stack.enter_context(Peer(product.port, receive_buffer=4096))
            for _ in range(READERS)
        ]
        slowest_s, grown = asyncio.run(_talk(product, peers))
        read = _read_on(peers[0])
        yield Flood(product, peers, silent, begun, slowest_s, grown, read)


async def _talk(product: Product, peers: list[Peer]) -> tuple[float, int]:
    async with Visit(product.url) as visit:
        ana, bia = await people(product, 2)
        speaker, listener = await visit.line(ana), await visit.line(bia)
        room = (await speaker.send(name=ROOM, body="0")).room
        await listener.sub(room)
        for peer in peers:
            peer.join("/ws/v1")
            _say(peer, {"t": "hello", "id": 1, "v": 1})
            _say(peer, {"t": "sub", "id": 2, "name": ROOM})
            while _read(peer, SyncPage) is None:
                pass
        before = resident_bytes(product.pid)
        most = before
        slowest_s = 0.0
        for number in range(1, MESSAGES):
            begun = time.monotonic()
            await speaker.send(room=room, body=f"{number} " + "x" * LETTERS)
            await _hear(listener)
            slowest_s = max(slowest_s, time.monotonic() - begun)
            most = max(most, resident_bytes(product.pid)) if number % 50 == 0 else most
        return slowest_s, most - before


def _read_on(peer: Peer) -> list[Ev | SyncPage]:
    read: list[Ev | SyncPage] = []
    left = MESSAGES - 1
    while left:
        opcode, payload = peer.read()
        assert opcode != -1, "the server gave up a reader that reads"
        found = _frames.decode(payload) if opcode == TEXT else None
        if isinstance(found, Ev | SyncPage):
            read.append(found)
            left -= sum(isinstance(change, Msg) for change in found.c)
    return read


async def _hear(listener: Line) -> None:
    await listener.take(Ev)


def _say(peer: Peer, what: dict[str, object]) -> None:
    peer.send(frame(json.dumps(what).encode()))


def _read(peer: Peer, kind: type[ServerFrame]) -> ServerFrame | None:
    opcode, payload = peer.read()
    assert opcode == TEXT
    found = _frames.decode(payload)
    return found if isinstance(found, kind) else None


def test_readers_that_stop_hold_nobody_back(flood: Flood) -> None:
    """Elsewhere one slow reader made a whole room wait, or the process swell."""
    assert flood.slowest_s < 2.0


def test_readers_that_stop_cost_little_memory(flood: Flood) -> None:
    """Unbounded, they would hold all that the room said."""
    said_bytes = READERS * MESSAGES * LETTERS

    assert said_bytes > 30 * MIB
    assert flood.grown_bytes < 15 * MIB


def test_a_reader_that_goes_on_reading_gets_everything_in_order(flood: Flood) -> None:
    """Lag, don't drop: what was not written to it comes from the log."""
    first = flood.read[0]
    assert isinstance(first, Ev)
    state = RoomState(pos=first.pv)
    for got in flood.read:
        if isinstance(got, Ev):
            assert got.pv == state.pos, "a hole"
            fold_ev(state, got)
        else:
            assert (got.mode, got.from_) == ("delta", state.pos)
            fold_sync(state, got)

    rows = [row.body for row in stored(flood.product, ROOM)][1:]
    told = sorted(state.msgs.values(), key=lambda m: m.seq)
    assert [m.body for m in told] == rows


async def test_a_tutorials_client_that_goes_on_reading_misses_nothing_either(
    flood: Flood,
) -> None:
    """Its page never reconnects and cannot ask: the server must bring it all."""
    async with Visit(flood.product.url) as visit:
        [caio] = await people(flood.product, 1)
        speaker = await visit.line(caio)
        room = (await speaker.send(name="varanda", body="0")).room
        with Peer(flood.product.port, receive_buffer=4096) as peer:
            peer.join("/ws/chat/varanda/")
            peer.send(frame(b'{"mensagem": "entrei"}'))
            assert json.loads(peer.read()[1])["mensagem"] == "entrei"
            for number in range(1500):
                await speaker.send(room=room, body=f"{number} " + "x" * 600)

            told = await asyncio.to_thread(_hear_all, peer, 1500)

    assert told == list(range(1500))


def _hear_all(peer: Peer, how_many: int) -> list[int]:
    told: list[int] = []
    while len(told) < how_many:
        opcode, payload = peer.read()
        if opcode == -1:
            break
        if opcode == TEXT:
            told.append(int(json.loads(payload)["mensagem"].split()[0]))
    return told


def test_a_reader_that_never_reads_again_is_given_up(flood: Flood) -> None:
    """Thirty seconds without a byte taken; what the kernel holds for it goes too."""
    poll = select.poll()
    # No kind of news but the end of the connection: that is always told.
    poll.register(flood.peers[-1].sock, 0)

    assert poll.poll(75_000) != []
    assert time.monotonic() - flood.begun < 110


def test_whoever_says_no_hello_is_let_go_after_ten_seconds(flood: Flood) -> None:
    flood.silent.sock.settimeout(20)

    code, _ = flood.silent.closed()

    assert code == 4500
    assert time.monotonic() - flood.begun >= 9
