"""
The one bridge from async code to the database.

Django's ORM blocks, so it runs in threads of ours, each with a connection of its own:
a few that read, and lanes that write, one thread each. Nothing else may call the
database from the event loop.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

P = ParamSpec("P")
T = TypeVar("T")

READ_THREADS = 4
#: SQLite has one writer; PostgreSQL commits of different rooms may overlap.
WRITE_LANES_POSTGRES = 4
#: Longest wait for a thread to let go of its connection (s).
CLOSE_TIMEOUT_S = 10.0
#: A connection to PostgreSQL that rested longer than this (s) is asked whether it still
#: stands: a server that restarted tells nobody, and a message must not find it out.
TRUST_S = 1.0

_readers = ThreadPoolExecutor(READ_THREADS, thread_name_prefix="db-read")
_writers: list[ThreadPoolExecutor] = []
_used = threading.local()


async def in_db(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run synchronous database work that only reads, off the loop."""
    return await asyncio.wrap_future(_readers.submit(_bound(work, *args, **kwargs)))


async def in_writer(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """
    Run synchronous work that writes, on the first lane.

    On SQLite everything that writes takes turns there, instead of polling for the
    file's lock against the log.
    """
    return await asyncio.wrap_future(submit_write(0, work, *args, **kwargs))


def submit_write(
    lane: int, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> Future[T]:
    """Queue work on a writing thread; lanes are numbered from 0."""
    while len(_writers) <= lane:
        name = f"db-write-{len(_writers)}"
        _writers.append(ThreadPoolExecutor(1, thread_name_prefix=name))
    return _writers[lane].submit(_bound(work, *args, **kwargs))


def is_postgres() -> bool:
    """Whether the default database is PostgreSQL (else SQLite)."""
    return connection.vendor == "postgresql"


def write_lanes() -> int:
    """How many writing threads make sense for the database in use."""
    return WRITE_LANES_POSTGRES if is_postgres() else 1


@contextmanager
def snapshot() -> Iterator[None]:
    """
    Reads inside see one state of the database, and lock out nobody.

    On SQLite that is a deferred transaction in WAL mode (Django's own ``atomic`` is
    configured to take the write lock at once); on PostgreSQL, REPEATABLE READ.
    """
    if connection.in_atomic_block:
        # Only tests get here; their transaction is as good as a snapshot to them.
        yield
    elif is_postgres():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def close_thread_connections() -> None:
    """Close every connection of these threads; they reopen when next used."""
    # Each reading thread must get one: none returns before all have begun.
    together = threading.Barrier(READ_THREADS)
    closing = [_readers.submit(_close, together) for _ in range(READ_THREADS)]
    closing += [writer.submit(_close, None) for writer in _writers]
    for future in closing:
        future.result(timeout=CLOSE_TIMEOUT_S)


def _close(together: threading.Barrier | None) -> None:
    if together is not None:
        together.wait(CLOSE_TIMEOUT_S)
    # Of this thread: ``connection`` is another object in each.
    connection.close()


def _bound(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Callable[[], T]:
    def run() -> T:
        _mend()
        return work(*args, **kwargs)

    return run


def _mend() -> None:
    # A connection that broke under an earlier call is replaced; a sound one stays,
    # whatever CONN_MAX_AGE says of the connections of requests.
    if connection.in_atomic_block:
        return
    now = time.monotonic()
    rested = now - getattr(_used, "at", now) > TRUST_S
    _used.at = now
    if connection.errors_occurred or (rested and is_postgres()):
        # Django believes every connection to SQLite usable; a new one costs nothing.
        if is_postgres() and connection.is_usable():
            connection.errors_occurred = False
        else:
            connection.close()
