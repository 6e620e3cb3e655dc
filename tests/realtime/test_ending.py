"""Peers that do not read, do not answer, or do not go."""

import gc
import time
import weakref
from collections.abc import Iterator

import pytest

from realtime.guards import Guards
from realtime.wire import RaiWebSocket
from tests.realtime.serving import (
    PING,
    PONG,
    TEXT,
    Running,
    close_frame,
    frame,
    house,
    server_frame,
    serving,
)

HURRIED = Guards(
    ping_s=0.3,
    ping_jitter_s=0.1,
    pong_s=0.3,
    close_s=0.3,
    progress_s=0.5,
    linger_s=0.3,
)
NEIGHBOUR_S = 0.5
BLOCK = server_frame(b"x" * 60_000)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with serving(house) as it:
        yield it


@pytest.fixture
def running(server: Running) -> Running:
    return server.forget()


@pytest.fixture(scope="module")
def hurried_server() -> Iterator[Running]:
    with serving(house, guards=HURRIED) as it:
        yield it


@pytest.fixture
def hurried(hurried_server: Running) -> Running:
    return hurried_server.forget()


def test_r48_a_reader_with_a_zero_window_is_freed_and_holds_nobody_up(
    running: Running,
) -> None:
    """Its backlog passes the cap: aborted, without waiting for its TCP."""
    with running.peer(receive_buffer=4096).join("/link"):
        link = running.next()
        with running.peer().join() as neighbour:
            start = time.monotonic()
            for _ in range(100):
                running.do(link.write, BLOCK)
            assert neighbour.echo() == b"oi"

            assert time.monotonic() - start < NEIGHBOUR_S
        assert {running.next(), running.next()} == {1006}
        assert running.do(link.buffered) == 0


def test_the_application_hears_of_a_full_and_of_a_drained_buffer(
    running: Running,
) -> None:
    with running.peer(receive_buffer=4096).join("/link") as peer:
        link = running.next()
        put = running.seen.put
        running.do(link.watch, lambda: put("pause"), lambda: put("resume"))
        written = 0
        while running.seen.empty():
            running.do(link.write, BLOCK)
            written += 1
        assert running.next() == "pause"
        assert running.do(link.buffered) > Guards().buffer_high

        for _ in range(written):
            assert peer.read() == (TEXT, b"x" * 60_000)
        assert running.next() == "resume"
        assert running.do(link.buffered) == 0


def test_the_kernel_swallows_little_before_it_pushes_back(running: Running) -> None:
    """Unset, its buffers held 3.9 MiB of stale frames that nobody could drop."""
    with running.peer(receive_buffer=4096).join("/link"):
        link = running.next()
        written = 0
        while running.do(link.buffered) == 0:
            running.do(link.write, server_frame(b"x" * 1000))
            written += 1004

        assert written < 400_000


def test_a_peer_that_takes_nothing_for_too_long_is_freed(hurried: Running) -> None:
    with hurried.peer(receive_buffer=4096).join("/link"):
        link = hurried.next()
        for _ in range(8):
            hurried.do(link.write, BLOCK)
        assert hurried.do(link.buffered) > Guards().buffer_high

        assert hurried.next() == 1006


def test_a_peer_that_reads_slowly_is_kept(hurried: Running) -> None:
    """What it takes proves it alive, also while no pong can come through."""
    with hurried.peer(receive_buffer=4096).join("/link") as peer:
        link = hurried.next()
        put = hurried.seen.put
        hurried.do(link.watch, lambda: put("pause"), lambda: put("resume"))
        for _ in range(10):
            hurried.do(link.write, BLOCK)
        assert hurried.next() == "pause"
        until = time.monotonic() + 4 * HURRIED.progress_s
        read = 0
        while time.monotonic() < until:
            read += len(peer.sock.recv(2000))
            hurried.do(time.sleep, 0.02)
        assert hurried.seen.empty()
        while read < 10 * len(BLOCK):
            read += len(peer.sock.recv(65_536))

        assert hurried.next() == "resume"


def test_a_close_frees_a_peer_that_reads_nothing(hurried: Running) -> None:
    """uvicorn waits for a buffer that never drains."""
    with hurried.peer(receive_buffer=4096).join("/link"):
        link = hurried.next()
        for _ in range(5):
            hurried.do(link.write, BLOCK)
        assert hurried.do(link.buffered) > 0
        socket = next(iter(hurried.server.server_state.connections))
        hurried.do(socket.close, 4000, "")  # type: ignore[union-attr]
        assert hurried.next() == 4000
        while hurried.connections():
            time.monotonic()

        assert hurried.do(link.buffered) == 0


def test_a_close_frees_a_peer_that_never_answers_it(hurried: Running) -> None:
    with hurried.peer().join("/bye") as peer:
        assert peer.closed() == (4505, b"not here")

        assert peer.gone()


def test_a_peer_that_closes_and_reads_nothing_is_freed(hurried: Running) -> None:
    with hurried.peer(receive_buffer=4096).join("/link") as peer:
        link = hurried.next()
        for _ in range(5):
            hurried.do(link.write, BLOCK)
        peer.send(close_frame(1000))
        assert hurried.next() == 1000
        while hurried.connections():
            time.monotonic()

        assert hurried.do(link.buffered) == 0


def test_a_silent_peer_is_dropped_with_4002(hurried: Running) -> None:
    with hurried.peer().join("/link") as peer:
        hurried.next()
        assert peer.read() == (PING, b"")

        assert peer.closed() == (4002, b"no pong")
        assert hurried.next() == 4002


@pytest.mark.parametrize("sign", [frame(b"", PONG), frame(b"?", PING), frame(b"oi")])
def test_any_frame_is_a_sign_of_life(hurried: Running, sign: bytes) -> None:
    with hurried.peer().join("/echo") as peer:
        for _ in range(4):
            while peer.read()[0] != PING:
                continue
            peer.send(sign)

        assert hurried.seen.empty()


def test_half_a_frame_is_no_sign_of_life(hurried: Running) -> None:
    """A peer that dribbles bytes would otherwise be kept for ever."""
    with hurried.peer().join("/link") as peer:
        hurried.next()
        peer.send(frame(b"x" * 100)[:50])

        assert peer.closed()[0] == 4002


def test_a_peer_we_do_not_read_is_not_called_silent(hurried: Running) -> None:
    with hurried.peer().join("/link") as peer:
        link = hurried.next()
        hurried.do(link.pause)
        for _ in range(3):
            assert peer.read() == (PING, b"")
        hurried.do(link.resume)
        peer.send(frame(b"", PONG))
        assert peer.read() == (PING, b"")

        assert hurried.seen.empty()


def test_pings_of_many_peers_are_spread() -> None:
    with serving(house, guards=Guards(ping_s=0.1, ping_jitter_s=2.0)) as running:
        peers = [running.peer().join() for _ in range(20)]
        times = list[float]()
        for peer in peers:
            peer.sock.setblocking(False)
        until = time.monotonic() + 4
        while len(times) < len(peers) and time.monotonic() < until:
            for peer in peers:
                try:
                    if peer.sock.recv(10):
                        times.append(time.monotonic())
                except BlockingIOError:
                    continue
        for peer in peers:
            peer.sock.close()

    assert max(times) - min(times) > 0.4


def test_a_vanished_peer_is_told_to_the_application(running: Running) -> None:
    with running.peer().join("/link") as peer:
        running.next()
        peer.sock.close()

        assert running.next() == 1006


def test_stopping_closes_with_1012(running: Running) -> None:
    with running.peer().join() as peer:
        socket = next(iter(running.server.server_state.connections))
        running.do(socket.shutdown)

        assert peer.closed()[0] == 1012
        peer.send(close_frame(1012))
        assert peer.gone()


def test_nothing_of_a_gone_connection_waits_for_the_collector(
    running: Running,
) -> None:
    """Circles would pile up: with frozen generations the collector comes rarely."""

    def sockets() -> list[weakref.ref[object]]:
        return [
            weakref.ref(found)
            for found in gc.get_objects()
            if isinstance(found, RaiWebSocket)
        ]

    gc.collect()
    gc.disable()
    try:
        peers = [running.peer().join() for _ in range(20)]
        held = running.do(sockets)
        for peer in peers[:10]:
            peer.send(close_frame(1000))
            assert peer.gone()
        for peer in peers:
            peer.sock.close()
        for _ in range(20):
            running.next()
        assert running.connections() == 0

        alive = [ref for ref in held if ref() is not None]
        assert len(held) == 20
        assert alive == []
    finally:
        gc.enable()
