"""Workers that die, hang up or lose their parent."""

import os
import signal
import time

import pytest

from tests.realtime.programs import program
from tests.realtime.serving import close_frame


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_no_backlog_outlives_its_workers() -> None:
    """Who waited in the parent's would be told nothing for 20 s."""
    with program(2) as server, server.ready().peer().join("/ws") as peer:
        server.signal(signal.SIGTERM)
        lines = [server.line()]
        while lines.count("draining") < 2:
            lines.append(server.line())
            assert lines[-1], lines

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
