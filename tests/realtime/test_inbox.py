"""A queue and a gate that cost nothing while nobody waits."""

import asyncio

from realtime.inbox import Gate, Inbox

WAIT_S = 5.0


def inbox() -> Inbox[int]:
    return Inbox(asyncio.get_running_loop())


async def test_items_come_out_in_order() -> None:
    box = inbox()
    for item in (1, 2, 3):
        box.put_nowait(item)

    assert [await box.get() for _ in range(3)] == [1, 2, 3]
    assert box.empty()


async def test_a_reader_that_waits_is_woken() -> None:
    box = inbox()
    reader = asyncio.create_task(box.get())
    await asyncio.sleep(0)
    box.put_nowait(7)
    box.put_nowait(8)
    async with asyncio.timeout(WAIT_S):
        assert await reader == 7

    assert await box.get() == 8


async def test_a_reader_that_gives_up_loses_nothing() -> None:
    """Cancelled in the very moment its item came."""
    box = inbox()
    reader = asyncio.create_task(box.get())
    await asyncio.sleep(0)
    box.put_nowait(7)
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)

    assert reader.cancelled()
    assert await box.get() == 7


async def test_all_can_be_taken_at_once() -> None:
    box = inbox()
    box.put_nowait(1)
    box.put_nowait(2)

    assert box.take_all() == [1, 2]
    assert box.take_all() == []
    assert box.empty()


async def test_an_open_gate_lets_pass() -> None:
    gate = Gate(asyncio.get_running_loop())
    async with asyncio.timeout(WAIT_S):
        await gate.wait()

    assert gate.is_set()


async def test_all_who_wait_pass_when_the_gate_opens() -> None:
    gate = Gate(asyncio.get_running_loop())
    gate.clear()
    waiting = [asyncio.create_task(gate.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    assert not waiting[1].done()
    gate.set()
    async with asyncio.timeout(WAIT_S):
        assert await asyncio.gather(*waiting[1:]) == [True, True]


async def test_a_gate_shut_again_holds_who_was_not_through() -> None:
    gate = Gate(asyncio.get_running_loop())
    gate.clear()
    waiting = asyncio.create_task(gate.wait())
    await asyncio.sleep(0)
    gate.set()
    gate.clear()
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done()
    gate.set()
    async with asyncio.timeout(WAIT_S):
        assert await waiting
