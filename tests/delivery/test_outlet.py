"""The way out: bounded, never waited for, closed only on those who take nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from chat.core.errors import Close
from chat.core.packets import Packet
from chat.delivery import outlet as outlet_module
from chat.delivery.mailbox import Mailbox
from chat.delivery.outlet import HIGH_WATER, Outlet, SendOutlet, TransportOutlet
from tests.delivery.virtual import in_virtual_time


class Pipe:
    """A server's transport, and ASGI's ``send`` beside it."""

    def __init__(self) -> None:
        self.written = b""
        self.is_aborted = False
        self.waiting = 0
        self.sent: list[dict[str, Any]] = []
        self.on_pause: Callable[[], None] = lambda: None
        self.on_resume: Callable[[], None] = lambda: None

    def write(self, frame: bytes) -> None:
        self.written += frame

    def take(self, on_text: Callable[[bytes], None]) -> None:
        raise AssertionError("an outlet does not read")

    def watch(
        self, on_pause: Callable[[], None], on_resume: Callable[[], None]
    ) -> None:
        self.on_pause, self.on_resume = on_pause, on_resume

    def buffered(self) -> int:
        return self.waiting

    def abort(self) -> None:
        self.is_aborted = True

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)


class Wire:
    """ASGI's ``send`` of a peer that reads as it likes."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.is_gone = False

    async def send(self, message: dict[str, Any]) -> None:
        await self.open.wait()
        if self.is_gone:
            raise ConnectionResetError
        self.sent.append(message)

    @property
    def texts(self) -> list[str]:
        return [m["text"] for m in self.sent if m["type"] == "websocket.send"]


def lags(outlet: Outlet) -> list[str]:
    """What the outlet tells of its client, in order."""
    told: list[str] = []
    outlet.on_lag = lambda: told.append("lag")
    outlet.on_drain = lambda: told.append("drain")
    return told


OI = Packet(b"oi")


# Straight to the transport


async def test_a_packet_is_one_write_of_all_its_frames() -> None:
    pipe = Pipe()
    outlet = TransportOutlet(pipe, pipe.send)

    outlet.write(Packet(b"um", b"dois"))

    assert pipe.written == b"\x81\x02um\x81\x04dois"


async def test_a_client_that_stops_reading_is_told_of_after_the_broadcast() -> None:
    """Not in the middle of it: the room's own lists are being walked."""
    pipe = Pipe()
    outlet = TransportOutlet(pipe, pipe.send)
    told = lags(outlet)

    pipe.on_pause()
    pipe.on_pause()
    during = list(told)
    await asyncio.sleep(0)
    pipe.on_resume()
    pipe.on_resume()

    assert during == []
    assert told == ["lag", "drain"]
    outlet.closed()


async def test_a_client_that_reads_again_at_once_was_never_behind() -> None:
    pipe = Pipe()
    outlet = TransportOutlet(pipe, pipe.send)
    told = lags(outlet)

    pipe.on_pause()
    pipe.on_resume()
    await asyncio.sleep(0)

    assert told == ["drain"]
    assert not outlet.is_lagging


@in_virtual_time
async def test_a_client_that_takes_not_a_byte_is_let_go() -> None:
    """A zero window holds its socket for ever, and its memory with it."""
    pipe = Pipe()
    outlet = TransportOutlet(pipe, pipe.send)
    pipe.waiting = 1000

    pipe.on_pause()
    await asyncio.sleep(outlet_module.STALL_S - 1)
    early = pipe.is_aborted
    await asyncio.sleep(2)

    assert not early
    assert pipe.is_aborted
    assert outlet.is_closed


@in_virtual_time
async def test_a_client_that_takes_a_little_is_waited_for() -> None:
    pipe = Pipe()
    outlet = TransportOutlet(pipe, pipe.send)
    pipe.waiting = 1000
    pipe.on_pause()

    for _ in range(20):
        await asyncio.sleep(outlet_module.STALL_S / 2)
        pipe.waiting -= 1

    assert not pipe.is_aborted
    outlet.closed()


@in_virtual_time
async def test_who_waits_for_a_drain_learns_how_it_ended() -> None:
    pipe = Pipe()
    outlet = TransportOutlet(pipe, pipe.send)
    at_once = await outlet.drained()
    pipe.on_pause()
    waiting = [asyncio.create_task(outlet.drained()) for _ in range(2)]
    await asyncio.sleep(0)
    pipe.on_resume()
    drained = await asyncio.gather(*waiting)
    pipe.waiting = 1
    pipe.on_pause()
    gone = await outlet.drained()

    assert (at_once, drained, gone) == (True, [True, True], False)


async def test_a_client_that_reads_is_closed_by_a_close_frame() -> None:
    pipe = Pipe()
    outlet = TransportOutlet(pipe, pipe.send)

    await outlet.close(Close.DRAINING)
    await outlet.close(Close.INTERNAL)
    outlet.write(OI)

    assert pipe.sent == [{"type": "websocket.close", "code": 4000}]
    assert (pipe.written, pipe.is_aborted) == (b"", False)


async def test_a_client_that_does_not_read_is_closed_by_an_abort() -> None:
    """A close frame would wait behind what it does not read."""
    pipe = Pipe()
    outlet = TransportOutlet(pipe, pipe.send)
    pipe.on_pause()

    await outlet.close(Close.DRAINING)

    assert (pipe.sent, pipe.is_aborted) == ([], True)


async def test_nothing_is_told_of_a_client_that_went() -> None:
    pipe = Pipe()
    outlet = TransportOutlet(pipe, pipe.send)
    told = lags(outlet)
    pipe.on_pause()

    outlet.closed()
    await asyncio.sleep(0)
    pipe.on_resume()
    pipe.on_pause()

    assert told == []


# Through ASGI's send


async def test_on_any_server_each_text_is_a_message_in_order() -> None:
    wire = Wire()
    outlet = SendOutlet(wire.send)

    outlet.write(Packet(b"um", b"dois"))
    outlet.write(Packet("três".encode()))
    await outlet.close(Close.DRAINING)

    assert wire.texts == ["um", "dois", "três"]
    assert wire.sent[-1] == {"type": "websocket.close", "code": 4000}


async def test_what_waits_for_a_slow_client_has_a_bound_it_is_told_of() -> None:
    wire = Wire()
    wire.open.clear()
    outlet = SendOutlet(wire.send)
    told = lags(outlet)
    packet = Packet(b"x" * 10_000)

    while not outlet.is_lagging:
        outlet.write(packet)
    await asyncio.sleep(0)
    held = outlet.buffered()
    wire.open.set()
    drained = await outlet.drained()

    assert drained
    assert told == ["lag", "drain"]
    assert HIGH_WATER < held <= HIGH_WATER + len(packet)
    await outlet.close(Close.DRAINING)
    assert outlet.buffered() == 0


@in_virtual_time
async def test_on_any_server_a_client_that_takes_nothing_is_let_go() -> None:
    wire = Wire()
    wire.open.clear()
    outlet = SendOutlet(wire.send)
    outlet.write(Packet(b"x" * (HIGH_WATER + 1)))

    gone = await outlet.drained()

    assert gone is False
    assert (outlet.is_closed, outlet.buffered()) == (True, 0)


@in_virtual_time
async def test_closing_does_not_wait_long_for_a_slow_client() -> None:
    wire = Wire()
    wire.open.clear()
    outlet = SendOutlet(wire.send)
    outlet.write(OI)

    asyncio.get_running_loop().call_later(5, wire.open.set)
    async with asyncio.timeout(10):
        await outlet.close(Close.DRAINING)

    assert wire.sent[-1]["type"] == "websocket.close"


async def test_a_peer_that_left_ends_the_pump_without_a_word() -> None:
    wire = Wire()
    wire.is_gone = True
    outlet = SendOutlet(wire.send)

    outlet.write(OI)
    while not outlet.is_closed:  # noqa: ASYNC110
        await asyncio.sleep(0)
    outlet.write(OI)

    assert (wire.sent, outlet.buffered()) == ([], 0)


# Without a socket


@in_virtual_time
async def test_a_mailbox_says_that_something_came() -> None:
    mailbox = Mailbox()
    nothing = await mailbox.arrived(25)

    mailbox.write(OI)
    something = await mailbox.arrived(25)
    mailbox.empty()

    assert (nothing, something, await mailbox.arrived(1)) == (False, True, False)
    assert mailbox.buffered() == 0


@pytest.mark.parametrize("how", ["close", "abort"])
@in_virtual_time
async def test_who_waits_at_a_mailbox_is_woken_when_the_server_goes(how: str) -> None:
    mailbox = Mailbox()
    waiting = asyncio.create_task(mailbox.arrived(25))
    await asyncio.sleep(1)

    if how == "close":
        await mailbox.close(Close.DRAINING)
    else:
        mailbox.abort()

    assert await waiting
    assert mailbox.is_closed
