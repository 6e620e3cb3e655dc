"""The bridge to the database's threads."""

from __future__ import annotations

import asyncio
import threading

import pytest
from django.db import DatabaseError, connection

from chat import db, queries
from chat.actions.speaker import Speaker
from chat.core.ids import RoomId
from chat.models import Message
from tests.cast import say


def test_a_snapshot_does_not_see_what_is_committed_meanwhile(
    cozinha: RoomId, ana: Speaker
) -> None:
    """A page is one state of the room: its head and its lines must agree."""
    with db.snapshot():
        before = queries.heads([cozinha])
        write_elsewhere(cozinha, ana)
        during = queries.heads([cozinha])
        messages = Message.objects.count()
    after = queries.heads([cozinha])

    assert before == during
    assert messages == 0
    assert after[cozinha].at.v > before[cozinha].at.v


def test_a_snapshot_holds_no_writer_back(cozinha: RoomId, ana: Speaker) -> None:
    with db.snapshot():
        queries.heads([cozinha])
        write_elsewhere(cozinha, ana)

    assert Message.objects.count() == 1


def write_elsewhere(room: RoomId, who: Speaker) -> None:
    """Another connection writes, and is done."""

    def write() -> None:
        say(room, who)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join(timeout=10)
    assert not thread.is_alive(), "the writer waits for the reader"


async def test_a_connection_that_broke_is_replaced(
    cozinha: RoomId, ana: Speaker
) -> None:
    """The database restarted: the next call works, without a restart of ours."""
    await db.in_writer(say, cozinha, ana)

    await db.in_writer(cut)
    with pytest.raises(DatabaseError):
        await db.in_writer(say, cozinha, ana)
    posted = await db.in_writer(say, cozinha, ana)

    assert posted.seq == 2


def cut() -> None:
    """Take this thread's connection away below Django."""
    connection.connection.close()


async def test_writes_of_one_lane_take_turns_in_order(database: None) -> None:
    done: list[int] = []

    futures = [db.submit_write(0, done.append, n) for n in range(50)]
    await asyncio.gather(*map(asyncio.wrap_future, futures))

    assert done == list(range(50))


async def test_reads_do_not_wait_for_writes(database: None) -> None:
    released = threading.Event()
    blocked = db.submit_write(0, released.wait, 10)

    answer = await asyncio.wait_for(db.in_db(str, "lido"), 5)

    released.set()
    await asyncio.wrap_future(blocked)
    assert answer == "lido"


async def test_every_thread_lets_go_of_its_connection(database: None) -> None:
    await asyncio.gather(*[db.in_db(Message.objects.count) for _ in range(20)])

    await asyncio.to_thread(db.close_thread_connections)

    together = threading.Barrier(db.READ_THREADS)
    closed = await asyncio.gather(
        *[db.in_db(is_closed, together) for _ in range(db.READ_THREADS)]
    )
    assert all(closed)


def is_closed(together: threading.Barrier) -> bool:
    together.wait(10)
    return connection.connection is None
