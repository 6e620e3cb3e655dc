"""The one timer behind all deadlines, and the sockets it watches."""

import asyncio
import socket

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from realtime.guards import (
    GuardedConfig,
    Guards,
    Wheel,
    guards_of,
    reset,
    tune,
    wheel_of,
)

WAIT_S = 5.0


async def test_alarms_ring_in_order_and_not_early() -> None:
    loop = asyncio.get_running_loop()
    wheel, rung, done = Wheel(loop), list[tuple[float, float]](), asyncio.Event()
    start = loop.time()

    def ring(due_s: float) -> None:
        rung.append((due_s, loop.time() - start))
        if due_s == 0.6:
            done.set()

    # The last one set is the first one due.
    for due_s in (0.6, 0.3, 0.0):
        wheel.after(due_s, lambda due_s=due_s: ring(due_s))  # type: ignore[misc]
    async with asyncio.timeout(WAIT_S):
        await done.wait()

    assert [due_s for due_s, _ in rung] == [0.0, 0.3, 0.6]
    assert all(at_s >= due_s for due_s, at_s in rung)


async def test_a_cancelled_alarm_does_not_ring() -> None:
    loop = asyncio.get_running_loop()
    wheel, rung, done = Wheel(loop), list[str](), asyncio.Event()
    alarm = wheel.after(0, lambda: rung.append("cancelled"))
    alarm.cancel()
    alarm.cancel()
    wheel.after(0.1, done.set)
    async with asyncio.timeout(WAIT_S):
        await done.wait()

    assert rung == []


async def test_an_alarm_may_cancel_its_neighbour_and_set_another() -> None:
    loop = asyncio.get_running_loop()
    wheel, rung, done = Wheel(loop), list[str](), asyncio.Event()
    both = [wheel.after(0, lambda: end("a")), wheel.after(0, lambda: end("b"))]

    def end(name: str) -> None:
        rung.append(name)
        for alarm in both:
            alarm.cancel()
        wheel.after(0, done.set)

    async with asyncio.timeout(WAIT_S):
        await done.wait()

    assert len(rung) == 1


async def test_an_alarm_that_fails_silences_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    loop = asyncio.get_running_loop()
    wheel, done = Wheel(loop), asyncio.Event()

    def fail() -> None:
        raise RuntimeError

    wheel.after(0, fail)
    wheel.after(0, done.set)
    wheel.after(0.3, done.set)
    async with asyncio.timeout(WAIT_S):
        await done.wait()

    assert "a deadline failed" in caplog.text


async def test_connections_of_one_server_share_a_wheel() -> None:
    loop = asyncio.get_running_loop()
    state = ServerState()

    assert wheel_of(state, loop) is wheel_of(state, loop)
    assert wheel_of(state, loop) is not wheel_of(ServerState(), loop)


def test_a_configuration_not_ours_gets_the_default_guards() -> None:
    ours = GuardedConfig("app", log_config=None)
    ours.guards = Guards(frames=None)

    assert guards_of(ours).frames is None
    assert guards_of(Config("app", log_config=None)) == Guards()


async def test_a_peer_already_gone_disturbs_nobody() -> None:
    """Options can no longer be set on its socket; that is no error."""
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    transport, _ = await loop.connect_accepted_socket(asyncio.Protocol, ours)
    theirs.close()
    tune(transport)
    reset(transport)
    await asyncio.sleep(0)

    assert transport.is_closing()
