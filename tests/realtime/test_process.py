"""Stopping in good order, or at once."""

import signal
import time

import pytest

from tests.realtime.programs import program
from tests.realtime.serving import close_frame

WORKERS = pytest.mark.parametrize("workers", [1, 2])


@WORKERS
@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_and_ends_with_0(workers: int, sig: signal.Signals) -> None:
    """Sockets hear 4000 before the application stops."""
    with program(workers) as server:
        with server.ready().peer().join("/ws") as peer:
            server.signal(sig)
            assert peer.closed()[0] == 4000
            peer.send(close_frame(4000))
            assert peer.gone()

        assert server.wait() == 0
        assert server.errors() == ""


@WORKERS
def test_a_request_under_way_is_answered_before_the_end(workers: int) -> None:
    with program(workers) as server:
        with server.ready().peer() as peer:
            half = peer.get()
            peer.send(half[:10])
            server.pid()
            peer.send(half[10:])
            assert peer.response()[0] == 200

        assert server.stop() == 0


def test_a_request_sent_into_the_shutdown_is_answered() -> None:
    """Accepted, its request still on the way: a bare close would be a lost page."""
    with program() as server, server.ready().peer().join("/ws") as socket:
        with server.peer() as first, server.peer() as half:
            half.send(half.get()[:20])
            server.signal(signal.SIGTERM)
            assert socket.closed()[0] == 4000
            first.send(first.get())
            half.send(half.get()[20:])

            assert first.response()[0] == 200
            assert half.response()[0] == 200
            assert first.gone()
            assert half.gone()
        socket.send(close_frame(4000))
        assert server.wait() == 0


def test_a_handshake_sent_into_the_shutdown_is_told_to_come_back() -> None:
    with program() as server, server.ready().peer().join("/ws") as socket:
        with server.peer() as late:
            late.send(late.head("/ws")[:20])
            server.signal(signal.SIGTERM)
            assert socket.closed()[0] == 4000
            late.send(late.head("/ws")[20:])

            status, _ = late.response()
            assert status == 503 or (status == 101 and late.closed()[0] == 1012)
        socket.send(close_frame(4000))
        assert server.wait() == 0


def test_nobody_is_let_in_while_draining() -> None:
    with program() as server:
        server.ready()
        with server.peer().join("/ws") as peer:
            server.signal(signal.SIGTERM)
            assert server.line() == "draining"

            with pytest.raises(ConnectionRefusedError):
                server.peer()
            peer.send(close_frame(1000))
        assert server.wait() == 0


def test_a_socket_that_does_not_go_is_aborted() -> None:
    """Closed with 1012, never answers: 5 s, not the 20 s of the whole."""
    with program() as server, server.ready().peer().join("/stubborn") as peer:
        start = time.monotonic()
        server.signal(signal.SIGTERM)

        assert peer.closed()[0] == 1012
        assert server.wait() == 0
        assert time.monotonic() - start < 15


@WORKERS
def test_the_same_signal_again_stops_at_once(workers: int) -> None:
    with program(workers) as server, server.ready().peer().join("/stubborn") as peer:
        server.signal(signal.SIGTERM)
        assert peer.closed()[0] == 1012
        start = time.monotonic()

        assert server.stop() == 1
        assert time.monotonic() - start < 3


@WORKERS
def test_an_application_that_cannot_start_ends_the_server(workers: int) -> None:
    with program(workers, environ={"FAIL": "1"}) as server:
        assert server.wait() in (1, 3)
        assert server.line() == ""
