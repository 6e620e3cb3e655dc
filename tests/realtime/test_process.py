"""Stopping in good order, and workers that die."""

import os
import signal
import time

import pytest

from tests.realtime.programs import program
from tests.realtime.serving import close_frame

WORKERS = pytest.mark.parametrize("workers", [1, 2])


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


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


def test_no_backlog_outlives_its_workers() -> None:
    """Who waited in the parent's would be told nothing for 20 s."""
    with program(2) as server, server.ready().peer().join("/ws") as peer:
        server.signal(signal.SIGTERM)
        assert {server.line(), server.line()} == {"draining"}

        with pytest.raises(ConnectionRefusedError):
            server.peer()
        peer.send(close_frame(1000))
        assert server.wait() == 0


def test_a_dead_worker_is_replaced() -> None:
    with program(2) as server:
        killed = server.ready().pid()
        os.kill(killed, signal.SIGKILL)
        seen = set[int]()
        until = time.monotonic() + 30
        while len(seen) < 2 and time.monotonic() < until:
            seen |= {server.pid()} - {killed}

        assert len(seen) == 2
        assert server.stop() == 0


def test_a_hangup_replaces_the_workers_while_serving() -> None:
    with program(2) as server:
        old = server.ready().pids()
        server.signal(signal.SIGHUP)
        until = time.monotonic() + 30
        while any(is_running(pid) for pid in old) and time.monotonic() < until:
            assert server.pid() not in (0, None)

        assert server.pid() not in old
        assert server.stop() == 0


def test_workers_go_when_their_parent_was_killed() -> None:
    """They would hold the port, and serve on with nobody to replace them."""
    with program(2) as server:
        pids = server.ready().pids()
        server.stop(signal.SIGKILL)
        until = time.monotonic() + 30
        while any(is_running(pid) for pid in pids) and time.monotonic() < until:
            time.monotonic()

        assert not any(is_running(pid) for pid in pids)


@WORKERS
def test_an_application_that_cannot_start_ends_the_server(workers: int) -> None:
    with program(workers, environ={"FAIL": "1"}) as server:
        assert server.wait() in (1, 3)
        assert server.line() == ""
