"""A warm room: one step at a time, and what it remembers."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from chat.core.frames import HeadFrame
from chat.core.ids import RoomId
from chat.core.values import At, Batch
from chat.delivery import feed as feed_module
from chat.delivery.feed import Beat, Feed, Listener, Wire
from tests.delivery.clients import Client, Recorder, SeedClient
from tests.delivery.fakes import MemoryStore
from tests.delivery.virtual import in_virtual_time

ROOM = RoomId(1)


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    store.make(ROOM)
    return store


@pytest.fixture
def feed(store: MemoryStore) -> Feed:
    return Feed(ROOM, store.logs[ROOM].head)


def live(feed: Feed) -> Client:
    client = Client()
    client.state.pos, client.state.tok = feed.at
    feed.go_live(client.listener)
    return client


def live_seed(feed: Feed) -> SeedClient:
    client = SeedClient()
    client.listener.unheard = feed.unheard.copy()
    feed.go_live(client.listener)
    return client


def moved(feed: Feed, batch: Batch) -> None:
    assert feed.advance(batch)


def test_it_moves_only_by_what_follows(store: MemoryStore, feed: Feed) -> None:
    first, second, third = [store.post(ROOM) for _ in range(3)]

    assert not feed.advance(second)
    assert feed.advance(first)
    assert not feed.advance(third)
    assert feed.advance(first), "an old one is no hole"
    assert feed.advance(second)
    assert feed.at == At(second.v, second.tok)


def test_it_does_not_follow_another_history(store: MemoryStore, feed: Feed) -> None:
    moved(feed, store.post(ROOM))
    store.lose(ROOM, 1)
    same_number, following = store.post(ROOM), store.post(ROOM)

    assert not feed.advance(same_number)
    assert not feed.advance(following)


def test_all_live_listeners_stand_where_the_room_stands(
    store: MemoryStore, feed: Feed
) -> None:
    clients = [live(feed) for _ in range(3)]

    for _ in range(5):
        moved(feed, store.posts(ROOM, 2))

    assert {client.at for client in clients} == {feed.at}
    assert [client.faults for client in clients] == [[], [], []]


def test_the_ring_has_a_bound_in_number(
    store: MemoryStore, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "RING", 4)
    start = feed.at
    batches = [store.post(ROOM) for _ in range(6)]
    for batch in batches:
        moved(feed, batch)

    reached = [feed.tail(At(batch.v, batch.tok)) for batch in batches]
    assert feed.tail(start) is None
    assert [beats and len(beats) for beats in reached] == [None, 4, 3, 2, 1, []]


def test_the_ring_has_a_bound_in_bytes(
    store: MemoryStore, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A room of long messages must not hold more memory than one of short ones."""
    monkeypatch.setattr(feed_module, "RING_BYTES", 10_000)

    for _ in range(20):
        moved(feed, store.post(ROOM, "x" * 1000))

    assert len(feed._ring) <= 8
    assert feed._ring_bytes <= 10_000


def test_the_ring_knows_only_its_own_history(store: MemoryStore, feed: Feed) -> None:
    first, second = store.post(ROOM), store.post(ROOM)
    moved(feed, first)
    moved(feed, second)

    assert feed.tail(At(first.v, "deadbeef")) is None
    assert feed.tail(At(second.v, "deadbeef")) is None
    assert feed.tail(At(first.v, first.tok)) is not None


def test_the_ring_does_not_cut_a_batch(store: MemoryStore, feed: Feed) -> None:
    batch = store.posts(ROOM, 3)
    moved(feed, batch)

    assert feed.tail(At(batch.v - 1, store.logs[ROOM].tok(batch.v - 1))) is None


def test_after_a_jump_everybody_is_behind_and_the_ring_is_empty(
    store: MemoryStore, feed: Feed
) -> None:
    client, seed = live(feed), live_seed(feed)
    reading = Listener(Client(), Wire.V1)
    feed.register(reading)
    start = feed.at
    moved(feed, store.post(ROOM))
    stood = feed.at
    store.posts(ROOM, 9)

    behind = feed.jump(store.logs[ROOM].head)

    assert set(behind) == {client.listener, seed.listener}
    assert client.listener.at == seed.listener.at == stood
    assert reading.overflow
    assert feed.tail(start) is None
    assert not feed.is_live(client.listener)


def test_what_is_collected_has_a_bound(
    store: MemoryStore, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "PENDING", 3)
    listener = Client().listener
    feed.register(listener)
    for _ in range(5):
        moved(feed, store.post(ROOM))

    assert listener.overflow
    assert listener.collected() == []
    feed.register(listener)
    assert not listener.overflow


def test_who_has_left_is_not_taken_back(store: MemoryStore, feed: Feed) -> None:
    client = Client()
    client.listener.has_left = True

    feed.register(client.listener)
    feed.go_live(client.listener)
    moved(feed, store.post(ROOM))

    assert feed.is_idle
    assert client.frames == []


def test_who_lags_when_it_would_go_live_is_held(store: MemoryStore, feed: Feed) -> None:
    """What it was just given is more than it takes: it stands here, and waits."""
    client = Client()
    client.is_lagging = True

    feed.go_live(client.listener)

    assert client.listener.is_held
    assert client.listener.at == feed.at
    assert not feed.is_live(client.listener)


@pytest.mark.parametrize(
    ("pv", "tok", "meets"),
    [("same", "same", True), ("same", "other", False), ("before", "other", True)],
)
def test_pages_and_collected_batches_meet_on_one_history(
    store: MemoryStore, feed: Feed, pv: str, tok: str, meets: bool
) -> None:
    listener = Client().listener
    feed.register(listener)
    batch = store.posts(ROOM, 2)
    moved(feed, batch)
    v = batch.pv if pv == "same" else batch.pv + 1
    listener.at = At(v, batch.ptok if tok == "same" else "deadbeef")

    assert feed.meets(listener) is meets


def test_seed_clients_hear_new_messages_alone(store: MemoryStore, feed: Feed) -> None:
    seed = live_seed(feed)

    moved(feed, store.post(ROOM, "oi"))
    moved(feed, store.edit(ROOM, 1, "editada"))
    moved(feed, store.purge(ROOM, 1))
    moved(feed, store.post(ROOM, "tchau"))

    assert seed.said == ["oi", "tchau"]


def test_frames_are_made_only_for_those_who_listen(
    store: MemoryStore, feed: Feed
) -> None:
    batch = store.post(ROOM)
    beat = Beat(batch, [])

    assert beat.seed().payloads == ()
    assert beat.v1() is beat.v1()


def heads(outlet: Recorder) -> list[tuple[int, int]]:
    frames = [msgspec.json.decode(p, type=HeadFrame) for p in outlet.payloads]
    return [(frame.v, frame.seq) for frame in frames]


@in_virtual_time
async def test_those_who_want_the_head_hear_it_at_once_and_then_once_a_second(
    store: MemoryStore, feed: Feed
) -> None:
    watcher = Recorder()
    feed.follow_head(Listener(watcher, Wire.V1))

    for _ in range(10):
        moved(feed, store.post(ROOM))
        await asyncio.sleep(0.25)
    await asyncio.sleep(2)

    assert heads(watcher) == [(1, 0), (2, 1), (5, 4), (9, 8), (11, 10)]


@in_virtual_time
async def test_a_jump_is_told_to_those_who_want_the_head(
    store: MemoryStore, feed: Feed
) -> None:
    watcher = Recorder()
    feed.follow_head(Listener(watcher, Wire.V1))
    store.posts(ROOM, 9)

    feed.jump(store.logs[ROOM].head)

    assert heads(watcher)[-1] == (10, 9)


def test_who_has_left_is_not_told_of_heads(feed: Feed) -> None:
    watcher = Recorder()
    listener = Listener(watcher, Wire.V1)
    listener.has_left = True

    feed.follow_head(listener)

    assert feed.is_idle
    assert watcher.payloads == []


def test_a_held_listener_remembers_where_it_stood(
    store: MemoryStore, feed: Feed
) -> None:
    client = live(feed)
    moved(feed, store.post(ROOM))
    stood = feed.at

    held, again = feed.hold(client.listener), feed.hold(client.listener)
    moved(feed, store.post(ROOM))

    assert (held, again) == (True, False)
    assert client.listener.at == client.at == stood


def test_a_room_is_idle_when_the_last_one_went(feed: Feed) -> None:
    client, seed = live(feed), live_seed(feed)
    reading = Client().listener
    feed.register(reading)

    for listener in (client.listener, seed.listener, reading):
        assert not feed.is_idle
        feed.drop(listener)

    assert feed.is_idle
